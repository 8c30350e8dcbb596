import { qualified, sql } from '../sql/sql.js'
import { formatTableName } from '../state/state.js'
import type { Check } from './check.js'
import { lockLimited } from './lock-limited.js'
import type { MaintenanceHistory } from './maintenance-facts.js'
import type { RelationFacts } from './relation-facts.js'

/** Where the bookkeeping cannot be read, they are told of all the same. */
export const pendingDetachesCheck: Check<{ readonly relations: RelationFacts; readonly maintenance?: MaintenanceHistory | null }> = {
  name: 'pending detaches',
  needs: ['relations'],
  find: ({ relations: { pending }, maintenance }) =>
    pending.map(({ partition, parent }) => ({
      code: 'DETACH_PENDING',
      severity: 'warning',
      message: `The concurrent detach of ${formatTableName(partition)} from ${formatTableName(parent)} was begun and not ended`,
      reason: 'Its rows are out of sight, rows for it are refused, and no other partition of that table can be detached concurrently.',
      nextStep: mayBeAtWork(maintenance)
        ? 'The maintainer that is at work ends it, or the next run (`partman maintain`, with `--hooks <module>` where the application has hooks).'
        : 'The next maintenance run ends it (`partman maintain`, with `--hooks <module>` where the application has hooks), or this statement, which waits for whoever uses the table.',
      statements: mayBeAtWork(maintenance)
        ? []
        : [lockLimited(sql`ALTER TABLE ${qualified(parent)} DETACH PARTITION ${qualified(partition)} FINALIZE`)],
    })),
}

/** What it is detaching at this moment is pending, too. */
function mayBeAtWork(maintenance: MaintenanceHistory | null | undefined): boolean {
  return maintenance === undefined || (maintenance?.lease?.expiresInMs ?? -1) >= 0
}
