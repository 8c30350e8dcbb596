import { chown, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startKeeper } from '../keeper.js'
import { resolveProcessOwner } from '../postgres/unprivileged-user.js'
import { findPgBouncer } from './find-pgbouncer.js'

/** A running PgBouncer in front of a server. */
export interface PgBouncer {
  readonly port: number
  /** The same connection string through the pooler. */
  through(url: string): string
  /** What it has written to its log so far; gone when it has stopped. */
  readLog(): Promise<string>
  /** Stops it and cuts off its clients; may be called twice. */
  stop(): Promise<void>
}

const SETTINGS = {
  listen_addr: '127.0.0.1',
  unix_socket_dir: '',
  pool_mode: 'transaction',
  // Every client is the user of the server's connection string, whoever it says it is.
  auth_type: 'any',
  ignore_startup_parameters: 'extra_float_digits',
}

/**
 * Starts PgBouncer on a free port of 127.0.0.1, in transaction mode, for all databases of the server of `serverUrl`. It ends with `stop()`,
 * and also when this process ends in whatever way. `poolSize`: connections to each database, 3 by default. `settings`: as in pgbouncer.ini.
 * Throws where the program is not installed; `findPgBouncer` tells.
 */
export async function startPgBouncer(
  serverUrl: string,
  options: { poolSize?: number; settings?: Readonly<Record<string, string | number>> } = {},
): Promise<PgBouncer> {
  const program = findPgBouncer()
  if (program === undefined) throw new Error('There is no program "pgbouncer" on this machine: install the package of that name.')
  const owner = await resolveProcessOwner()
  const folder = await mkdtemp(join(tmpdir(), 'partman-pgbouncer-'))
  if (owner !== undefined) await chown(folder, owner.uid, owner.gid)
  const { hostname, port, username, password } = new URL(serverUrl)
  const databases = { '*': `host=${hostname} port=${port} user=${username} password=${password}` }
  const settings = { ...SETTINGS, default_pool_size: options.poolSize ?? 3, ...options.settings }
  const keeper = await startKeeper('pgbouncer', { program, folder, databases, settings, owner }).catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true })
    throw error
  })
  return {
    port: keeper.port,
    through(url) {
      const changed = new URL(url)
      changed.host = `127.0.0.1:${keeper.port}`
      return changed.href
    },
    readLog: () => readFile(join(folder, 'pgbouncer.log'), 'utf8'),
    stop: keeper.stop,
  }
}
