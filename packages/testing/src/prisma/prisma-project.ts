import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { modulesFolder } from '../modules-folder.js'
import type { ScriptMode } from '../schema-engine/script-mode.js'
import { type PrismaRun, runPrisma } from './run-prisma.js'

/** A Prisma project in a folder of its own, with the workspace's packages. */
export interface PrismaProject {
  readonly path: string
  readonly url: string
  /** Runs the Prisma CLI in the project. */
  prisma(args: readonly string[], options?: { scriptMode?: ScriptMode; env?: NodeJS.ProcessEnv }): Promise<PrismaRun>
  /** Writes a file, making its folder; the path is relative to the project. */
  write(path: string, content: string): Promise<void>
  remove(): Promise<void>
}

const CONFIG = `import { defineConfig } from 'prisma/config'

export default defineConfig({
  schema: 'prisma/schema',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env['DATABASE_URL'] ?? '' },
})
`

/**
 * Makes a project for the database of `url`. `schema` is the text of one schema file, or file names below `prisma/schema` with their texts;
 * other files of the project go into `files`. The generator `prisma-client` needs an `output`, such as "../../generated".
 */
export async function createPrismaProject(options: {
  schema: string | Readonly<Record<string, string>>
  url: string
  files?: Readonly<Record<string, string>>
}): Promise<PrismaProject> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'partman project ')))
  const write = async (name: string, content: string) => {
    await mkdir(dirname(join(path, name)), { recursive: true })
    await writeFile(join(path, name), content)
  }
  const schema = typeof options.schema === 'string' ? { 'schema.prisma': options.schema } : options.schema
  // Linked, not made below node_modules: Node refuses TypeScript files there.
  await symlink(modulesFolder(), join(path, 'node_modules'), 'junction')
  await write('package.json', '{ "private": true, "type": "module" }\n')
  await write('prisma.config.ts', CONFIG)
  for (const [name, content] of Object.entries(schema)) await write(join('prisma', 'schema', name), content)
  for (const [name, content] of Object.entries(options.files ?? {})) await write(name, content)
  await mkdir(join(path, 'prisma', 'migrations'), { recursive: true })
  return {
    path,
    url: options.url,
    prisma: (args, run = {}) => runPrisma(args, { cwd: path, url: options.url, ...run }),
    write,
    remove: () => rm(path, { recursive: true, force: true }),
  }
}
