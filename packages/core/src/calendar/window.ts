import { Temporal } from 'temporal-polyfill'
import type { Duration } from '../policy/duration.js'

/** A step of a grid as arithmetic needs it; every unit reduces to one of these three. The SQL function `partman.windows` takes the same. */
export type GridStep =
  /** Exact time: multiples of `step` milliseconds, counted from the instant `origin` (milliseconds since 1970); a change of the clocks does not move it. */
  | { readonly kind: 'elapsed'; readonly step: number; readonly origin: number }
  /** Local dates: multiples of `step` days, counted from `origin` (days since 1970-01-01). */
  | { readonly kind: 'days'; readonly step: number; readonly origin: number }
  /** Local months: multiples of `step` months, counted from `origin` (days since 1970-01-01; at most the 28th of a month). */
  | { readonly kind: 'months'; readonly step: number; readonly origin: number }

/**
 * The endless sequence of windows of one length in one time zone, numbered; a window is half-open. Two equal grids have the same windows, whenever asked.
 */
export interface Grid {
  readonly step: GridStep
  readonly timeZone: string
}

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
/** 1970-01-05 was the first Monday: weeks begin on Monday, as ISO 8601 has it. */
const FIRST_MONDAY = 4

/**
 * Makes the grid of an interval in a time zone. The origin is a local date, or for minutes and hours a date and a time
 * (`2026-01-31`, `2026-01-31 06:00`), at which a window begins; null: midnight of 1970-01-01, for weeks the Monday after it.
 *
 * @throws RangeError for an origin after the 28th of a month that months are counted from: not every month has that day
 */
export function createGrid({ count, unit }: Duration, timeZone: string, origin: string | null = null): Grid {
  const date = origin === null ? 0 : Date.parse(`${origin.slice(0, 10)}T00:00:00Z`)
  const day = date / DAY_MS
  const months = (step: number): Grid => {
    if (new Date(date).getUTCDate() > 28) throw new RangeError(`Not every month has the day of ${origin}`)
    return { step: { kind: 'months', step, origin: day }, timeZone }
  }
  const elapsed = (ms: number): Grid => ({ step: { kind: 'elapsed', step: ms, origin: originInstant(date, origin, timeZone) }, timeZone })
  switch (unit) {
    case 'minute':
      return elapsed(count * MINUTE_MS)
    case 'hour':
      return elapsed(count * 60 * MINUTE_MS)
    case 'day':
      return { step: { kind: 'days', step: count, origin: day }, timeZone }
    case 'week':
      return { step: { kind: 'days', step: count * 7, origin: origin === null ? FIRST_MONDAY : day }, timeZone }
    case 'month':
      return months(count)
    case 'quarter':
      return months(count * 3)
    case 'year':
      return months(count * 12)
  }
}

function originInstant(date: number, origin: string | null, timeZone: string): number {
  const time = origin?.slice(11) ?? ''
  if (time === '') return startOfDay(date, timeZone)
  return Temporal.PlainDateTime.from(`${origin?.slice(0, 10)}T${time}`).toZonedDateTime(timeZone).epochMilliseconds
}

/** The number of the window that holds the instant (milliseconds since 1970); window 0 begins at the grid's origin. */
export function windowIndexAt(grid: Grid, instant: number): number {
  const { kind, step, origin } = grid.step
  if (kind === 'elapsed') return Math.floor((instant - origin) / step)
  const local = localDateTime(Math.floor(instant), grid.timeZone)
  const index = kind === 'days' ? Math.floor((dayOf(local) - origin) / step) : Math.floor(monthsSince(origin, local) / step)
  // A zone may repeat the last hour of a date; then the date alone would name the window that has just ended.
  return windowStart(grid, index + 1) <= instant ? index + 1 : index
}

/** Where the window of that number begins, in milliseconds since 1970. */
export function windowStart({ step: { kind, step, origin }, timeZone }: Grid, index: number): number {
  switch (kind) {
    case 'elapsed':
      return origin + index * step
    case 'days':
      return startOfDay((origin + index * step) * DAY_MS, timeZone)
    case 'months': {
      const first = new Date(origin * DAY_MS)
      return startOfDay(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + index * step, first.getUTCDate()), timeZone)
    }
  }
}

function dayOf({ year, month, day }: LocalDateTime): number {
  return Date.UTC(year, month - 1, day) / DAY_MS
}

/** Whole months from a date (days since 1970-01-01) to another. */
function monthsSince(origin: number, { year, month, day }: LocalDateTime): number {
  const first = new Date(origin * DAY_MS)
  const months = (year - first.getUTCFullYear()) * 12 + month - 1 - first.getUTCMonth()
  return day < first.getUTCDate() ? months - 1 : months
}

/** The instant a calendar duration before another, in milliseconds since 1970: "1 month" before 31 March is the end of February. */
export function instantBefore(instant: number, { count, unit }: Duration, timeZone: string): number {
  const zoned = Temporal.Instant.fromEpochMilliseconds(Math.floor(instant)).toZonedDateTimeISO(timeZone)
  return zoned.subtract(unit === 'quarter' ? { months: count * 3 } : { [`${unit}s`]: count }).epochMilliseconds
}

/** Month and day count from 1. */
export interface LocalDateTime {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
}

/** The local date and time of an instant. */
export function localDateTime(instant: number, timeZone: string): LocalDateTime {
  // Of time zones UTC is the usual one, and needs no rules.
  if (timeZone !== 'UTC') return Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone)
  const date = new Date(instant)
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  }
}

/**
 * Where a local date, given as its midnight in UTC, begins: at midnight, or at the first instant after it where the clocks
 * skip midnight, or at the earlier one where they repeat it.
 */
export function startOfDay(date: number, timeZone: string): number {
  if (timeZone === 'UTC') return date
  const day = new Date(date)
  return new Temporal.PlainDate(day.getUTCFullYear(), day.getUTCMonth() + 1, day.getUTCDate()).toZonedDateTime(timeZone).epochMilliseconds
}
