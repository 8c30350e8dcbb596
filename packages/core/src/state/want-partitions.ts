import type { PartitionPolicy, WindowPolicy } from '../policy/policy.js'
import type { TenantSettings } from '../policy/tenant-settings.js'
import type { Bound } from './bound.js'
import { joinName, listLabel, valueLabel } from './partition-name.js'
import { isFinitePosition, type RangeSpan } from './range-span.js'
import type { Partition } from './state.js'
import { partitionKey, retentionFor, type WantedTable } from './want-state.js'
import type { Window, WindowSeries } from './window-series.js'

/** One partition that a level should have. */
export interface WantedPartition {
  /** What its name ends with. */
  readonly label: string
  readonly bound: Bound
  /** The tenant that it is of, where this level tells tenants apart. */
  readonly tenant: string | null
}

/** A wanted window, with its place on the axis. */
export interface WantedWindow extends WantedPartition {
  readonly from: bigint
  readonly to: bigint
}

/** Gaps further back than this are left as they are: one partition of 1970 is an outlier, and not the begin of a history. */
const MAX_HISTORY_WINDOWS = 400
/** A declared start is meant: it may lie further back. */
export const MAX_STARTED_WINDOWS = 10_000

/** The windows that one series should have: history from where it begins, so that gaps in it are filled, to as many ahead as are declared. */
export function wantWindows(
  policy: WindowPolicy,
  series: WindowSeries,
  found: readonly RangeSpan[],
  tenant: string | null,
  settings: TenantSettings | undefined,
): WantedWindow[] {
  return windowsOfSeries(policy, series, found, settings).map((window) => wantWindow(series, tenant, window, window))
}

/** The wanted windows of a series as places; nearly all of them are there already, and need no name and no bound. */
export function windowsOfSeries(
  policy: WindowPolicy,
  series: WindowSeries,
  found: readonly RangeSpan[],
  settings: TenantSettings | undefined,
): Window[] {
  const windows: Window[] = []
  const premake = settings?.premake ?? policy.premake
  for (let offset = firstOffset(policy, series, found, settings); offset <= premake; offset++) {
    const window = series.window(offset)
    if (window) windows.push(window)
  }
  return windows
}

/** A part of a window of a series, or the whole, as a partition that is wanted. */
export function wantWindow(
  series: WindowSeries,
  tenant: string | null,
  { label }: Window,
  { from, to }: { readonly from: bigint; readonly to: bigint },
): WantedWindow {
  return { label: prefixed(tenant, label), from, to, bound: windowBound(series, tenant, { from, to }), tenant }
}

function prefixed(tenant: string | null, label: string): string {
  return tenant === null ? label : `${valueLabel(tenant)}_${label}`
}

/** A range of a series as a bound, the tenant's key in front where the level has one. */
function windowBound({ axis }: WindowSeries, tenant: string | null, { from, to }: { readonly from: bigint; readonly to: bigint }): Bound {
  const key = tenant === null ? [] : [{ value: tenant }]
  // A range ends before its upper bound, so no value of the type bounds the one that holds the last value.
  const isLast = axis.last !== null && to > axis.last
  return { kind: 'range', from: [...key, { value: axis.format(from) }], to: [...key, isLast ? 'maxvalue' : { value: axis.format(to) }] }
}

function firstOffset(
  policy: WindowPolicy,
  series: WindowSeries,
  found: readonly RangeSpan[],
  settings: TenantSettings | undefined,
): number {
  // What has no begin is history up to its end.
  const oldest = found[0] && (isFinitePosition(found[0].from) ? found[0].from : found[0].to)
  const history = typeof oldest === 'bigint' ? Math.max(series.offsetAt(oldest), -MAX_HISTORY_WINDOWS) : 0
  const started = series.start === null ? 0 : Math.max(series.offsetAt(series.start), -MAX_STARTED_WINDOWS)
  const first = Math.min(history, started, 0)
  const retention = retentionFor(policy, settings, series)
  if (retention?.kind === 'count') return Math.max(first, -retention.partitions)
  const cutoff = retention?.kind === 'age' ? series.before(retention.after) : null
  return cutoff === null || cutoff > series.present ? first : Math.max(first, Math.min(series.offsetAt(cutoff), 0))
}

/** The partitions that a level without windows should have; the tenants among them are those registered and those found. */
export function wantValues(policy: Exclude<PartitionPolicy, WindowPolicy>, tenants: readonly string[]): WantedPartition[] {
  switch (policy.kind) {
    case 'tenants':
      return tenants.map((key) => ({ label: valueLabel(key), bound: { kind: 'list', values: [key] }, tenant: key }))
    case 'list':
      return policy.values.map((values) => ({ label: listLabel(values), bound: { kind: 'list', values }, tenant: null }))
    case 'hash':
      return Array.from({ length: policy.partitions }, (_, remainder) => ({
        label: `h${remainder}`,
        bound: { kind: 'hash', modulus: policy.partitions, remainder },
        tenant: null,
      }))
  }
}

/** The DEFAULT partition of a level that declares one. */
export function wantDefault(policy: PartitionPolicy): WantedPartition[] {
  return 'default' in policy && policy.default ? [{ label: 'default', bound: { kind: 'default' }, tenant: null }] : []
}

/** A wanted partition as a whole: with everything that is to be below it, and names to propose. `stem` is what its name begins with. */
export function makePartition(
  wanted: WantedTable,
  policy: PartitionPolicy,
  stem: string,
  { label, bound, tenant }: WantedPartition,
  settings: TenantSettings | undefined,
): Partition {
  const name = joinName(stem, label)
  const below = policy.subpartition
  const own = tenant === null ? settings : wanted.settings.get(tenant)
  // What a DEFAULT partition takes is there by mistake, and goes elsewhere; nobody lays it out.
  const isParent = below !== null && bound.kind !== 'default'
  return {
    schema: wanted.partitionSchema,
    name,
    oid: null,
    bound,
    partitionBy: isParent ? partitionKey(below) : null,
    partitions: isParent ? wantNew(wanted, below, own).map((one) => makePartition(wanted, below, name, one, own)) : [],
    detachPending: false,
  }
}

/** What a parent that is still to be made should have. */
function wantNew(wanted: WantedTable, policy: PartitionPolicy, settings: TenantSettings | undefined): WantedPartition[] {
  if (policy.kind !== 'range' && policy.kind !== 'number-range') return [...wantValues(policy, []), ...wantDefault(policy)]
  return [...wantWindows(policy, wanted.series(policy, null), [], null, settings), ...wantDefault(policy)]
}

/** The partitions of one tenant as they are to be made at an instant, everything below them included: one, or a series of windows. */
export function wantTenant(wanted: WantedTable, stem: string, key: string): Partition[] {
  const { policy } = wanted.policy
  const settings = wanted.settings.get(key)
  if (policy.kind === 'tenants') return wantValues(policy, [key]).map((one) => makePartition(wanted, policy, stem, one, settings))
  if ((policy.kind === 'range' || policy.kind === 'number-range') && policy.prefix) {
    const windows = wantWindows(policy, wanted.series(policy, null), [], key, settings)
    return windows.map((one) => makePartition(wanted, policy, stem, one, settings))
  }
  return []
}
