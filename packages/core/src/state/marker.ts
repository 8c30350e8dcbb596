import type { Bound, RangeDatum } from './bound.js'
import type { MovedMarker, RetiredMarker } from './state.js'

/** What the comment of a table of ours begins with. */
export const MARKER_PREFIX = 'partman:retired '

export function formatMarker(marker: RetiredMarker): string {
  return MARKER_PREFIX + JSON.stringify(marker)
}

/** What the comment of a table begins with that was moved to a schema for good. */
export const MOVED_PREFIX = 'partman:moved '

export function formatMovedMarker(marker: MovedMarker): string {
  return MOVED_PREFIX + JSON.stringify(marker)
}

/** Parses the comment of a partition that was retired, or moved since. */
export function parseAnyMarker(comment: string): RetiredMarker | undefined {
  return parseMarker(comment.startsWith(MOVED_PREFIX) ? MARKER_PREFIX + comment.slice(MOVED_PREFIX.length) : comment)
}

/** Parses a comment; undefined where it is not a marker of ours, or not whole. */
export function parseMarker(comment: string): RetiredMarker | undefined {
  if (!comment.startsWith(MARKER_PREFIX)) return undefined
  try {
    const value = JSON.parse(comment.slice(MARKER_PREFIX.length)) as RetiredMarker
    const whole =
      [value.table, value.partition, value.parent].every(isName) &&
      isBound(value.bound) &&
      isInstant(value.retiredAt) &&
      isTextOrAbsent(value.tenant) &&
      isTextOrAbsent(value.removed)
    return whole ? value : undefined
  } catch {
    return undefined
  }
}

// Anybody may write a comment on a table of their own.

function isName({ schema, name }: { readonly schema: unknown; readonly name: unknown }): boolean {
  return typeof schema === 'string' && schema !== '' && typeof name === 'string' && name !== ''
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === 'string'
}

function isInstant(text: unknown): boolean {
  return typeof text === 'string' && !Number.isNaN(Date.parse(text))
}

function isBound(bound: Bound): boolean {
  switch (bound.kind) {
    case 'range':
      return [...bound.from, ...bound.to].every(isDatum)
    case 'list':
      return bound.values.every((value) => value === null || typeof value === 'string')
    case 'hash':
      return Number.isInteger(bound.modulus) && Number.isInteger(bound.remainder)
    case 'default':
      return true
    default:
      return false
  }
}

function isDatum(datum: RangeDatum): boolean {
  return datum === 'minvalue' || datum === 'maxvalue' || typeof datum.value === 'string'
}
