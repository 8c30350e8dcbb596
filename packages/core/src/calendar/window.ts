import { Temporal } from 'temporal-polyfill'
import type { Duration } from '../policy/duration.js'

/**
 * The endless sequence of windows of one length in one time zone, numbered; a window is half-open. Two equal grids have the same windows, whenever asked.
 */
export interface Grid {
  readonly interval: Duration
  readonly timeZone: string
}

/** A step of a grid as arithmetic needs it; every unit reduces to one of these three. */
export type GridStep =
  /** Exact time: a multiple of `ms`, counted from local midnight of 1970-01-01; a change of the clocks does not move it. */
  | { readonly kind: 'elapsed'; readonly ms: number }
  /** Local dates: a multiple of `days`, counted from `origin` (days since 1970-01-01). */
  | { readonly kind: 'days'; readonly days: number; readonly origin: number }
  /** Local months: a multiple of `months`, counted from January 1970. */
  | { readonly kind: 'months'; readonly months: number }

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
/** 1970-01-05 was the first Monday: weeks begin on Monday, as ISO 8601 has it. */
const FIRST_MONDAY = 4

/** Resolves an interval to the arithmetic of its grid. */
export function gridStep({ count, unit }: Duration): GridStep {
  switch (unit) {
    case 'minute':
      return { kind: 'elapsed', ms: count * MINUTE_MS }
    case 'hour':
      return { kind: 'elapsed', ms: count * 60 * MINUTE_MS }
    case 'day':
      return { kind: 'days', days: count, origin: 0 }
    case 'week':
      return { kind: 'days', days: count * 7, origin: FIRST_MONDAY }
    case 'month':
      return { kind: 'months', months: count }
    case 'quarter':
      return { kind: 'months', months: count * 3 }
    case 'year':
      return { kind: 'months', months: count * 12 }
  }
}

/** The number of the window that holds the instant (milliseconds since 1970); window 0 begins at the grid's origin. */
export function windowIndexAt(grid: Grid, instant: number): number {
  const step = gridStep(grid.interval)
  if (step.kind === 'elapsed') return Math.floor((instant - elapsedOrigin(grid.timeZone)) / step.ms)
  const { year, month, day } = localDateTime(Math.floor(instant), grid.timeZone)
  const index =
    step.kind === 'days'
      ? Math.floor((Date.UTC(year, month - 1, day) / DAY_MS - step.origin) / step.days)
      : Math.floor(((year - 1970) * 12 + month - 1) / step.months)
  // A zone may repeat the last hour of a date; then the date alone would name the window that has just ended.
  return windowStart(grid, index + 1) <= instant ? index + 1 : index
}

/** Where the window of that number begins, in milliseconds since 1970. */
export function windowStart(grid: Grid, index: number): number {
  const step = gridStep(grid.interval)
  switch (step.kind) {
    case 'elapsed':
      return elapsedOrigin(grid.timeZone) + index * step.ms
    case 'days':
      return startOfDay((step.origin + index * step.days) * DAY_MS, grid.timeZone)
    case 'months':
      return startOfDay(Date.UTC(1970, index * step.months), grid.timeZone)
  }
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

const elapsedOrigins = new Map<string, number>()

function elapsedOrigin(timeZone: string): number {
  const origin = elapsedOrigins.get(timeZone) ?? startOfDay(0, timeZone)
  elapsedOrigins.set(timeZone, origin)
  return origin
}

/**
 * Where a local date, given as its midnight in UTC, begins: at midnight, or at the first instant after it where the clocks
 * skip midnight, or at the earlier one where they repeat it.
 */
function startOfDay(date: number, timeZone: string): number {
  if (timeZone === 'UTC') return date
  return Temporal.PlainDateTime.from(new Date(date).toISOString().slice(0, -1)).toZonedDateTime(timeZone).epochMilliseconds
}
