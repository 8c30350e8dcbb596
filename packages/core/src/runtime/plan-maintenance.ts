import { type Observation, observeState } from '../catalog/observe-state.js'
import { diffState } from '../diff/diff-state.js'
import { PartmanError } from '../error.js'
import { holdDoubtful } from '../plan/hold-doubtful.js'
import { holdInWay } from '../plan/hold-in-way.js'
import { holdReferred } from '../plan/hold-referred.js'
import { type AcceptedTerms, holdUnapproved } from '../plan/hold-unapproved.js'
import type { Plan } from '../plan/plan.js'
import { MAX_CLOCKS_APART_MS, planChanges } from '../plan/plan-changes.js'
import type { PartmanDocument } from '../policy/document.js'
import type { Database } from '../sql/database.js'
import { tablesPerTransaction } from '../state/lock-budget.js'
import { type WantedTable, wantState } from '../state/want-state.js'
import type { Clock } from './clock.js'
import { observeEvidence } from './observe-evidence.js'
import { observeInWay } from './observe-in-way.js'
import { observeMeasures } from './observe-measures.js'
import { observeReferred } from './observe-referred.js'
import { observeTenantsApart } from './observe-tenants-apart.js'

/** What a look at the database leads to. */
export interface PlannedMaintenance {
  readonly plan: Plan
  /** Retention that takes nothing away, and is in force once it is recorded. */
  readonly accepted: readonly AcceptedTerms[]
  readonly observation: Observation
  readonly wanted: readonly WantedTable[]
}

/**
 * Observes the database and plans what is to be done at this moment: a few statements, whatever the number of tables. `approved`: as if somebody
 * had approved of every retention.
 */
export async function planMaintenance(
  database: Database,
  document: PartmanDocument,
  options: { clock?: Clock; approved?: true } = {},
): Promise<PlannedMaintenance> {
  const observation = await observeMeasures(database, document, await observeState(database, document))
  const { tenants, settings, inForce, approved, findings } = await observeTenantsApart(database, document, observation)
  const now = options.clock ? options.clock.now().getTime() : observation.server.now
  const wanted = wantState(document, { now, tenants, settings })
  const clocksApartMs = options.clock ? 0 : Math.abs(observation.server.now - Date.now())
  const changes = planChanges(diffState(wanted, observation.state), {
    now,
    takenNames: observation.takenNames,
    clocksApartMs,
    tablesPerStep: tablesPerTransaction(observation.server.lockCapacity),
  })
  const whole = { ...changes, findings: [...findings, ...changes.findings] }
  const besideDefaults = async (planned: Plan) => holdInWay(planned, await observeInWay(database, wanted, observation.state, planned), now)
  if (options.approved) return { plan: await besideDefaults(whole), accepted: [], observation, wanted }
  const { plan: approvedPlan, accepted } = holdUnapproved(document.tables, whole, inForce, { now, clocksApartMs })
  const evidence = await observeEvidence(database, wanted, observation.state, approvedPlan)
  const sound = holdDoubtful(document, approvedPlan, { evidence, approved })
  const free = holdReferred(sound, await observeReferred(database, observation.state, sound))
  const plan = await besideDefaults(free)
  return { plan, accepted, observation, wanted }
}

/**
 * Makes a plan again, for the instant that it was made for.
 *
 * @throws PartmanError `PLAN_STALE` where the outcome is another one: the database or the declaration has changed in between
 */
export async function planAgain(
  database: Database,
  document: PartmanDocument,
  { now, fingerprint }: Pick<Plan, 'now' | 'fingerprint'>,
): Promise<PlannedMaintenance> {
  const planned = await planMaintenance(database, document, { clock: { now: () => new Date(now) } })
  if (Date.parse(now) > planned.observation.server.now + MAX_CLOCKS_APART_MS) {
    throw new PartmanError('PLAN_STALE', `The plan was made for ${now}, and by the database's clock that is still to come`, {
      hint: 'Set the clocks, and plan again. Nothing was changed.',
    })
  }
  // What took nothing at an instant long past says nothing of now.
  if (planned.plan.fingerprint === fingerprint) return { ...planned, accepted: [] }
  throw new PartmanError(
    'PLAN_STALE',
    'The plan no longer fits: the database, the declaration or the plan itself has changed since it was made',
    {
      hint: 'Plan again, look, and apply that. Nothing was changed.',
    },
  )
}
