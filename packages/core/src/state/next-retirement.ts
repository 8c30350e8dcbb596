import { firstInstant } from '../calendar/first-instant.js'
import type { TablePolicy } from '../policy/document.js'
import type { RangePolicy, RetentionPolicy } from '../policy/policy.js'
import { type FoundSeries, foundSeries } from './found-series.js'
import { coveringHolds, type Hold } from './hold.js'
import { narrowSpans, spansBelow } from './key-span.js'
import { isFinitePosition, type RangeSpan } from './range-span.js'
import type { Table } from './state.js'
import { timeSeries, type WindowSeries } from './window-series.js'

/**
 * The instant (milliseconds since 1970) at which the first partition of a table passes its retention, which may be in the past; null where
 * none does as things are. What is held at that instant is passed over. Retention by size, and levels by number, depend on rows that are still to come.
 */
export function nextRetirement({ policy }: TablePolicy, table: Table, holds: readonly Hold[] = []): number | null {
  const ends = new Map<RangePolicy, bigint>()
  for (const series of foundSeries(policy, table.partitions)) {
    if (series.policy.kind !== 'range') continue
    const end = firstToGo(series, series.policy.retention, holds)
    const known = ends.get(series.policy)
    if (end !== undefined && (known === undefined || end < known)) ends.set(series.policy, end)
  }
  const instants = [...ends].map(([level, end]) => firstInstant((now) => reached(timeSeries(level, now), level.retention) >= end))
  const found = instants.filter((instant) => instant !== undefined)
  return found.length === 0 ? null : Math.min(...found)
}

/**
 * The number that has to be reached for the first partition of a level by number to pass its retention, which may have been reached; null
 * where none does. Of several series, each of which goes by the highest number of its own, it is the lowest.
 */
export function nextRetirementKey({ policy }: TablePolicy, table: Table, holds: readonly Hold[] = []): string | null {
  let least: bigint | undefined
  for (const series of foundSeries(policy, table.partitions)) {
    if (series.policy.kind !== 'number-range') continue
    const end = firstToGo(series, series.policy.retention, holds)
    if (end !== undefined && (least === undefined || end < least)) least = end
  }
  return least === undefined ? null : String(least)
}

/** The end that the present, or the cutoff, has to reach for the oldest partition to go. */
function firstToGo(
  { policy, spans, tenant, above }: FoundSeries,
  retention: RetentionPolicy | null,
  holds: readonly Hold[],
): bigint | undefined {
  const newer = retention?.kind === 'age' ? 0 : retention?.kind === 'count' ? retention.partitions : null
  if (newer === null) return undefined
  const finite = spans.filter((span) => isFinitePosition(span.to))
  const isHeld = ({ partition: { bound } }: RangeSpan) =>
    coveringHolds(holds, tenant, spansBelow(narrowSpans(above, policy, bound), policy)).length > 0
  const first = holds.length === 0 ? 0 : finite.findIndex((span) => !isHeld(span))
  const to = first < 0 ? undefined : finite[first + newer]?.to
  return typeof to === 'bigint' ? to : undefined
}

function reached(series: WindowSeries, retention: RetentionPolicy | null): bigint {
  const cutoff = retention?.kind === 'age' ? series.before(retention.after) : null
  return cutoff === null || cutoff > series.present ? series.present : cutoff
}
