import type { RetiredMarker } from './state.js'

/** What the comment of a table of ours begins with. */
const MARKER_PREFIX = 'partman:retired '

export function formatMarker(marker: RetiredMarker): string {
  return MARKER_PREFIX + JSON.stringify(marker)
}

/** Parses a comment; undefined where it is not a marker of ours, or not whole. */
export function parseMarker(comment: string): RetiredMarker | undefined {
  if (!comment.startsWith(MARKER_PREFIX)) return undefined
  try {
    const value = JSON.parse(comment.slice(MARKER_PREFIX.length)) as RetiredMarker
    const whole =
      value.table.schema &&
      value.table.name &&
      value.partition.schema &&
      value.partition.name &&
      value.parent.name &&
      value.bound.kind &&
      !Number.isNaN(Date.parse(value.retiredAt))
    return whole ? value : undefined
  } catch {
    return undefined
  }
}
