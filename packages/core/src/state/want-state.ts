import { type Grid, instantBefore, localDateTime, windowIndexAt, windowStart } from '../calendar/window.js'
import type { ListPolicy, PartmanDocument, RangePolicy, TableName, TablePolicy } from '../policy/document.js'
import { parseDuration } from '../policy/duration.js'
import type { Bound } from './bound.js'
import { joinName, partitionStem, tenantPartitionName, windowLabel } from './partition-name.js'
import { formatInstant, parsePosition } from './position.js'
import { type Partition, type PartitionKey, type State, sameTable, type Table } from './state.js'

/** What a table should look like at an instant. */
export interface WantedTable {
  readonly policy: TablePolicy
  readonly table: Table
  /** A range partition whose upper bound is not after this has passed its retention: microseconds on the key's axis. */
  readonly retireBefore: bigint | null
  /** The instant itself on the key's axis: nothing that ends after it is ever retired. */
  readonly present: bigint
}

export interface Wish {
  /** Milliseconds since 1970. */
  readonly now: number
  /** Tenant keys by the name of their set, in the text PostgreSQL prints. */
  readonly tenants: ReadonlyMap<string, readonly string[]>
}

/** Gaps further back than this are left as they are: one partition of 1970 is an outlier, and not the begin of a history. */
const MAX_HISTORY_WINDOWS = 400

/**
 * Resolves what is declared to what there should be now. What was found matters in two ways: gaps in existing history
 * are wanted filled, and a tenant that has partitions is a tenant.
 */
export function wantState(document: PartmanDocument, found: State, wish: Wish): WantedTable[] {
  return document.tables.map((policy) =>
    wantTable(
      document.partitionSchema,
      policy,
      found.tables.find((table) => sameTable(table, policy.table)),
      wish,
    ),
  )
}

function wantTable(schema: string, declared: TablePolicy, found: Table | undefined, wish: Wish): WantedTable {
  const { policy, table } = declared
  const range = policy.kind === 'range' ? policy : policy.subpartition
  const axis = keyAxis(range, wish.now)
  const partitions =
    policy.kind === 'range'
      ? wantWindows(schema, partitionStem(table), policy, found?.partitions ?? [], axis)
      : wantTenants(schema, table, policy, found?.partitions ?? [], wish.tenants.get(policy.tenants) ?? [], axis)
  return {
    policy: declared,
    table: { ...table, oid: null, partitionBy: partitionKey(policy), partitions },
    retireBefore: axis.cutoff === null ? null : BigInt(axis.cutoff) * 1000n,
    present: BigInt(Math.floor(axis.now)) * 1000n,
  }
}

/** The partition key that a policy asks for at its own level. */
export function partitionKey(policy: RangePolicy | ListPolicy): PartitionKey {
  return { method: policy.kind, columns: [policy.by.column] }
}

/** One tenant's partition as it is to be made at an instant, its windows included. */
export function wantTenant(schema: string, table: TableName, policy: ListPolicy, key: string, now: number): Partition {
  return wantTenantPartition(schema, table, policy, key, [], keyAxis(policy.subpartition, now))
}

/** One window as a partition of any parent has it. */
interface WantedWindow {
  readonly label: string
  readonly bound: Bound
  /** A date that the zone left out has no instants. */
  readonly empty: boolean
}

interface KeyAxis {
  /** The present, in milliseconds on the axis. */
  readonly now: number
  /** What ends at or before this has passed its retention. */
  readonly cutoff: number | null
  /** Number of the window that holds a place on the axis. */
  readonly indexAt: (place: number) => number
  /** The window of a number, worked out once however many tenants ask. */
  readonly window: (index: number) => WantedWindow
}

/**
 * The axis that the values of the key lie on. A timestamp, with or without time zone, is an instant (Prisma stores UTC);
 * a date is a local date, so its axis is the local calendar itself.
 */
function keyAxis(policy: RangePolicy, instant: number): KeyAxis {
  const interval = parseDuration(policy.interval)
  const { type } = policy.by
  const timeZone = type === 'date' ? 'UTC' : policy.timeZone
  const now = type === 'date' ? wallClock(instant, policy.timeZone) : instant
  const grid: Grid = { interval, timeZone }
  const windows = new Map<number, WantedWindow>()
  const resolve = (index: number): WantedWindow => {
    const [start, end] = [windowStart(grid, index), windowStart(grid, index + 1)]
    return {
      label: windowLabel(grid, start),
      bound: rangeBound(formatInstant(type, start), formatInstant(type, end)),
      empty: start === end,
    }
  }
  return {
    now,
    cutoff: policy.retention === null ? null : instantBefore(now, parseDuration(policy.retention.after), timeZone),
    indexAt: (place) => windowIndexAt(grid, place),
    window: (index) => {
      const known = windows.get(index) ?? resolve(index)
      windows.set(index, known)
      return known
    },
  }
}

function rangeBound(from: string, to: string): Bound {
  return { kind: 'range', from: [{ value: from }], to: [{ value: to }] }
}

function wallClock(instant: number, timeZone: string): number {
  const { year, month, day, hour, minute, second } = localDateTime(Math.floor(instant), timeZone)
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

function wantWindows(schema: string, parent: string, policy: RangePolicy, found: readonly Partition[], axis: KeyAxis): Partition[] {
  const current = axis.indexAt(axis.now)
  const partitions: Partition[] = []
  for (let index = firstWindow(found, axis, current); index <= current + policy.premake; index++) {
    const { label, bound, empty } = axis.window(index)
    if (empty) continue
    partitions.push({
      schema,
      name: joinName(parent, label),
      oid: null,
      bound,
      partitionBy: null,
      partitions: [],
      detachPending: false,
    })
  }
  return partitions
}

/** History is wanted from the oldest partition that is there, as far as it is to be kept, so that gaps in it are filled. */
function firstWindow(found: readonly Partition[], axis: KeyAxis, current: number): number {
  let oldest: bigint | undefined
  for (const { bound } of found) {
    const lower = bound.kind === 'range' ? parsePosition(bound.from[0] ?? 'minvalue') : undefined
    if (typeof lower === 'bigint' && (oldest === undefined || lower < oldest)) oldest = lower
  }
  if (oldest === undefined) return current
  const start = Number(oldest / 1000n)
  const first = axis.indexAt(axis.cutoff === null ? start : Math.max(start, axis.cutoff))
  return Math.min(Math.max(first, current - MAX_HISTORY_WINDOWS), current)
}

function wantTenants(
  schema: string,
  table: TableName,
  policy: ListPolicy,
  found: readonly Partition[],
  registered: readonly string[],
  axis: KeyAxis,
): Partition[] {
  const subtrees = new Map<string, readonly Partition[]>()
  for (const key of registered) subtrees.set(key, [])
  for (const partition of found) {
    if (partition.bound.kind !== 'list') continue
    for (const key of partition.bound.values) if (key !== null) subtrees.set(key, partition.partitions)
  }
  return [...subtrees].map(([key, history]) => wantTenantPartition(schema, table, policy, key, history, axis))
}

function wantTenantPartition(
  schema: string,
  table: TableName,
  policy: ListPolicy,
  key: string,
  history: readonly Partition[],
  axis: KeyAxis,
): Partition {
  const name = tenantPartitionName(table, key)
  return {
    schema,
    name,
    oid: null,
    bound: { kind: 'list', values: [key] },
    partitionBy: partitionKey(policy.subpartition),
    partitions: wantWindows(schema, name, policy.subpartition, history, axis),
    detachPending: false,
  }
}
