import type { PartitionPolicy, WindowPolicy } from '../policy/policy.js'
import { keyAxis, timeAxis } from './key-axis.js'
import { placeSpans, type RangeSpan } from './range-span.js'
import type { Partition } from './state.js'

/** One series of windows as it was found: of one parent, and of one tenant where the parent has several. */
export interface FoundSeries {
  readonly policy: WindowPolicy
  readonly spans: readonly RangeSpan[]
}

/** Every series of windows in a found tree, the levels taken in the order in which they are declared. */
export function foundSeries(policy: PartitionPolicy, partitions: readonly Partition[]): FoundSeries[] {
  const axes = new Map<WindowPolicy, ReturnType<typeof keyAxis>>()
  const found: FoundSeries[] = []
  const visit = (level: PartitionPolicy, below: readonly Partition[]): void => {
    if (level.kind === 'range' || level.kind === 'number-range') {
      const axis = axes.get(level) ?? keyAxis(level)
      axes.set(level, axis)
      const { series } = placeSpans(level, axis, below)
      if (series.size === 0) found.push({ policy: level, spans: [] })
      for (const spans of series.values()) found.push({ policy: level, spans })
    }
    const { subpartition } = level
    if (subpartition !== null) for (const { partitions: deeper, partitionBy } of below) if (partitionBy) visit(subpartition, deeper)
  }
  visit(policy, partitions)
  return found
}

/** Writes a place on a level's axis for people: an instant in ISO 8601, or the number itself. */
export function formatPlace(policy: WindowPolicy, position: bigint): string {
  return policy.kind === 'range' ? new Date(timeAxis(policy.by).instantAt(position)).toISOString() : String(position)
}
