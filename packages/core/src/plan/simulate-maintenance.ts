import { firstInstant } from '../calendar/first-instant.js'
import { createGrid, instantBefore, windowIndexAt, windowStart } from '../calendar/window.js'
import { diffState } from '../diff/diff-state.js'
import type { PartmanDocument, TablePolicy } from '../policy/document.js'
import { parseDuration } from '../policy/duration.js'
import { type PartitionPolicy, policyLevels, type RangePolicy } from '../policy/policy.js'
import { countLeaves } from '../state/describe-table.js'
import { holdsInForce } from '../state/hold.js'
import { countSubtree, DEFAULT_LOCK_CAPACITY, tablesPerTransaction } from '../state/lock-budget.js'
import { nextRetirement } from '../state/next-retirement.js'
import { formatTableName, type State, sameTable } from '../state/state.js'
import { partitionKey, type Wish, wantState } from '../state/want-state.js'
import { applyToState } from './apply-to-state.js'
import { findManyLeaves } from './find-many-leaves.js'
import type { Finding } from './finding.js'
import type { Operation } from './operation.js'
import { planChanges } from './plan-changes.js'

/** Where a simulation begins, and how long it lasts. */
export interface SimulationInput {
  readonly document: PartmanDocument
  /** Where to begin; `emptyState` for a database right after its first migration, without partitions. */
  readonly state: State
  /** Tenant keys by the name of their set. They stay the same all the time. */
  readonly tenants: ReadonlyMap<string, readonly string[]>
  /** What tenants have of their own, by the name of their set and their key. */
  readonly settings?: Wish['settings']
  readonly removed?: Wish['removed']
  /** Those that nobody has released, by the full name of their table; they stay the same but for the time that they last. */
  readonly holds?: Wish['holds']
  /** Milliseconds since 1970. */
  readonly from: number
  readonly until: number
  /** Locks that the server has room for. Default: as many as in its default configuration. */
  readonly lockCapacity?: number
}

/** A run of the maintainer that found something to do. */
export interface SimulatedRun {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly operations: readonly Operation[]
}

/** What becomes of one table. */
export interface SimulatedTable {
  readonly policy: TablePolicy
  readonly created: number
  readonly detached: number
  readonly dropped: number
  /** Moved to another schema instead of being dropped. */
  readonly moved: number
  /** The most partitions that hold rows at a time, those in their grace period left out, and when that is first so. */
  readonly peak: number
  readonly peakAt: number
  /** Tables that the largest single step makes: what one transaction has to lock. */
  readonly largestStep: number
}

/** What maintenance will do until an instant. */
export interface Simulation {
  readonly runs: readonly SimulatedRun[]
  readonly tables: readonly SimulatedTable[]
  /** Findings of the first run; what stands in the way of a table stands there till the end. */
  readonly findings: readonly Finding[]
  readonly state: State
}

/** The tables of a document as their first migration makes them, without a partition. */
export function emptyState(document: PartmanDocument): State {
  return {
    tables: document.tables.map(({ table, policy }) => ({ ...table, oid: null, partitionBy: partitionKey(policy), partitions: [] })),
    detached: [],
  }
}

/**
 * Drives the planner through time: at the beginning, and then at each instant at which there is something new to do, as a
 * maintainer that never sleeps would.
 */
export function simulateMaintenance({
  document,
  state: before,
  tenants,
  settings = new Map(),
  removed = new Map(),
  holds = new Map(),
  from,
  until,
  lockCapacity = DEFAULT_LOCK_CAPACITY,
}: SimulationInput): Simulation {
  const runs: SimulatedRun[] = []
  const tallies = document.tables.map((policy) => new Tally(policy))
  for (const tally of tallies) tally.add(from, [], before)
  let state = before
  let findings: readonly Finding[] | undefined
  for (let now: number | undefined = from; now !== undefined && now <= until; now = nextRun(document, state, now, holds)) {
    const wanted = wantState(document, { now, tenants, removed, settings, holds })
    const plan = planChanges(diffState(wanted, state), {
      now,
      takenNames: new Set(),
      clocksApartMs: 0,
      tablesPerStep: tablesPerTransaction(lockCapacity),
    })
    findings ??= [...plan.findings, ...findManyLeaves(wanted, state)]
    if (plan.operations.length === 0) continue
    runs.push({ at: now, operations: plan.operations })
    for (const operation of plan.operations) state = applyToState(state, operation)
    for (const tally of tallies) tally.add(now, plan.operations, state)
  }
  return { runs, tables: tallies.map((tally) => tally.result()), findings: findings ?? [], state }
}

/** The next instant at which a window begins, a partition passes its retention, or a grace period or a hold ends. */
function nextRun(document: PartmanDocument, state: State, now: number, holds: NonNullable<Wish['holds']>): number | undefined {
  const instants = document.tables.flatMap((declared) => {
    const levels = policyLevels(declared.policy).filter(isByTime)
    const table = state.tables.find((one) => sameTable(one, declared.table))
    const detached = state.detached.filter(({ marker }) => sameTable(marker.table, declared.table))
    const retiredAt = [...new Set(detached.map(({ marker }) => marker.retiredAt))]
    const given = holds.get(formatTableName(declared.table)) ?? []
    return [
      ...given.flatMap(({ until }) => (until === null ? [] : [Date.parse(until)])),
      ...levels.map((level) => nextWindow(level, now)),
      ...levels.flatMap(({ retention }) => (retention === null ? [] : retiredAt.map((at) => endOfGrace(retention.grace, at, now)))),
      table && nextRetirement(declared, table, holdsInForce(given, now)),
    ]
  })
  const later = instants.filter((instant): instant is number => typeof instant === 'number' && instant > now)
  return later.length === 0 ? undefined : Math.min(...later)
}

function isByTime(level: PartitionPolicy): level is RangePolicy {
  return level.kind === 'range'
}

function nextWindow({ interval, timeZone, origin }: RangePolicy, now: number): number {
  const grid = createGrid(parseDuration(interval), timeZone, origin)
  return windowStart(grid, windowIndexAt(grid, now) + 1)
}

function endOfGrace(grace: string, retiredAt: string, now: number): number | undefined {
  return firstInstant((at) => instantBefore(at, parseDuration(grace), 'UTC') >= Date.parse(retiredAt), now)
}

class Tally {
  #created = 0
  #detached = 0
  #dropped = 0
  #moved = 0
  #peak = 0
  #peakAt = 0
  #largestStep = 0

  constructor(private readonly policy: TablePolicy) {}

  add(now: number, operations: readonly Operation[], state: State): void {
    for (const operation of operations) {
      if (!sameTable(operation.table, this.policy.table)) continue
      if (operation.kind === 'create-partition') {
        this.#created += countLeaves([operation.partition])
        this.#largestStep = Math.max(this.#largestStep, countSubtree(operation.partition))
      } else if (operation.kind === 'drop-partition') this.#dropped++
      else if (operation.kind === 'move-partition') this.#moved++
      else if (operation.kind === 'detach-partition' || operation.kind === 'finalize-detach') this.#detached++
    }
    const leaves = countLeaves(state.tables.find((table) => sameTable(table, this.policy.table))?.partitions ?? [])
    if (leaves > this.#peak) [this.#peak, this.#peakAt] = [leaves, now]
  }

  result(): SimulatedTable {
    return {
      policy: this.policy,
      created: this.#created,
      detached: this.#detached,
      dropped: this.#dropped,
      moved: this.#moved,
      peak: this.#peak,
      peakAt: this.#peakAt,
      largestStep: this.#largestStep,
    }
  }
}
