import pg from 'pg'
import { databaseName, withDatabase } from '../database/connection-string.js'

/** The verbs of `schema-engine cli`. */
export type DatabaseVerb = 'can-connect-to-database' | 'create-database' | 'drop-database'

/** A failure of a database command with Prisma's code for it. */
class DatabaseCommandError extends Error {
  constructor(
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** Runs one database command against `url`, writes a failure as the native engine does, and returns the exit code. */
export async function writeDatabaseCommand(verb: DatabaseVerb, url: string): Promise<number> {
  try {
    await runDatabaseCommand(verb, url)
    return 0
  } catch (error) {
    // The CLI skips the first line, where the native engine says that it starts.
    log('INFO', { message: 'Starting schema engine CLI' })
    const code = error instanceof DatabaseCommandError ? error.code : undefined
    log('ERROR', { message: (error as Error).message, error_code: code, is_panic: false, meta: null })
    return 1
  }
}

async function runDatabaseCommand(verb: DatabaseVerb, url: string): Promise<void> {
  const name = databaseName(url)
  if (verb === 'can-connect-to-database') return onDatabase(url, 'SELECT 1')
  const identifier = pg.escapeIdentifier(name)
  const statement = verb === 'create-database' ? `CREATE DATABASE ${identifier}` : `DROP DATABASE ${identifier} WITH (FORCE)`
  await onDatabase(withDatabase(url, 'postgres'), statement)
}

function log(level: 'INFO' | 'ERROR', fields: object): void {
  process.stderr.write(`${JSON.stringify({ timestamp: new Date().toISOString(), level, fields, target: 'schema_engine::logger' })}\n`)
}

async function onDatabase(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  try {
    await client.connect()
    await client.query(statement)
  } catch (error) {
    throw explain(error, new URL(url))
  } finally {
    await client.end().catch(() => {})
  }
}

/** The messages are those of the native engine. */
function explain(error: unknown, url: URL): unknown {
  const { code } = error as { code?: string }
  const name = databaseName(url.href)
  const place = `\`${url.hostname}:${url.port || '5432'}\``
  if (code === '3D000') return new DatabaseCommandError('P1003', `Database \`${name}\` does not exist`, { cause: error })
  if (code === '42P04')
    return new DatabaseCommandError('P1009', `Database \`${name}\` already exists on the database server`, { cause: error })
  if (code === '28P01' || code === '28000')
    return new DatabaseCommandError(
      'P1000',
      `Authentication failed against database server, the provided database credentials for \`${decodeURIComponent(url.username)}\` are not valid.`,
      { cause: error },
    )
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'ETIMEDOUT')
    return new DatabaseCommandError('P1001', `Can't reach database server at ${place}`, { cause: error })
  return error
}
