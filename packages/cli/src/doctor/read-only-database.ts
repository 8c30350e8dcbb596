import type { Database } from '@partman/core'
import type pg from 'pg'
import type { Client } from '../observe-migrations.js'

/** What it waits behind may stop the application too; a look that takes long is none for somebody on call. */
const BEGIN = `BEGIN READ ONLY; SET LOCAL lock_timeout = '100ms'; SET LOCAL statement_timeout = '30s'`

/**
 * Runs each statement in a transaction of its own that can change nothing and waits for no lock, whatever the statement is. The settings are
 * local to it, so they mean the same through a pooler.
 */
export function readOnlyDatabase(pool: pg.Pool): { readonly database: Database; readonly client: Client } {
  const query = async <Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<{ rows: Row[] }> => {
    const connection = await pool.connect()
    let failure: Error | undefined
    try {
      await connection.query(BEGIN)
      const result = await connection.query<Row>(text, values === undefined ? undefined : [...values])
      await connection.query('COMMIT')
      return result
    } catch (error) {
      // A connection that cannot even be rolled back is not used again.
      await connection.query('ROLLBACK').catch((cause: Error) => {
        failure = cause
      })
      throw error
    } finally {
      connection.release(failure)
    }
  }
  return {
    client: { query },
    database: {
      query: async <Row extends object>(statement: string, values?: readonly unknown[]) =>
        (await query(statement, values)).rows as unknown as Row[],
    },
  }
}
