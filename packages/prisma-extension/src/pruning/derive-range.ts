import { type DurationUnit, instantReader, parseDuration, type RangePolicy, type TimeEncoding } from '@partman/core'
import { isGiven } from '../fill-keys.js'
import { bindsField, valuesOf } from './where-bounds.js'

type OrderedLevel = RangePolicy & { readonly orderedId: NonNullable<RangePolicy['orderedId']> }

const DAY_MS = 86_400_000
/** More ids than these are of many times as a rule, and reading them takes longer than it spares. */
const MOST_IDS = 1_000
/** No unit is longer than this, whatever the calendar says. */
const LONGEST_MS: Readonly<Record<DurationUnit, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: DAY_MS + 3_600_000,
  week: 7 * DAY_MS + 3_600_000,
  month: 31 * DAY_MS + 3_600_000,
  quarter: 92 * DAY_MS + 3_600_000,
  year: 366 * DAY_MS + 3_600_000,
}
/** The coarsest encoding counts seconds. */
const UNIT_MS = 1_000
/** A local date begins at most 14 hours before that date in UTC, and ends at most 12 hours after it. */
const DATE_MS = 2 * DAY_MS

/** Adds the range of a key that follows from ids which tell their time, to a `where` that does not bind the key. */
export function rangeAdder(level: OrderedLevel): (where: unknown, isUnique: boolean) => unknown {
  const { by: key, orderedId } = level
  const { count, unit } = parseDuration(orderedId.skew)
  const marginMs = count * LONGEST_MS[unit] + (key.type === 'date' ? DATE_MS : 0)
  const instantOf = instantOfId(orderedId.by)
  return (where, isUnique) => {
    const ids = valuesOf(where, orderedId.by.field)
    if (!ids || ids.length === 0 || ids.length > MOST_IDS || bindsField(where, key.field, 'any', isUnique)) return where
    let [first, last] = [Infinity, -Infinity]
    for (const id of ids) {
      const instant = instantOf(id)
      if (instant === undefined) return where
      first = Math.min(first, instant)
      last = Math.max(last, instant)
    }
    const { AND, ...rest } = where as Readonly<Record<string, unknown>>
    const range = {
      gte: new Date(first - marginMs),
      lt: new Date(last + marginMs + UNIT_MS),
    }
    return { ...rest, AND: [...(isGiven(AND) ? [AND].flat() : []), { [key.field]: range }] }
  }
}

/** What a whole identifier of an encoding looks like; another one, such as a seed's, may stand anywhere. */
const WHOLE: Partial<Record<TimeEncoding, RegExp>> = {
  uuid7: /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/,
  ulid: /^[0-9A-HJKMNP-TV-Z]{26}$|^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  cuid: /^c[0-9a-z]{24}$/,
  'object-id': /^[0-9a-f]{24}$/,
}
/** No row is older than this, and none is so far in the future: what reads so is no time. */
const EARLIEST = Date.UTC(2000, 0)
const AHEAD_MS = 366 * DAY_MS

/** The instant that an id tells, in milliseconds since 1970; undefined for one that is of another kind and tells none. */
function instantOfId(by: OrderedLevel['orderedId']['by']): (id: unknown) => number | undefined {
  const read = instantReader(by)
  return (id) => {
    const text = by.type === 'uuid' ? String(id).toLowerCase() : String(id)
    if (WHOLE[by.encoding]?.test(text) === false) return undefined
    const instant = read(text)
    return instant !== undefined && instant >= EARLIEST && instant <= Date.now() + AHEAD_MS ? instant : undefined
  }
}
