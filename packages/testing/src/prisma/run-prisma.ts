import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { modulesFolder } from '../modules-folder.js'
import { schemaEnginePath } from '../schema-engine/path.js'
import type { ScriptMode } from '../schema-engine/script-mode.js'

/** How a run of the Prisma CLI ended. */
export interface PrismaRun {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** What the CLI would otherwise say or ask that depends on the day, the network or the terminal. */
const QUIET = {
  CHECKPOINT_DISABLE: '1',
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
  NO_COLOR: '1',
  NO_UPDATE_NOTIFIER: '1',
}

/** Most of a command's time goes into compiling the CLI; Node 22 and later can keep the result. */
const COMPILED = join(modulesFolder(), '.cache', 'partman', 'compiled')

/**
 * Runs the real Prisma CLI of the project in `cwd`, without a terminal, on partman-schema-engine unless `PRISMA_SCHEMA_ENGINE_BINARY` is
 * set. `url` becomes `DATABASE_URL`; `scriptMode` says how migration files are sent, `whole` by default. Resolves whatever the exit code.
 */
export async function runPrisma(
  args: readonly string[],
  options: { cwd: string; url?: string; env?: NodeJS.ProcessEnv; scriptMode?: ScriptMode },
): Promise<PrismaRun> {
  const child = spawn(process.execPath, [prismaCli(options.cwd), ...args], {
    cwd: options.cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PRISMA_SCHEMA_ENGINE_BINARY: schemaEnginePath(),
      ...process.env,
      ...QUIET,
      NODE_COMPILE_CACHE: COMPILED,
      ...(options.url === undefined ? {} : { DATABASE_URL: options.url }),
      ...(options.scriptMode === undefined ? {} : { PARTMAN_SCRIPT_MODE: options.scriptMode }),
      ...options.env,
    },
  })
  const [stdout, stderr, [exitCode, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
  ])
  if (exitCode === null) throw new Error(`prisma ${args.join(' ')} was ended by ${signal}.\n${stderr}`)
  return { exitCode, stdout, stderr }
}

function prismaCli(cwd: string): string {
  for (const from of [join(cwd, 'package.json'), import.meta.url]) {
    try {
      return join(dirname(createRequire(from).resolve('prisma/package.json')), 'build', 'index.js')
    } catch {}
  }
  throw new Error(`The package prisma is installed neither for ${cwd} nor beside @partman/testing.`)
}
