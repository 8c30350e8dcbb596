import { startOfDay } from '../calendar/window.js'
import type { RangePolicy, WindowPolicy } from '../policy/policy.js'
import { keyAxis, timeAxis } from './key-axis.js'
import type { Position } from './position.js'
import { wallClock } from './window-series.js'

/** A local date, or an instant of ISO 8601 to the millisecond. */
const WRITTEN_TIME = /^(\d{4}-\d\d-\d\d)(?:T([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/

/** No encoding counts time in longer units, in milliseconds. */
const LONGEST_UNIT_MS = 1000

/**
 * Places a key as people write it, or as PostgreSQL prints it, on the axis of a level; undefined where it has no place there. A local
 * date is its first instant in the time zone of the level. Where the key is not as fine as the instant, a lower bound is the place before
 * it and an upper bound one after it.
 */
export function placeWritten(policy: WindowPolicy, text: string, end: 'lower' | 'upper'): Position | undefined {
  if (policy.kind === 'number-range') return keyAxis(policy).parse(text)
  const axis = timeAxis(policy.by)
  const instant = writtenInstant(policy, text)
  if (instant === null) return axis.parse(text)
  if (instant === undefined) return undefined
  const isDate = policy.by.type === 'date' && !('encoding' in policy.by)
  const at = isDate ? wallClock(instant, policy.timeZone) : instant
  const place = axis.at(at)
  return end === 'upper' && axis.instantAt(place) < at ? axis.at(at + LONGEST_UNIT_MS - 1) : place
}

/** The instant (milliseconds since 1970) of a written time; null for text of another form, undefined for a time that there is not. */
export function writtenInstant({ timeZone }: Pick<RangePolicy, 'timeZone'>, text: string): number | null | undefined {
  const match = WRITTEN_TIME.exec(text)
  if (!match) return null
  const [, date = '', time] = match
  const midnight = Date.parse(`${date}T00:00:00Z`)
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== date) return undefined
  const instant = time === undefined ? startOfDay(midnight, timeZone) : Date.parse(text)
  return Number.isNaN(instant) ? undefined : instant
}
