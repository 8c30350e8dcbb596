import { type PostgresServer, resolveMajor, startPostgres } from '@partman/testing'
import { findExtension } from './extension.js'

/** The servers of a run; each is started when it is first asked for. */
export interface Servers {
  /** Connection string of the server that everything is measured on: embedded, and with the settings that decide about locks as they come. */
  usual(): Promise<string>
  /** The same of a server that pg_partman can be created in; undefined where it is not installed. */
  withPgPartman(): Promise<string | undefined>
  stop(): Promise<void>
}

/** As a server in production has it: a commit costs what it costs there. */
const DURABLE = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' }

export function startServers(): Servers {
  let usual: Promise<PostgresServer> | undefined
  let extended: Promise<PostgresServer | undefined> | undefined
  return {
    async usual() {
      usual ??= startPostgres({ settings: DURABLE })
      return (await usual).url
    },
    async withPgPartman() {
      extended ??= startWithPgPartman()
      return (await extended)?.url
    },
    async stop() {
      for (const server of [usual, extended]) await (await server)?.stop()
    },
  }
}

async function startWithPgPartman(): Promise<PostgresServer | undefined> {
  // Whoever asks for a major wants to see that one.
  const installation = findExtension('pg_partman', process.env['PARTMAN_PG_MAJOR'] ? resolveMajor() : undefined)
  return installation && startPostgres({ version: installation.major, installation: installation.folder, settings: DURABLE })
}
