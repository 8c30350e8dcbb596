import type { Database } from '@partman/core'
import { pgDatabase } from '@partman/core/pg'
import { createTestDatabase, type TestDatabase } from '@partman/testing'
import pg from 'pg'

/** Uses one connection to a database, as a maintainer has it; it is open before the work begins. */
export async function withSession<Result>(url: string, work: (database: Database) => Promise<Result>): Promise<Result> {
  const pool = new pg.Pool({ connectionString: url, max: 1 })
  // The server may end a session that ran out of locks; the query under way, or the next, tells of it.
  pool.on('error', () => undefined)
  try {
    await pool.query('SELECT 1')
    return await work(pgDatabase(pool))
  } finally {
    await pool.end()
  }
}

/** Uses a copy of a database, which is gone afterwards. */
export async function withCopy<Result>(
  server: string,
  template: TestDatabase,
  work: (database: Database, test: TestDatabase) => Promise<Result>,
): Promise<Result> {
  const copy = await createTestDatabase(server, { template: template.name })
  try {
    return await withSession(copy.url, (database) => work(database, copy))
  } finally {
    await copy.drop()
  }
}
