import type { Database } from '@partman/core'
import { pgDatabase } from '@partman/core/pg'
import pg from 'pg'
import type { Session } from './session.js'

const CONNECT_TIMEOUT_MS = 10_000
/** One works, one looks what it waits for, one keeps the lease. */
const MAX_CONNECTIONS = 3

/** A database as the commands use it. */
export interface OpenDatabase {
  readonly database: Database
  readonly pool: pg.Pool
  /** For connections beside the pool. */
  readonly url: string
  /** The schema that unqualified names in migrations mean. */
  readonly schema: string
}

/** Opens the session's database for as long as something runs on it. `readers`: so many connections more, for what is read meanwhile. */
export async function withDatabase<T>(session: Session, use: (open: OpenDatabase) => Promise<T>, { readers = 0 } = {}): Promise<T> {
  const { url, schema } = await session.connection()
  const pool = new pg.Pool({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'partman',
    max: MAX_CONNECTIONS + readers,
    keepAlive: true,
  })
  // An idle connection that breaks is replaced; the next statement tells when the server is gone.
  pool.on('error', () => {})
  try {
    return await use({ database: pgDatabase(pool), pool, url, schema })
  } finally {
    await pool.end()
  }
}
