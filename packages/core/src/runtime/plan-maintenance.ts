import { type Observation, observeState } from '../catalog/observe-state.js'
import { observeTenants } from '../catalog/observe-tenants.js'
import { diffState } from '../diff/diff-state.js'
import type { Plan } from '../plan/plan.js'
import { planChanges } from '../plan/plan-changes.js'
import type { PartmanDocument } from '../policy/document.js'
import type { Database } from '../sql/database.js'
import { type WantedTable, wantState } from '../state/want-state.js'
import type { Clock } from './clock.js'

/** What a look at the database leads to. */
export interface PlannedMaintenance {
  readonly plan: Plan
  readonly observation: Observation
  readonly wanted: readonly WantedTable[]
}

/** Observes the database and plans what is to be done at this moment: two statements, whatever the number of tables. */
export async function planMaintenance(
  database: Database,
  document: PartmanDocument,
  options: { clock?: Clock } = {},
): Promise<PlannedMaintenance> {
  const observation = await observeState(database, document)
  const tenants = await observeTenants(database, document, observation)
  const now = options.clock ? options.clock.now().getTime() : observation.server.now
  const wanted = wantState(document, observation.state, { now, tenants })
  const plan = planChanges(diffState(wanted, observation.state), {
    now,
    takenNames: observation.takenNames,
    clocksApartMs: options.clock ? 0 : Math.abs(observation.server.now - Date.now()),
  })
  return { plan, observation, wanted }
}
