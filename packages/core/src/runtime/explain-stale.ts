import { PartmanError } from '../error.js'
import type { Operation } from '../plan/operation.js'
import { HOLD_ADDED } from '../sql/assert-holds.js'
import { formatTableName } from '../state/state.js'
import { SQLSTATE, sqlState } from './sql-state.js'

/** Turns what a block of ours says of an object that is another one now, or of a hold that came in between, into what to do. */
export function explainStale({ partition }: Operation, error: unknown): unknown {
  if (sqlState(error) !== SQLSTATE.planStale) return error
  const name = formatTableName(partition)
  const isHeld = error instanceof Error && error.message.includes(HOLD_ADDED)
  return new PartmanError(
    'PLAN_STALE',
    isHeld ? `${name} is kept for now: ${HOLD_ADDED} the plan was made` : `${name} is not what it was when the plan was made`,
    {
      hint: 'Plan again; nothing was changed by this step.',
      cause: error,
    },
  )
}
