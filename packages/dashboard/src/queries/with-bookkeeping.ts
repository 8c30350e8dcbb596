import { explainMissing } from '@partman/core'

/**
 * Runs a statement on the bookkeeping.
 *
 * @throws PartmanError `BOOKKEEPING_MISSING`
 */
export async function withBookkeeping<T>(query: () => Promise<T>): Promise<T> {
  try {
    return await query()
  } catch (error) {
    throw explainMissing(error)
  }
}
