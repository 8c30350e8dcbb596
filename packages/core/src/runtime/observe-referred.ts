import { observeReferrers } from '../catalog/observe-referrers.js'
import type { Referred } from '../plan/hold-referred.js'
import type { Plan } from '../plan/plan.js'
import type { Database } from '../sql/database.js'
import { type State, sameTable } from '../state/state.js'
import { readApart } from './read-apart.js'

/** Looks which partitions that are to go others refer to; no statement where no foreign key points to any of their tables. What cannot be read is for PostgreSQL to refuse. */
export async function observeReferred(database: Database, state: State, plan: Plan): Promise<Referred[]> {
  const asked = plan.operations.flatMap((operation): Referred[] => {
    if (operation.kind !== 'detach-partition') return []
    const { referredBy = [] } = state.tables.find((one) => sameTable(one, operation.table)) ?? {}
    return referredBy.map((referrer) => ({ operation, referrer }))
  })
  const read = await readApart(asked, (some) =>
    observeReferrers(
      database,
      some.map(({ operation, referrer }) => ({ partition: operation.partition, referrer })),
    ),
  )
  return asked.filter((_, index) => {
    const one = read[index]!
    return 'value' in one && one.value
  })
}
