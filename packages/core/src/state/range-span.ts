import type { WindowPolicy } from '../policy/policy.js'
import type { Bound, RangeDatum } from './bound.js'
import { type KeyAxis, positionOf } from './key-axis.js'
import { EARLIEST, LATEST, type Position } from './position.js'
import type { Partition } from './state.js'

/** A range partition on the axis of its key. */
export interface RangeSpan {
  readonly from: Position
  readonly to: Position
  readonly partition: Partition
}

/** The range partitions of one parent. */
export interface RangeSpans {
  /** In order, by the tenant whose series they are of; `null` where the level has one series. */
  readonly series: ReadonlyMap<string | null, readonly RangeSpan[]>
  /** What has no place on the axis, or holds several tenants. */
  readonly unplaced: readonly Partition[]
}

/** Places the range partitions of one parent; they never overlap, PostgreSQL sees to that. */
export function placeSpans(policy: WindowPolicy, axis: KeyAxis, partitions: readonly Partition[]): RangeSpans {
  const series = new Map<string | null, RangeSpan[]>()
  const unplaced: Partition[] = []
  for (const partition of partitions) {
    if (partition.bound.kind !== 'range') continue
    const place = placeOnce(policy, axis, partition.bound)
    if (!place) {
      unplaced.push(partition)
      continue
    }
    const spans = series.get(place.tenant)
    const span = { from: place.from, to: place.to, partition }
    if (spans) spans.push(span)
    else series.set(place.tenant, [span])
  }
  for (const spans of series.values()) spans.sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0))
  return { series, unplaced }
}

/** Partitions of many tenants share their bounds, which are placed once. */
const PLACES = new WeakMap<KeyAxis, Map<Bound, ReturnType<typeof placeRange>>>()

function placeOnce(policy: WindowPolicy, axis: KeyAxis, bound: Extract<Bound, { kind: 'range' }>): ReturnType<typeof placeRange> {
  // Levels with a tenant in front of their key and those without may share an axis; no bound has a place on both.
  if (bound.from.length !== keyLength(policy)) return undefined
  const places = PLACES.get(axis) ?? new Map<Bound, ReturnType<typeof placeRange>>()
  PLACES.set(axis, places)
  if (!places.has(bound)) places.set(bound, placeRange(policy, axis, bound.from, bound.to))
  return places.get(bound)
}

/** Places one range of a level's key; undefined where the axis has no place for it. */
export function placeRange(
  { prefix }: WindowPolicy,
  axis: KeyAxis,
  from: readonly RangeDatum[],
  to: readonly RangeDatum[],
): { readonly tenant: string | null; readonly from: Position; readonly to: Position } | undefined {
  if (from.length !== keyLength({ prefix }) || to.length !== from.length) return undefined
  const tenant = prefix ? sameValue(from[0], to[0]) : null
  const [first, last] = [from.at(-1), to.at(-1)]
  const [lower, upper] = [first && positionOf(axis, first), last && positionOf(axis, last)]
  return tenant === undefined || lower === undefined || upper === undefined ? undefined : { tenant, from: lower, to: upper }
}

function keyLength({ prefix }: Pick<WindowPolicy, 'prefix'>): number {
  return prefix ? 2 : 1
}

/** The tenant that a partition of a level by tenant belongs to: its list has one value, or its range begins and ends with one. */
export function tenantIn(bound: Bound): string | null {
  if (bound.kind === 'list') return bound.values.length === 1 ? (bound.values[0] ?? null) : null
  return bound.kind === 'range' && bound.from.length > 1 ? (sameValue(bound.from[0], bound.to[0]) ?? null) : null
}

function sameValue(a: RangeDatum | undefined, b: RangeDatum | undefined): string | undefined {
  if (typeof a !== 'object' || typeof b !== 'object') return undefined
  return a.value === b.value ? a.value : undefined
}

export function isFinitePosition(position: Position): position is bigint {
  return position !== EARLIEST && position !== LATEST
}
