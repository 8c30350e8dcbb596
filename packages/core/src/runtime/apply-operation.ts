import type { Operation } from '../plan/operation.js'
import type { Database } from '../sql/database.js'
import { renderOperation, undoOf } from '../sql/render-operation.js'
import { renderStatement } from '../sql/statement.js'
import { explainStale } from './explain-stale.js'
import { type RetryOptions, retryOnLocks } from './retry.js'

/** How patiently a single operation, or a restoration, is applied. */
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
  for (const statement of renderOperation(operation, options)) {
    try {
      // What was cut off has left something behind, and cannot be begun again: the next run ends it, or clears it away.
      if (!isBlock(statement)) await database.query(statement)
      else await retryOnLocks(() => database.query(statement), options)
    } catch (error) {
      for (const undo of undoOf(operation)) await retryOnLocks(() => database.query(renderStatement(undo, options)), options)
      throw explainStale(operation, error)
    }
  }
}

/** A block is done whole or not at all; anything else is a statement that runs concurrently, in transactions of its own. */
function isBlock(statement: string): boolean {
  return statement.startsWith('DO ')
}
