import { qualified, sql } from '../sql/sql.js'
import { formatTableName } from '../state/state.js'
import type { RelationCheck } from './relation-facts.js'

export const pendingDetachesCheck: RelationCheck = {
  name: 'pending detaches',
  needs: ['relations'],
  find: ({ relations: { pending } }) =>
    pending.map(({ partition, parent }) => ({
      code: 'DETACH_PENDING',
      severity: 'warning',
      message: `The concurrent detach of ${formatTableName(partition)} from ${formatTableName(parent)} was begun and not ended`,
      reason: 'Its rows are out of sight, rows for it are refused, and no other partition of that table can be detached concurrently.',
      nextStep:
        'The next maintenance run ends it (`partman maintain`, with `--hooks <module>` where the application has hooks), or this statement, which waits for whoever uses the table.',
      statements: [sql`ALTER TABLE ${qualified(parent)} DETACH PARTITION ${qualified(partition)} FINALIZE;`],
    })),
}
