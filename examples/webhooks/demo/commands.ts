import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type PrismaRun, runPrisma, type ScriptMode, schemaEnginePath } from '@partman/testing'
import { DemoFailure } from './demo-failure.js'

/** The command lines of a project, each run to its end. */
export interface Commands {
  /** The Prisma CLI. Resolves whatever the exit code. */
  prisma(...args: string[]): Promise<PrismaRun>
  /** The partman CLI. Resolves whatever the exit code. */
  partman(...args: string[]): Promise<PrismaRun>
}

/** `folder` holds the project, `url` is its database, `scriptMode` says how Prisma sends migration files. */
export function projectCommands(folder: string, url: string, scriptMode: ScriptMode = 'whole'): Commands {
  const env = { PATH: `${binFolders(folder)}${delimiter}${process.env['PATH'] ?? ''}` }
  return {
    prisma: (...args) => runPrisma(args, { cwd: folder, url, scriptMode, env }),
    async partman(...args) {
      const child = spawn(process.execPath, [partmanCli(folder), ...args], {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          PRISMA_SCHEMA_ENGINE_BINARY: schemaEnginePath(),
          ...process.env,
          ...env,
          DATABASE_URL: url,
          PARTMAN_SCRIPT_MODE: scriptMode,
          CHECKPOINT_DISABLE: '1',
          NO_COLOR: '1',
        },
      })
      const [stdout, stderr, [exitCode]] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'close') as Promise<[number | null]>,
      ])
      return { exitCode: exitCode ?? 1, stdout, stderr }
    },
  }
}

/** What a command printed. Throws DemoFailure, with all of that, for another exit code than 0. */
export async function succeed(command: string, run: Promise<PrismaRun>): Promise<string> {
  const { exitCode, stdout, stderr } = await run
  if (exitCode !== 0) throw new DemoFailure(`${command} ended with exit code ${exitCode}.\n${`${stdout}\n${stderr}`.trim()}`)
  return stdout
}

/** Prisma starts generators as a shell would find them: as npm does, with the `.bin` folders of all parents. */
function binFolders(folder: string): string {
  const parent = dirname(folder)
  return [join(folder, 'node_modules', '.bin'), ...(parent === folder ? [] : [binFolders(parent)])].join(delimiter)
}

function partmanCli(folder: string): string {
  return join(dirname(createRequire(join(folder, 'package.json')).resolve('@partman/cli/package.json')), 'bin', 'partman.js')
}
