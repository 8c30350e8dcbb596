import type { TimeKeyType } from '../policy/key-column.js'

/** A place on the axis of a range key, or infinitely early or late. */
export type Position = bigint | typeof EARLIEST | typeof LATEST
export const EARLIEST = Number.NEGATIVE_INFINITY
export const LATEST = Number.POSITIVE_INFINITY

/** PostgreSQL's ISO output under TimeZone UTC: `2026-11-22`, `2026-11-22 00:00:00.5`, `2026-11-22 00:00:00+00`, years beyond 9999, BC. */
const TIME = /^(\d{4,7})-(\d\d)-(\d\d)(?: (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?)?(?:\+00)?( BC)?$/

/**
 * Parses a value of a time type to microseconds since 1970-01-01T00:00:00Z. A date or a timestamp without time zone counts as UTC.
 * Returns undefined for text that is not a time.
 */
export function parseTime(text: string): Position | undefined {
  if (text === '-infinity') return EARLIEST
  if (text === 'infinity') return LATEST
  const match = TIME.exec(text)
  if (!match) return undefined
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', bc] = match
  const date = new Date(0)
  date.setUTCFullYear(bc ? 1 - Number(year) : Number(year), Number(month) - 1, Number(day))
  date.setUTCHours(Number(hour), Number(minute), Number(second))
  // PostgreSQL has years that no Date holds, all of them in the far future.
  if (Number.isNaN(date.getTime())) return LATEST
  return BigInt(date.getTime()) * 1000n + BigInt(fraction.padEnd(6, '0'))
}

/** Writes microseconds since 1970 (years 1 to 9999) the way PostgreSQL prints them for the type. */
export function formatTime(type: TimeKeyType, position: bigint): string {
  const micros = ((position % 1_000_000n) + 1_000_000n) % 1_000_000n
  const iso = new Date(Number((position - micros) / 1000n)).toISOString()
  const date = iso.slice(0, 10)
  if (type === 'date') return date
  const fraction = micros === 0n ? '' : `.${String(micros).padStart(6, '0').replace(/0+$/, '')}`
  return `${date} ${iso.slice(11, 19)}${fraction}${type === 'timestamptz' ? '+00' : ''}`
}
