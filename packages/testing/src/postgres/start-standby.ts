import { chown, cp, readdir, writeFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import pg from 'pg'
import { resolvePostgresBinaries } from './binaries.js'
import { makeDataFolder } from './folders.js'
import { keepServer, type PostgresServer, type PostgresSettings } from './keep-server.js'
import { type ProcessOwner, resolveProcessOwner } from './unprivileged-user.js'

/** What a base backup leaves out: the running server's own files, and WAL, which the standby streams. */
const LEFT_OUT = /^(postmaster\.(pid|opts)|pg_wal\/.+|pg_replslot\/.+|pg_stat_tmp\/.+)$/

/**
 * Starts a physical standby that streams from a server which `startPostgres` has started: a base backup by the functions for it, since the
 * packages of the server bring no pg_basebackup. `ALTER SYSTEM RESET primary_conninfo` and a reload on the standby cut it off.
 * https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP
 */
export async function startStandby(
  primary: PostgresServer,
  options: { settings?: PostgresSettings; installation?: string } = {},
): Promise<PostgresServer> {
  const owner = await resolveProcessOwner()
  const cluster = await makeDataFolder()
  const data = join(cluster, 'data')
  await copyCluster(primary, data)
  await writeFile(join(data, 'standby.signal'), '')
  // Not on the command line, so that it can be changed while the standby runs.
  const source = new URL(primary.url)
  const connection = `host=${source.hostname} port=${source.port} user=${source.username} password=${source.password}`
  await writeFile(join(data, 'postgresql.auto.conf'), `primary_conninfo = '${connection}'\n`)
  if (owner !== undefined) await give(cluster, owner)
  const installed = options.installation ?? (await resolvePostgresBinaries(primary.version))
  return keepServer({ version: primary.version, installed, cluster, owner, password: source.password, settings: options.settings ?? {} })
}

async function copyCluster(primary: PostgresServer, data: string): Promise<void> {
  const [begin, end] =
    primary.version < 15
      ? [`pg_start_backup('partman standby', true, false)`, 'pg_stop_backup(false, false)']
      : [`pg_backup_start('partman standby', true)`, 'pg_backup_stop(false)']
  const client = new pg.Client({ connectionString: primary.url })
  await client.connect()
  try {
    const { rows: folders } = await client.query<{ data: string }>(`SELECT current_setting('data_directory') AS data, ${begin}`)
    const from = folders[0]!.data
    const filter = (path: string) => !LEFT_OUT.test(relative(from, path).replaceAll(sep, '/'))
    await cp(from, data, { recursive: true, verbatimSymlinks: true, filter })
    const { rows: labels } = await client.query<{ labelfile: string }>(`SELECT labelfile FROM ${end}`)
    await writeFile(join(data, 'backup_label'), labels[0]!.labelfile)
  } finally {
    await client.end()
  }
}

async function give(folder: string, { uid, gid }: ProcessOwner): Promise<void> {
  await chown(folder, uid, gid)
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await give(path, { uid, gid })
    else await chown(path, uid, gid)
  }
}
