import { PartmanError } from '../error.js'

/** The calendar units a duration may be written in, smallest first. */
export const DURATION_UNITS = ['minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'] as const
/** A unit of calendar time: days and longer are those of a time zone. */
export type DurationUnit = (typeof DURATION_UNITS)[number]

/** A length of calendar time: `count` whole `unit`s, `count` at least 1. */
export interface Duration {
  readonly count: number
  readonly unit: DurationUnit
}

/** Days that a unit has at least; what is longer than a thousand years leaves the range of PostgreSQL's and JavaScript's times. */
const DAYS: Readonly<Record<DurationUnit, number>> = { minute: 1 / 1440, hour: 1 / 24, day: 1, week: 7, month: 28, quarter: 89, year: 365 }
const MAX_YEARS = 1000

const PATTERN = /^([1-9]\d{0,5}) (minute|hour|day|week|month|quarter|year)s?$/

/**
 * Parses a duration as people write it: a whole number, one space, a unit (`"1 day"`, `"30 days"`, `"3 months"`).
 * A bare number is refused: pg_partman reads one as seconds, and nobody means that.
 *
 * @throws PartmanError `DURATION_INVALID`
 */
export function parseDuration(text: string): Duration {
  const match = PATTERN.exec(text)
  if (!match) {
    throw new PartmanError('DURATION_INVALID', `"${text}" is not a duration`, {
      hint: `Write a whole number and a unit, such as "1 day" or "3 months". Units: ${DURATION_UNITS.join(', ')}.`,
    })
  }
  const duration = { count: Number(match[1]), unit: match[2] as DurationUnit }
  if (duration.count * DAYS[duration.unit] > MAX_YEARS * DAYS.year) {
    throw new PartmanError('DURATION_INVALID', `"${text}" is longer than ${MAX_YEARS} years`, {
      hint: 'To keep everything, leave the retention out.',
    })
  }
  return duration
}

/** Writes a duration the way `parseDuration` reads it. */
export function formatDuration({ count, unit }: Duration): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
