import type { TimeKeyType } from '../policy/document.js'
import type { RangeDatum } from './bound.js'

/** A place on the axis of a range key: microseconds since 1970-01-01T00:00:00Z, or infinitely early or late. */
export type Position = bigint | typeof EARLIEST | typeof LATEST
export const EARLIEST = Number.NEGATIVE_INFINITY
export const LATEST = Number.POSITIVE_INFINITY

/** PostgreSQL's ISO output under TimeZone UTC: `2026-11-22`, `2026-11-22 00:00:00.5`, `2026-11-22 00:00:00+00`, years beyond 9999, BC. */
const TIME = /^(\d{4,7})-(\d\d)-(\d\d)(?: (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?)?(?:\+00)?( BC)?$/

/**
 * Parses one end of a range of a time key. A date or a timestamp without time zone counts as UTC.
 * Returns undefined for text that is not a time.
 */
export function parsePosition(datum: RangeDatum): Position | undefined {
  if (datum === 'minvalue') return EARLIEST
  if (datum === 'maxvalue') return LATEST
  if (datum.value === '-infinity') return EARLIEST
  if (datum.value === 'infinity') return LATEST
  const match = TIME.exec(datum.value)
  if (!match) return undefined
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', bc] = match
  const date = new Date(0)
  date.setUTCFullYear(bc ? 1 - Number(year) : Number(year), Number(month) - 1, Number(day))
  date.setUTCHours(Number(hour), Number(minute), Number(second))
  // PostgreSQL has years that no Date holds, all of them in the far future.
  if (Number.isNaN(date.getTime())) return LATEST
  return BigInt(date.getTime()) * 1000n + BigInt(fraction.padEnd(6, '0'))
}

/** Writes an instant (milliseconds since 1970, years 1 to 9999) the way PostgreSQL prints it for the type. */
export function formatInstant(type: TimeKeyType, instant: number): string {
  const iso = new Date(instant).toISOString()
  const date = iso.slice(0, 10)
  if (type === 'date') return date
  const time = iso
    .slice(11, 23)
    .replace(/\.?0+$/, (zeros) => (zeros.startsWith('.') ? '' : zeros))
    .replace(/(\.\d*?)0+$/, '$1')
  return `${date} ${time}${type === 'timestamptz' ? '+00' : ''}`
}

/** Writes a finite position of a time key the way PostgreSQL prints it for the type. */
export function formatPosition(type: TimeKeyType, position: bigint): string {
  const micros = ((position % 1000n) + 1000n) % 1000n
  const text = formatInstant(type, Number((position - micros) / 1000n))
  if (micros === 0n || type === 'date') return text
  const [, whole, fraction = '', zone = ''] = /^(.*?:\d\d:\d\d)(?:\.(\d+))?(\+00)?$/.exec(text) ?? []
  return `${whole}.${fraction.padEnd(3, '0')}${String(micros).padStart(3, '0').replace(/0+$/, '')}${zone}`
}
