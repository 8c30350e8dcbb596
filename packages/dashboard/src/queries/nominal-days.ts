import { type DurationUnit, parseDuration } from '@partman/core'

/** The days that a unit has on average. */
const DAYS: Readonly<Record<DurationUnit, number>> = {
  minute: 1 / 1_440,
  hour: 1 / 24,
  day: 1,
  week: 7,
  month: 30.4,
  quarter: 91.3,
  year: 365.25,
}

/** About how many days a duration such as `1 month` has. */
export function nominalDays(duration: string): number {
  const { count, unit } = parseDuration(duration)
  return count * DAYS[unit]
}
