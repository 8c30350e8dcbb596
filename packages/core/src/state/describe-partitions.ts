import type { TableName, TablePolicy } from '../policy/document.js'
import { type PartitionPolicy, tenantsOf, type WindowPolicy } from '../policy/policy.js'
import { type Bound, formatBound } from './bound.js'
import { formatPlace } from './found-series.js'
import { keyAxis } from './key-axis.js'
import { isWindows } from './key-span.js'
import type { Position } from './position.js'
import { isFinitePosition, placeRange, tenantIn } from './range-span.js'
import { formatTableName, type Partition, type Table } from './state.js'
import { numberSeries, timeSeries } from './window-series.js'

/** A partition that holds rows, as people look for it. */
export interface PartitionDescription extends TableName {
  readonly oid: string | null
  /** null where there are no tenants, or several in it. */
  readonly tenant: string | null
  /** As PostgreSQL prints it. */
  readonly bound: string
  readonly isDefault: boolean
  /** The ends of its window on the axis of the outermost level of windows: ISO 8601, or a number; null where it has none. */
  readonly from: string | null
  readonly to: string | null
  /** Where it begins on that axis; null where it has no place there. */
  readonly position: bigint | null
  /** By the window; `other` where there is none, or nothing to tell the present by. */
  readonly time: 'history' | 'current' | 'ahead' | 'other'
  /** A concurrent detach of it, or of what it is a part of, was begun. */
  readonly isLeaving: boolean
}

interface Window {
  readonly policy: WindowPolicy
  readonly from: Position
  readonly to: Position
  /** The place of the present. */
  readonly present: bigint | null
}

interface Place {
  readonly tenant: string | null
  readonly window: Window | null
  readonly isLeaving: boolean
}

const NOWHERE: Place = { tenant: null, window: null, isLeaving: false }

/**
 * Describes the partitions of a table that hold rows, found or wanted, at an instant (milliseconds since 1970). Which number is the present
 * one is told by `highestKey`, where that was observed.
 */
export function describePartitions(
  { policy }: TablePolicy,
  table: Pick<Table, 'partitions' | 'highestKey'>,
  now: number,
): PartitionDescription[] {
  const presents = presentReader(now)
  const described: PartitionDescription[] = []
  const visit = (parent: Pick<Partition, 'partitions' | 'highestKey'>, level: PartitionPolicy | null, place: Place): void => {
    for (const partition of parent.partitions) {
      const own = placeBelow(level, partition.bound, place, (policy) => presents(policy, parent.highestKey))
      const below = { ...own, isLeaving: place.isLeaving || partition.detachPending }
      if (partition.partitionBy) visit(partition, level?.subpartition ?? null, below)
      else described.push(describe(partition, partition.bound, below))
    }
  }
  visit(table, policy, NOWHERE)
  return described
}

/** A partition that is not attached: missing, or detached. */
export interface ApartPartition {
  /** What it is to be a partition of, or was. */
  readonly parent: TableName
  readonly partition: Pick<Partition, 'schema' | 'name' | 'oid' | 'bound' | 'partitionBy' | 'partitions'>
}

/** The same of partitions that are not attached; what their parents tell of them is known where those are there. */
export function describeApart({ policy }: TablePolicy, table: Table | undefined, apart: readonly ApartPartition[]): PartitionDescription[] {
  const parents = new Map<string, { readonly level: PartitionPolicy | null; readonly place: Place }>()
  const know = (parent: Pick<Partition, 'schema' | 'name' | 'partitions'>, level: PartitionPolicy | null, place: Place): void => {
    parents.set(formatTableName(parent), { level, place })
    for (const partition of parent.partitions) {
      if (partition.partitionBy)
        know(
          partition,
          level?.subpartition ?? null,
          placeBelow(level, partition.bound, place, () => null),
        )
    }
  }
  if (table) know(table, policy, NOWHERE)
  const described: PartitionDescription[] = []
  const visit = (partition: ApartPartition['partition'], level: PartitionPolicy | null, above: Place): void => {
    const place = placeBelow(level, partition.bound, above, () => null)
    if (!partition.partitionBy) described.push(describe(partition, partition.bound, place))
    else for (const below of partition.partitions) visit(below, level?.subpartition ?? null, place)
  }
  for (const { parent, partition } of apart) {
    const { level, place } = parents.get(formatTableName(parent)) ?? { level: null, place: NOWHERE }
    visit(partition, level, place)
  }
  return described
}

/** Finds out where the present is on the axis of a level, once for each instant or highest key. */
function presentReader(now: number): (policy: WindowPolicy, highestKey: string | null | undefined) => bigint | null {
  const known = new Map<WindowPolicy, bigint>()
  return (policy, highestKey) => {
    if (policy.kind === 'number-range') {
      const highest = highestKey == null ? undefined : keyAxis(policy).parse(highestKey)
      return typeof highest === 'bigint' ? numberSeries(policy, highest).present : null
    }
    const present = known.get(policy) ?? timeSeries(policy, now).present
    known.set(policy, present)
    return present
  }
}

/** What a partition of a level adds to what is known of its parent: a tenant, or a window where none is known yet. */
function placeBelow(level: PartitionPolicy | null, bound: Bound, above: Place, presentOf: (policy: WindowPolicy) => bigint | null): Place {
  if (level === null) return above
  const tenant = (tenantsOf(level) ? tenantIn(bound) : null) ?? above.tenant
  if (above.window !== null || !isWindows(level) || bound.kind !== 'range') return { ...above, tenant }
  const range = placeRange(level, keyAxis(level), bound.from, bound.to)
  return { ...above, tenant, window: range ? { policy: level, from: range.from, to: range.to, present: presentOf(level) } : null }
}

function describe({ schema, name, oid }: Pick<Partition, 'schema' | 'name' | 'oid'>, bound: Bound, place: Place): PartitionDescription {
  const { tenant, window, isLeaving } = place
  const write = (position: Position) => (window && isFinitePosition(position) ? formatPlace(window.policy, position) : null)
  return {
    schema,
    name,
    oid,
    tenant,
    bound: formatBound(bound),
    isDefault: bound.kind === 'default',
    from: window ? write(window.from) : null,
    to: window ? write(window.to) : null,
    position: window && isFinitePosition(window.from) ? window.from : null,
    time: window ? timeOf(window) : 'other',
    isLeaving,
  }
}

function timeOf({ from, to, present }: Window): PartitionDescription['time'] {
  if (present === null) return 'other'
  if (to <= present) return 'history'
  return from <= present ? 'current' : 'ahead'
}
