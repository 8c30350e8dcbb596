import type { Pool } from 'pg'
import type { Database } from '../sql/database.js'

/** A `pg` pool as a database; the pool stays the caller's to end. */
export function pgDatabase(pool: Pick<Pool, 'query'>): Database {
  return {
    async query<Row extends object>(statement: string, values?: readonly unknown[]): Promise<Row[]> {
      // Without values, pg sends the simple protocol, which every pooler takes.
      const result = values === undefined ? await pool.query(statement) : await pool.query(statement, [...values])
      return result.rows as Row[]
    },
  }
}
