import type { RetentionPolicy } from '../policy/policy.js'
import { parseSize } from '../policy/size.js'
import type { Position } from '../state/position.js'
import { isFinitePosition } from '../state/range-span.js'
import type { WindowSeries } from '../state/window-series.js'

/** A span of a series with what it takes on disk. */
export interface SizedSpan {
  readonly from: Position
  readonly to: Position
  readonly bytes: number
}

/**
 * The place before which a series keeps nothing: a partition whose upper bound is not after it has had its time. null where
 * everything is kept. `spans` is the whole series in order, what is still to be made included.
 */
export function retireBefore(retention: RetentionPolicy | null, series: WindowSeries, spans: readonly SizedSpan[]): bigint | null {
  switch (retention?.kind) {
    case undefined:
      return null
    case 'age':
      return series.before(retention.after)
    case 'count':
      return endOf(past(spans, series.present).at(-1 - retention.partitions))
    case 'size': {
      const ended = past(spans, series.present)
      // What is still ahead is empty, but for its indexes' first pages.
      const begun = spans.filter(({ from }) => from <= series.present)
      return endOf(ended[Math.min(oversized(begun, parseSize(retention.size)), ended.length - 1)])
    }
  }
}

/** The spans that lie wholly before the present. */
function past(spans: readonly SizedSpan[], present: bigint): readonly SizedSpan[] {
  const count = spans.findIndex(({ to }) => to > present)
  return count < 0 ? spans : spans.slice(0, count)
}

/** The index of the newest span that no longer fits, all newer ones counted; -1 where all fit. */
function oversized(spans: readonly SizedSpan[], limit: number): number {
  let total = 0
  for (let index = spans.length - 1; index >= 0; index--) {
    total += spans[index]!.bytes
    if (total > limit) return index
  }
  return -1
}

function endOf(span: SizedSpan | undefined): bigint | null {
  return span !== undefined && isFinitePosition(span.to) ? span.to : null
}
