import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { withDatabase } from './connection-string.js'
import { describeLeaks } from './leak.js'

/** A database of its own for one test. */
export interface TestDatabase {
  readonly name: string
  readonly url: string
  /** Runs one statement on the database's own session, which is opened at first use and closed by `drop()`. */
  query<Row extends pg.QueryResultRow = pg.QueryResultRow>(text: string, params?: readonly unknown[]): Promise<pg.QueryResult<Row>>
  /** Closes the database's own session, so that it can serve as a template; the next `query` opens another. */
  close(): Promise<void>
  /** Removes the database, then throws when the test left a session connected or a transaction open; may be called twice. */
  drop(): Promise<void>
}

/** SQLSTATE of "source database is being accessed by other users". */
const OBJECT_IN_USE = '55006'
/** PostgreSQL itself waits five seconds for sessions of the template to leave before each refusal. */
const TEMPLATE_ATTEMPTS = 3

/** Makes a database with a unique name as a copy of `template` (default: an empty one) on the server of `serverUrl`. */
export async function createTestDatabase(serverUrl: string, options: { template?: string } = {}): Promise<TestDatabase> {
  const name = `test_${process.pid}_${randomBytes(6).toString('hex')}`
  await onServer(serverUrl, (server) => copyTemplate(server, name, options.template ?? 'template0'))
  const url = withDatabase(serverUrl, name)
  let session: Promise<pg.Client> | undefined
  let dropped: Promise<void> | undefined
  return {
    name,
    url,
    async query(text, params) {
      session ??= connect(url)
      return (await session).query(text, params === undefined ? undefined : [...params])
    },
    async close() {
      const own = session
      session = undefined
      await (await own)?.end()
    },
    drop() {
      dropped ??= session === undefined ? dropDatabase(serverUrl, name) : session.then((own) => dropDatabase(serverUrl, name, own))
      return dropped
    },
  }
}

async function copyTemplate(server: pg.Client, name: string, template: string): Promise<void> {
  const text = `CREATE DATABASE ${pg.escapeIdentifier(name)} TEMPLATE ${pg.escapeIdentifier(template)}${await copyingFiles(server)}`
  for (let attempt = 1; ; attempt++) {
    try {
      await server.query(text)
      return
    } catch (error) {
      if (!(error instanceof pg.DatabaseError) || error.code !== OBJECT_IN_USE || attempt === TEMPLATE_ATTEMPTS) throw error
    }
  }
}

/**
 * Copying files takes less than writing every page to the log, where a checkpoint waits for no disk. Versions before 15 do nothing else.
 * https://www.postgresql.org/docs/current/sql-createdatabase.html
 */
async function copyingFiles(server: pg.Client): Promise<string> {
  const { rows } = await server.query<{ can_choose: boolean }>(`SELECT current_setting('server_version_num')::int >= 150000 AS can_choose`)
  return rows[0]?.can_choose ? ' STRATEGY FILE_COPY' : ''
}

async function dropDatabase(serverUrl: string, name: string, own?: pg.Client): Promise<void> {
  const leaks = await onServer(serverUrl, async (server) => {
    const found = await describeLeaks(server, name, own)
    await own?.end()
    await server.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`)
    return found
  })
  if (leaks.length > 0) throw new Error(`The test left connections to its database ${name}:\n${leaks.join('\n')}`)
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'partman test database' })
  // The server may stop first; a query that comes after that still fails.
  client.on('error', () => {})
  await client.connect()
  return client
}

async function onServer<T>(serverUrl: string, use: (server: pg.Client) => Promise<T>): Promise<T> {
  const server = await connect(serverUrl)
  try {
    return await use(server)
  } finally {
    await server.end()
  }
}
