import { formatTableName } from '../state/state.js'
import type { CheckResult } from './check.js'
import type { RelationCheck } from './relation-facts.js'

/** The share of all locks that one query may come to before it is told of: others need some, too. */
const SHARE_OF_LOCKS = 1 / 2

export const locksCheck: RelationCheck = {
  name: 'room for locks',
  needs: ['relations'],
  find({ relations: { tables, locks } }): CheckResult[] {
    const capacity = locks.perTransaction * locks.sessions
    const [widest] = tables.toSorted((a, b) => b.relations - a.relations)
    if (!widest || widest.relations <= capacity * SHARE_OF_LOCKS) return []
    const wanted = Math.ceil(widest.relations / SHARE_OF_LOCKS / locks.sessions)
    return [
      {
        code: 'LOCKS_TOO_FEW',
        severity: 'warning',
        message: `A query on ${formatTableName(widest)} that binds no key takes ${widest.relations} locks (${widest.leaves} partitions that hold rows, with their indexes); the server has room for ${capacity}`,
        reason: 'Where the locks are used up, that query fails, or whatever else asks for one then (53200, out of shared memory).',
        nextStep: `Raise max_locks_per_transaction from ${locks.perTransaction} to ${wanted}, on standbys first, and restart; or declare fewer partitions (docs/limits.md).`,
        statements: [`ALTER SYSTEM SET max_locks_per_transaction = ${wanted};`],
      },
    ]
  },
}
