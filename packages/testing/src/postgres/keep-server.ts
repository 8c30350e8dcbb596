import { spawnSync } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { startKeeper } from '../keeper.js'
import { reachableCopy } from './folders.js'
import type { ProcessOwner } from './unprivileged-user.js'
import type { PostgresMajor } from './versions.js'

/** Not durable, because the data live no longer than the run; everything that decides how locks and plans behave keeps its default. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_wal_size: '256MB',
  timezone: 'UTC',
  log_timezone: 'UTC',
}

/** Server settings as in postgresql.conf. */
export type PostgresSettings = Readonly<Record<string, string | number>>

/** A running PostgreSQL server of its own. */
export interface PostgresServer {
  /** Connection string of the superuser to the database `postgres`. */
  readonly url: string
  readonly version: PostgresMajor
  readonly port: number
  /** What the server has written to its log so far; gone when it has stopped. */
  readLog(): Promise<string>
  /** Stops the server and removes its data; may be called twice. */
  stop(): Promise<void>
}

export interface KeptServer {
  readonly version: PostgresMajor
  /** The folder with `bin`. */
  readonly installed: string
  /** The folder with the data, in `data`; made where it is not there. */
  readonly cluster: string
  readonly owner: ProcessOwner | undefined
  readonly password: string
  readonly settings: PostgresSettings
}

/** Starts a server in a folder of its own, which goes with it; the server ends with `stop()`, and when this process ends in whatever way. */
export async function keepServer({ version, installed, cluster, owner, password, settings }: KeptServer): Promise<PostgresServer> {
  const remove = [cluster]
  try {
    let binaries = installed
    if (!mayRun(join(installed, 'bin', 'postgres'), cluster, owner)) {
      binaries = await reachableCopy(installed)
      remove.push(binaries)
    }
    const keeper = await startKeeper('postgres', { binaries, cluster, remove, password, owner, settings: { ...SETTINGS, ...settings } })
    return {
      url: `postgresql://postgres:${password}@127.0.0.1:${keeper.port}/postgres`,
      version,
      port: keeper.port,
      readLog: () => readFile(join(cluster, 'server.log'), 'utf8'),
      stop: keeper.stop,
    }
  } catch (error) {
    for (const folder of remove) await rm(folder, { recursive: true, force: true })
    throw error
  }
}

/** False for an installation below a folder that only root may enter, such as /root. */
function mayRun(program: string, cwd: string, owner: ProcessOwner | undefined): boolean {
  return owner === undefined || spawnSync(program, ['--version'], { cwd, ...owner }).status === 0
}
