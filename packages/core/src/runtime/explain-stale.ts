import { PartmanError } from '../error.js'
import type { Operation } from '../plan/operation.js'
import { formatTableName } from '../state/state.js'
import { SQLSTATE, sqlState } from './sql-state.js'

/** Turns what a block of ours says of an object that is another one now into what to do. */
export function explainStale({ partition }: Operation, error: unknown): unknown {
  if (sqlState(error) !== SQLSTATE.planStale) return error
  return new PartmanError('PLAN_STALE', `${formatTableName(partition)} is not what it was when the plan was made`, {
    hint: 'Plan again; nothing was changed by this step.',
    cause: error,
  })
}
