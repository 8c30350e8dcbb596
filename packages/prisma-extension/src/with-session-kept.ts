import type { Connection } from './connection.js'

interface Pinned {
  readonly zone: string
  readonly style: string
}

/**
 * For a statement that pins TimeZone and DateStyle until the transaction ends, in a transaction that is not ours: they are
 * put back right after it.
 */
export function withSessionKept(connection: Connection): Connection {
  return {
    async query<Row extends object>(statement: string, values?: readonly unknown[]): Promise<Row[]> {
      const [before] = await connection.query<Pinned>(
        "SELECT pg_catalog.current_setting('TimeZone') AS zone, pg_catalog.current_setting('DateStyle') AS style",
      )
      const rows = await connection.query<Row>(statement, values)
      await connection.query("SELECT pg_catalog.set_config('TimeZone', $1, true), pg_catalog.set_config('DateStyle', $2, true)", [
        before?.zone,
        before?.style,
      ])
      return rows
    },
  }
}
