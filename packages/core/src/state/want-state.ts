import type { PartmanDocument, TablePolicy } from '../policy/document.js'
import {
  type PartitionPolicy,
  type RangePolicy,
  type RetentionPolicy,
  type TenantColumn,
  tenantsOf,
  type WindowPolicy,
} from '../policy/policy.js'
import type { TenantSettings } from '../policy/tenant-settings.js'
import type { ComparedKey } from './default-proof.js'
import { type Hold, holdsInForce } from './hold.js'
import type { KeyAxis } from './key-axis.js'
import { keyAxis } from './key-axis.js'
import type { Removal } from './removal.js'
import { formatTableName, type Partition, type PartitionKey } from './state.js'
import { numberSeries, timeSeries, type WindowSeries } from './window-series.js'

/** What decides, besides the declaration, which partitions are wanted: the instant and the tenants. */
export interface Wish {
  /** Milliseconds since 1970. */
  readonly now: number
  /** Tenant keys by the name of their set, in the text PostgreSQL prints. */
  readonly tenants: ReadonlyMap<string, readonly string[]>
  /** By the name of the set and the tenant's key. */
  readonly settings?: ReadonlyMap<string, ReadonlyMap<string, TenantSettings>>
  /** Tenants that somebody has removed, by the name of their set and their key; they are not among `tenants`. */
  readonly removed?: ReadonlyMap<string, ReadonlyMap<string, Removal>>
  /** Those that nobody has released, by the full name of their table. */
  readonly holds?: ReadonlyMap<string, readonly Hold[]>
}

/** What a table should look like at an instant. */
export interface WantedTable {
  readonly policy: TablePolicy
  /** Schema that new partitions are made in. */
  readonly partitionSchema: string
  /** Milliseconds since 1970. */
  readonly now: number
  /** Keys of the tenants that the outermost level has partitions for. */
  readonly tenants: readonly string[]
  readonly settings: ReadonlyMap<string, TenantSettings>
  /** The tenants whose partitions are all to go, by their keys. */
  readonly removed: ReadonlyMap<string, Removal>
  /** The holds in force at the instant. */
  readonly holds: readonly Hold[]
  /** The series of a level as it is at the instant; `highest` is the highest key found, which a level by number counts from. */
  readonly series: (level: WindowPolicy, highest: string | null) => WindowSeries
}

/** Resolves what is declared to what there should be at an instant, table by table. */
export function wantState(document: PartmanDocument, wish: Wish): WantedTable[] {
  const shared: SharedSeries = new Map()
  return document.tables.map((policy) => wantTable(document.partitionSchema, policy, wish, shared))
}

/** The series of one instant by what makes them: many tables are cut alike, and windows and bounds need not be worked out for each. */
type SharedSeries = Map<string, WindowSeries>

/** Resolves what one table should look like at an instant. */
export function wantTable(
  partitionSchema: string,
  policy: TablePolicy,
  { now, tenants, settings, removed, holds }: Wish,
  shared: SharedSeries = new Map(),
): WantedTable {
  const series = new Map<WindowPolicy, WindowSeries>()
  const set = tenantsOf(policy.policy)?.tenants
  return {
    policy,
    partitionSchema,
    now,
    tenants: (set !== undefined && tenants.get(set)) || [],
    settings: (set !== undefined && settings?.get(set)) || new Map(),
    removed: (set !== undefined && removed?.get(set)) || new Map(),
    holds: holdsInForce(holds?.get(formatTableName(policy.table)) ?? [], now),
    series: (level, highest) => {
      if (level.kind === 'number-range') return numberSeries(level, highest === null ? null : finite(keyAxis(level), highest))
      const known = series.get(level) ?? sharedSeries(level, now, shared)
      series.set(level, known)
      return known
    },
  }
}

function sharedSeries(level: RangePolicy, now: number, shared: SharedSeries): WindowSeries {
  const { by, interval, timeZone, origin, start } = level
  const encoding = 'encoding' in by ? [by.encoding, by.epoch] : []
  const key = JSON.stringify([by.type, ...encoding, interval, timeZone, origin, start])
  const known = shared.get(key) ?? timeSeries(level, now)
  shared.set(key, known)
  return known
}

function finite(axis: KeyAxis, text: string): bigint | null {
  const position = axis.parse(text)
  return typeof position === 'bigint' ? position : null
}

/**
 * The retention of a level for one tenant: its own duration stands in for the declared one where it keeps more. One that keeps less
 * would take partitions that nobody has approved of.
 */
export function retentionFor(
  { retention }: WindowPolicy,
  settings: TenantSettings | undefined,
  series: WindowSeries,
): RetentionPolicy | null {
  if (retention === null || settings?.retention === undefined || retention.kind !== 'age') return retention
  if (settings.retention === null) return null
  const [own, declared] = [series.before(settings.retention), series.before(retention.after)]
  return own !== null && declared !== null && own < declared ? { ...retention, after: settings.retention } : retention
}

/** The partition key that a policy asks for at its own level. */
export function partitionKey(policy: PartitionPolicy): PartitionKey {
  switch (policy.kind) {
    case 'range':
    case 'number-range':
      return { method: 'range', columns: [...prefixColumns(policy.prefix), policy.by.column] }
    case 'list':
    case 'tenants':
      return { method: 'list', columns: [policy.by.column] }
    case 'hash':
      return { method: 'hash', columns: policy.by.map(({ column }) => column) }
  }
}

/** The partition key of a found parent as a condition on rows needs it: the declared one, compared as its DEFAULT partition tells. */
export function comparedKey(policy: PartitionPolicy, { comparisons }: Pick<Partition, 'comparisons'>): ComparedKey {
  const columns = partitionKey(policy).columns.filter((column) => column !== null)
  return comparisons ? { columns, comparisons } : { columns }
}

function prefixColumns(prefix: TenantColumn | null): string[] {
  return prefix ? [prefix.by.column] : []
}
