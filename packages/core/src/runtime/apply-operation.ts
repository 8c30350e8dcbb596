import { PartmanError } from '../error.js'
import type { Operation } from '../plan/operation.js'
import type { Database } from '../sql/database.js'
import { renderOperation } from '../sql/render-operation.js'
import { formatTableName } from '../state/state.js'
import { type RetryOptions, retryOnLocks } from './retry.js'
import { SQLSTATE, sqlState } from './sql-state.js'

export interface ApplyOptions extends RetryOptions {
  /** How long one step may wait for one lock, in milliseconds. */
  readonly lockTimeoutMs: number
}

/**
 * Applies an operation: each of its statements by itself, tried again while locks stand in its way.
 *
 * @throws PartmanError `PLAN_STALE` when the database no longer holds what the plan was made for; errors of the driver as they are
 */
export async function applyOperation(database: Database, operation: Operation, options: ApplyOptions): Promise<void> {
  for (const [index, statement] of renderOperation(operation, options).entries()) {
    try {
      // A concurrent detach that was cut off is pending, and cannot be begun again: the next run ends it.
      if (isConcurrentDetach(operation, index)) await database.query(statement)
      else await retryOnLocks(() => database.query(statement), options)
    } catch (error) {
      if (sqlState(error) !== SQLSTATE.planStale) throw error
      throw new PartmanError('PLAN_STALE', `${formatTableName(operation.partition)} is not what it was when the plan was made`, {
        hint: 'Plan again; nothing was changed by this step.',
        cause: error,
      })
    }
  }
}

/** The second statement of a detach; the first one marks the partition. */
function isConcurrentDetach({ kind }: Operation, index: number): boolean {
  return kind === 'detach-partition' && index === 1
}
