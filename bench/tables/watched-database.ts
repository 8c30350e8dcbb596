import { type Database, type Sql, sqlState } from '@partman/core'

/** A statement that was sent: when, by `performance.now()`, and how it ended. */
export interface SentStatement {
  readonly text: string
  readonly begunAt: number
  readonly endedAt: number
  /** SQLSTATE of the failure. */
  readonly failed?: string
}

export interface WatchedDatabase extends Database {
  readonly sent: SentStatement[]
}

/** Takes down what is sent to a database. */
export function watchDatabase(database: Database): WatchedDatabase {
  const sent: SentStatement[] = []
  return {
    sent,
    async query<Row extends object>(text: Sql, values?: readonly unknown[]): Promise<Row[]> {
      const begunAt = performance.now()
      try {
        const rows = await database.query<Row>(text, values)
        sent.push({ text, begunAt, endedAt: performance.now() })
        return rows
      } catch (error) {
        sent.push({ text, begunAt, endedAt: performance.now(), failed: sqlState(error) ?? String(error) })
        throw error
      }
    },
  }
}
