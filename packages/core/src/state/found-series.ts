import { type PartitionPolicy, tenantsOf, type WindowPolicy } from '../policy/policy.js'
import { keyAxis, timeAxis } from './key-axis.js'
import { type KeySpan, narrowSpans } from './key-span.js'
import { placeSpans, type RangeSpan, tenantIn } from './range-span.js'
import type { Partition } from './state.js'

/** One series of windows as it was found: of one parent, and of one tenant where the parent has several. */
export interface FoundSeries {
  readonly policy: WindowPolicy
  readonly spans: readonly RangeSpan[]
  /** Whose it is; null where it is nobody's, or of several. */
  readonly tenant: string | null
  /** What the levels above tell of the keys of its rows. */
  readonly above: readonly KeySpan[]
}

/** Every series of windows in a found tree, the levels taken in the order in which they are declared. */
export function foundSeries(policy: PartitionPolicy, partitions: readonly Partition[]): FoundSeries[] {
  const axes = new Map<WindowPolicy, ReturnType<typeof keyAxis>>()
  const found: FoundSeries[] = []
  const visit = (level: PartitionPolicy, below: readonly Partition[], tenant: string | null, above: readonly KeySpan[]): void => {
    if (level.kind === 'range' || level.kind === 'number-range') {
      const axis = axes.get(level) ?? keyAxis(level)
      axes.set(level, axis)
      const { series } = placeSpans(level, axis, below)
      if (series.size === 0) found.push({ policy: level, spans: [], tenant, above })
      for (const [own, spans] of series) found.push({ policy: level, spans, tenant: own ?? tenant, above })
    }
    const { subpartition } = level
    if (subpartition === null) return
    for (const { bound, partitions: deeper, partitionBy } of below) {
      if (partitionBy) visit(subpartition, deeper, tenantsOf(level) ? tenantIn(bound) : tenant, narrowSpans(above, level, bound))
    }
  }
  visit(policy, partitions, null, [])
  return found
}

/** Writes a place on a level's axis for people: an instant in ISO 8601, or the number itself. */
export function formatPlace(policy: WindowPolicy, position: bigint): string {
  return policy.kind === 'range' ? new Date(timeAxis(policy.by).instantAt(position)).toISOString() : String(position)
}
