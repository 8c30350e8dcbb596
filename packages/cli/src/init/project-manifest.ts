import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { PartmanError } from '@partman/core'
import { readText, type TextFile } from './text-file.js'

/** The `package.json` of an application, and how its package manager is spoken to. */
export interface ProjectManifest {
  readonly file: TextFile
  readonly scripts: Readonly<Record<string, string>>
  /** Names of all packages it depends on. */
  readonly packages: ReadonlySet<string>
  readonly manager: PackageManager
}

/** The commands of a package manager, each up to the package or program it is about. */
export interface PackageManager {
  readonly add: string
  readonly addDev: string
  readonly exec: string
}

const NPM: PackageManager = { add: 'npm install', addDev: 'npm install --save-dev', exec: 'npx' }

const BY_LOCK_FILE: Readonly<Record<string, PackageManager>> = {
  'package-lock.json': NPM,
  'pnpm-lock.yaml': { add: 'pnpm add', addDev: 'pnpm add --save-dev', exec: 'pnpm exec' },
  'yarn.lock': { add: 'yarn add', addDev: 'yarn add --dev', exec: 'yarn' },
  'bun.lock': { add: 'bun add', addDev: 'bun add --dev', exec: 'bunx' },
}

/**
 * Reads the project's `package.json`.
 *
 * @throws PartmanError `PACKAGE_JSON_INVALID` where there is none, or it is not one
 */
export async function readManifest(folder: string): Promise<ProjectManifest> {
  const path = join(folder, 'package.json')
  if (!existsSync(path)) {
    throw new PartmanError('PACKAGE_JSON_INVALID', 'There is no package.json in this folder', {
      hint: 'Run the command in the folder of the project.',
    })
  }
  const file = await readText(path)
  const content = parse(file.text)
  const keys = (name: string) => Object.keys(isRecord(content[name]) ? content[name] : {})
  const scripts = isRecord(content['scripts']) ? content['scripts'] : {}
  return {
    file,
    scripts: Object.fromEntries(Object.entries(scripts).filter((entry): entry is [string, string] => typeof entry[1] === 'string')),
    packages: new Set(['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'].flatMap(keys)),
    manager: findManager(folder),
  }
}

function parse(text: string): Record<string, unknown> {
  let cause: unknown
  try {
    const content: unknown = JSON.parse(text)
    if (isRecord(content) && (content['scripts'] === undefined || isRecord(content['scripts']))) return content
  } catch (error) {
    cause = error
  }
  const why = cause instanceof Error ? cause.message : 'it is not an object with scripts'
  throw new PartmanError('PACKAGE_JSON_INVALID', `package.json cannot be read: ${why}`, { hint: 'Correct it; nothing was changed.', cause })
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** In a workspace the lock file lies further up. */
function findManager(folder: string): PackageManager {
  for (const [name, manager] of Object.entries(BY_LOCK_FILE)) if (existsSync(join(folder, name))) return manager
  const parent = dirname(folder)
  return parent === folder || existsSync(join(folder, '.git')) ? NPM : findManager(parent)
}
