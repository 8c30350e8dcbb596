import { type Observation, observeState } from '../catalog/observe-state.js'
import { observeTakenNames } from '../catalog/observe-taken-names.js'
import { diffState } from '../diff/diff-state.js'
import type { Difference } from '../diff/difference.js'
import { PartmanError } from '../error.js'
import { findManyLeaves } from '../plan/find-many-leaves.js'
import { holdDoubtful } from '../plan/hold-doubtful.js'
import { holdInWay } from '../plan/hold-in-way.js'
import { holdReferred } from '../plan/hold-referred.js'
import { type AcceptedTerms, holdUnapproved } from '../plan/hold-unapproved.js'
import type { Operation } from '../plan/operation.js'
import type { Plan } from '../plan/plan.js'
import { MAX_CLOCKS_APART_MS, type PlanContext, planChanges } from '../plan/plan-changes.js'
import type { PartmanDocument } from '../policy/document.js'
import type { Database } from '../sql/database.js'
import type { Hold } from '../state/hold.js'
import { tablesPerTransaction } from '../state/lock-budget.js'
import type { Partition } from '../state/state.js'
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
  /** The holds that nobody has released, by the full name of their table. */
  readonly holds: ReadonlyMap<string, readonly Hold[]>
}

/** What a plan is to be made for. */
export interface PlanningOptions {
  /** Default: the database's clock, which is compared with the process's. */
  readonly clock?: Clock | undefined
  /** The instant to plan for, in milliseconds since 1970; the clocks are compared all the same. Default: now. */
  readonly at?: number
  /** As if somebody had approved of every retention. */
  readonly approved?: true
  /** A lock on the table of the tenants is a finding, and not an error. Default: an error. */
  readonly tellsLocks?: boolean
}

/** Observes the database and plans what is to be done at this moment: a few statements, whatever the number of tables. */
export async function planMaintenance(
  database: Database,
  document: PartmanDocument,
  options: PlanningOptions = {},
): Promise<PlannedMaintenance> {
  const observation = await observeMeasures(database, document, await observeState(database, document))
  const { tenants, removed, settings, inForce, approved, holds, findings } = await observeTenantsApart(
    database,
    document,
    observation,
    options,
  )
  const now = options.at ?? (options.clock ? options.clock.now().getTime() : observation.server.now)
  const wanted = wantState(document, { now, tenants, removed, settings, holds })
  const clocksApartMs = options.clock ? 0 : Math.abs(observation.server.now - Date.now())
  const context = { now, clocksApartMs, tablesPerStep: tablesPerTransaction(observation.server.lockCapacity) }
  const changes = await planFreely(database, document, diffState(wanted, observation.state), context)
  const whole = { ...changes, findings: [...findings, ...changes.findings] }
  const manyLeaves = findManyLeaves(wanted, observation.state)
  const besideDefaults = async (planned: Plan): Promise<Plan> => {
    const plan = holdInWay(planned, await observeInWay(database, wanted, observation.state, planned), now)
    // Last of all: it says nothing against a table's retention, as other findings do.
    return { ...plan, findings: [...plan.findings, ...manyLeaves] }
  }
  if (options.approved) return { plan: await besideDefaults(whole), accepted: [], observation, wanted, holds }
  const { plan: approvedPlan, accepted } = holdUnapproved(document.tables, whole, inForce, { now, clocksApartMs }, removed)
  const evidence = await observeEvidence(database, wanted, observation.state, approvedPlan)
  const sound = holdDoubtful(document, approvedPlan, { evidence, approved })
  const free = holdReferred(sound, await observeReferred(database, observation.state, sound))
  const plan = await besideDefaults(free)
  return { plan, accepted, observation, wanted, holds }
}

/** Plans with names that nobody bears: only what is to be made needs one, so only those are asked for. */
async function planFreely(
  database: Database,
  { partitionSchema }: PartmanDocument,
  differences: readonly Difference[],
  context: Omit<PlanContext, 'takenNames'>,
): Promise<Plan> {
  const takenNames = new Set<string>()
  for (;;) {
    const plan = planChanges(differences, { ...context, takenNames })
    const found = await observeTakenNames(database, partitionSchema, plan.operations.flatMap(newNames))
    if (found.size === 0) return plan
    for (const name of found) takenNames.add(name)
  }
}

function newNames(operation: Operation): string[] {
  if (operation.kind === 'create-index') return operation.leftover === null ? [operation.name] : []
  return operation.kind === 'create-partition' ? names(operation.partition) : []
}

function names({ name, partitions }: Partition): string[] {
  return [name, ...partitions.flatMap(names)]
}

/**
 * Makes a plan again, for the instant that it was made for; what is retired by it bears the instant of now, where that is later, and has its
 * whole grace period before it.
 *
 * @throws PartmanError `PLAN_STALE` where the outcome is another one: the database or the declaration has changed in between
 */
export async function planAgain(
  database: Database,
  document: PartmanDocument,
  { now, fingerprint }: Pick<Plan, 'now' | 'fingerprint'>,
  options: Pick<PlanningOptions, 'clock'> = {},
): Promise<PlannedMaintenance> {
  const planned = await planMaintenance(database, document, { ...options, at: Date.parse(now) })
  if (Date.parse(now) > planned.observation.server.now + MAX_CLOCKS_APART_MS) {
    throw new PartmanError('PLAN_STALE', `The plan was made for ${now}, and by the database's clock that is still to come`, {
      hint: 'Set the clocks, and plan again. Nothing was changed.',
    })
  }
  // What took nothing at an instant long past says nothing of now.
  if (planned.plan.fingerprint === fingerprint) {
    const appliedAt = Math.max(Date.parse(now), options.clock?.now().getTime() ?? planned.observation.server.now)
    const operations = planned.plan.operations.map((operation) => markedAt(operation, new Date(appliedAt).toISOString()))
    return { ...planned, plan: { ...planned.plan, operations }, accepted: [] }
  }
  throw new PartmanError(
    'PLAN_STALE',
    'The plan no longer fits: the database, the declaration or the plan itself has changed since it was made',
    {
      hint: 'Plan again, look, and apply that. Nothing was changed.',
    },
  )
}

function markedAt(operation: Operation, instant: string): Operation {
  if (operation.kind === 'detach-partition') return { ...operation, retiredAt: instant }
  return operation.kind === 'move-partition' ? { ...operation, movedAt: instant } : operation
}
