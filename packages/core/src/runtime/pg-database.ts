import type { Database } from '../sql/database.js'

/** What is used of a `pg` pool or client. */
export interface PgQueryable {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>
}

/** A `pg` pool, or a client, as a database; it stays the caller's to end. */
export function pgDatabase(pool: PgQueryable): Database {
  return {
    async query<Row extends object>(statement: string, values?: readonly unknown[]): Promise<Row[]> {
      // Without values, pg sends the simple protocol, which every pooler takes.
      const result = values === undefined ? await pool.query(statement) : await pool.query(statement, [...values])
      return result.rows as Row[]
    },
  }
}
