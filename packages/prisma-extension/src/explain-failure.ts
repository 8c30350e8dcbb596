import { explainMissing, SQLSTATE, sqlState } from '@partman/core'

/** Names of the bookkeeping in a message of PostgreSQL, which quotes them differently in each language. */
const BOOKKEEPING = /\bpartman\.(tenant|lease|run)\b/

/** Explains the error of a statement of ours; the same SQLSTATE about a table of the application passes as it is. */
export function explainFailure(error: unknown): unknown {
  const missing = sqlState(error) === SQLSTATE.invalidSchemaName || BOOKKEEPING.test(String((error as Error).message))
  return missing ? explainMissing(error) : error
}

/** Runs statements of ours, with their errors explained. */
export async function explained<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    throw explainFailure(error)
  }
}
