import { PartmanError } from '@partman/core'

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 }
/** setTimeout takes no more than 2^31 - 1 milliseconds; runs are drawn up to 110 % apart. */
const MAX_MS = 24 * 3_600_000

/**
 * Parses a time such as `30s`, `1m` or `1h` to milliseconds; `what` says what it is for.
 *
 * @throws PartmanError `DURATION_INVALID` for anything else, and beyond a day
 */
export function parseTime(
  text: string,
  what: 'how often to run' | 'how often to check' | 'how long to run' | 'how old a transaction is',
): number {
  const [, count, unit = ''] = /^([1-9]\d{0,5})([smh])$/.exec(text) ?? []
  const milliseconds = Number(count) * (UNIT_MS[unit] ?? Number.NaN)
  if (milliseconds <= MAX_MS) return milliseconds
  throw new PartmanError('DURATION_INVALID', `"${text}" is not ${what}`, {
    hint: 'Write a number of seconds, minutes or hours, at most a day: 30s, 1m, 1h.',
  })
}
