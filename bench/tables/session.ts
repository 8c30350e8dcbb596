import { type Database, sqlState } from '@partman/core'
import { pgDatabase } from '@partman/core/pg'
import { createTestDatabase, type TestDatabase } from '@partman/testing'
import pg from 'pg'

/** Uses connections to a database, one unless told otherwise, as a maintainer has it; one is open before the work begins. */
export async function withSession<Result>(url: string, work: (database: Database) => Promise<Result>, connections = 1): Promise<Result> {
  const pool = new pg.Pool({ connectionString: url, max: connections })
  try {
    await pool.query('SELECT 1')
    return await work(pgDatabase(pool))
  } finally {
    await pool.end()
  }
}

/** Sends something in a session of its own; tells the SQLSTATE of its failure, when all that it had begun is undone. */
export async function failureOf(url: string, text: string): Promise<string | null> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(text)
    return null
  } catch (error) {
    // The failure is told before its locks are given back; this waits, where a pool would have opened another connection.
    await client.query('ROLLBACK')
    return sqlState(error) ?? String(error)
  } finally {
    await client.end()
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
