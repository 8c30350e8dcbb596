import { observeFilled } from '../catalog/observe-filled.js'
import { type Evidence, isRetirement } from '../plan/hold-doubtful.js'
import type { Operation } from '../plan/operation.js'
import type { Plan } from '../plan/plan.js'
import type { TablePolicy } from '../policy/document.js'
import { policyLevels, type RangePolicy } from '../policy/policy.js'
import type { Database } from '../sql/database.js'
import { foundSeries } from '../state/found-series.js'
import { timeAxis } from '../state/key-axis.js'
import type { Position } from '../state/position.js'
import { isFinitePosition } from '../state/range-span.js'
import { formatTableName, type Partition, type State, sameTable } from '../state/state.js'
import type { WantedTable } from '../state/want-state.js'
import type { WindowSeries } from '../state/window-series.js'

/** Where nothing goes, rows that are so many windows old still tell that the clock is about right. */
const WINDOWS_BACK = 100
/** The newest partitions tell, or none does. */
const MAX_LOOKED_AT = 2_000

/** A window of some table by time that has begun, in milliseconds since 1970. */
interface Begun {
  readonly since: number
  readonly until: number
  readonly isPresent: boolean
  readonly partition: Partition
}

/**
 * Looks at whether the rows agree with the clock, where something is to go or a gap of the past is to be filled: one statement, or
 * none. A clock that runs ten years ahead finds all partitions past their time, and no row that would not be.
 */
export async function observeEvidence(
  database: Database,
  wanted: readonly WantedTable[],
  state: State,
  plan: Plan,
): Promise<ReadonlyMap<string, Evidence>> {
  const asked = wanted.filter((one) => operationsOf(one, plan).some((operation) => isRetirement(operation) || fillsGap(operation)))
  if (asked.length === 0) return new Map()
  const begun = wanted.flatMap((one) => begunWindows(one, state)).sort(newestFirst)
  const horizons = asked.map(horizonOf)
  const lists = asked.flatMap((one, index) => [
    leavesAfter(begun, horizons[index] ?? null),
    olderLeaves(one, state, plan, horizons[index] ?? null),
  ])
  const filled = await observeFilled(database, lists)
  return new Map(
    asked.map((one, index) => {
      // What goes by numbers goes by no clock.
      const confirmsClock = horizons[index] === null || filled[2 * index] === true
      const evidence = { confirmsClock, isFilled: filled[2 * index + 1] === true, partitions: countBegun(one, state) }
      return [formatTableName(one.policy.table), evidence]
    }),
  )
}

function fillsGap(operation: Operation): boolean {
  return operation.kind === 'create-partition' && operation.time === 'past'
}

function operationsOf({ policy }: WantedTable, plan: Plan): Operation[] {
  return plan.operations.filter(({ table }) => sameTable(table, policy.table))
}

function timeLevels({ policy }: TablePolicy): RangePolicy[] {
  return policyLevels(policy).filter((level) => level.kind === 'range')
}

/** What has begun by the clock, in all levels by time; empty where the windows are of numbers. */
function begunWindows(wanted: WantedTable, state: State): Begun[] {
  const table = state.tables.find((one) => sameTable(one, wanted.policy.table))
  return foundSeries(wanted.policy.policy, table?.partitions ?? []).flatMap(({ policy, spans }) => {
    if (policy.kind !== 'range') return []
    const [axis, { present }] = [timeAxis(policy.by), wanted.series(policy, null)]
    return spans
      .filter(({ from }) => from <= present)
      .map(({ from, to, partition }) => ({
        since: isFinitePosition(from) ? axis.instantAt(from) : Number.NEGATIVE_INFINITY,
        until: isFinitePosition(to) ? axis.instantAt(to) : Number.POSITIVE_INFINITY,
        isPresent: to > present,
        partition,
      }))
  })
}

/** The instant after which a row tells that the clock is right; null where no window is one of time. */
function horizonOf(wanted: WantedTable): number | null {
  const backs = timeLevels(wanted.policy).map((level) => {
    const series = wanted.series(level, null)
    return timeAxis(level.by).instantAt(keptFrom(level, series) ?? series.present)
  })
  return backs.length === 0 ? null : Math.min(...backs)
}

/** Where what a level keeps begins. */
function keptFrom({ retention }: RangePolicy, series: WindowSeries): bigint | null {
  if (retention?.kind === 'age') return series.before(retention.after)
  const windows = retention?.kind === 'count' ? retention.partitions : WINDOWS_BACK
  // A time zone may have left a date out.
  return (series.window(-windows) ?? series.window(1 - windows))?.from ?? null
}

/** What certainly holds rows that are newer, and the present windows. */
function leavesAfter(begun: readonly Begun[], horizon: number | null): string[] {
  if (horizon === null) return []
  const oids: string[] = []
  for (const { since, isPresent, partition } of begun) {
    if (oids.length >= MAX_LOOKED_AT) break
    if (isPresent || since >= horizon) oids.push(...leaves(partition))
  }
  return oids
}

/** Of what stands detached only the top is known. */
function olderLeaves(wanted: WantedTable, state: State, plan: Plan, horizon: number | null): string[] {
  const older = begunWindows(wanted, state).filter(({ until }) => horizon === null || until <= horizon)
  const dropped = operationsOf(wanted, plan).flatMap((one) => (one.kind === 'drop-partition' ? [one.partition.oid] : []))
  return [
    ...dropped,
    ...older
      .sort(newestFirst)
      .slice(0, MAX_LOOKED_AT)
      .flatMap(({ partition }) => leaves(partition)),
  ]
}

function newestFirst(a: Begun, b: Begun): number {
  return b.until - a.until
}

function leaves({ oid, partitions }: Partition): string[] {
  return partitions.length > 0 ? partitions.flatMap(leaves) : oid === null ? [] : [oid]
}

/** How many windows are past or present, whatever stands detached included. */
function countBegun(wanted: WantedTable, state: State): number {
  const table = state.tables.find((one) => sameTable(one, wanted.policy.table))
  const attached = foundSeries(wanted.policy.policy, table?.partitions ?? []).map(({ policy, spans }) => {
    if (policy.kind !== 'range') return spans.length
    const { present } = wanted.series(policy, null)
    return spans.filter(({ from }: { readonly from: Position }) => from <= present).length
  })
  const detached = state.detached.filter(({ marker }) => sameTable(marker.table, wanted.policy.table)).length
  return attached.reduce((sum, count) => sum + count, detached)
}
