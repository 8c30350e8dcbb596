import type { KeyColumn, TimeKey, WindowPolicy } from '../policy/policy.js'
import type { RangeDatum } from './bound.js'
import { EARLIEST, formatTime, LATEST, type Position, parseTime } from './position.js'
import { type DigitEncoding, digitEncoding, formatDigits, parseDigits, timeWeight } from './time-encoding.js'

/** The axis that the values of a range key lie on: whole numbers in the order of the values. */
export interface KeyAxis {
  /** Places a value, as PostgreSQL prints it; undefined for text that is no value of this axis. */
  readonly parse: (text: string) => Position | undefined
  readonly format: (position: bigint) => string
  /** The last place that there is; null where the axis goes on for longer than any calendar. */
  readonly last: bigint | null
}

/** The axis of a key that tells a time. */
export interface TimeAxis extends KeyAxis {
  /** The first place of an instant, in milliseconds since 1970; an instant before all places has the first of them. */
  readonly at: (instant: number) => bigint
  /** The instant that a place belongs to. */
  readonly instantAt: (position: bigint) => number
}

/** The bits of a snowflake below its time. */
const SNOWFLAKE_BITS = 22n

/** The last values of PostgreSQL's whole numbers: https://www.postgresql.org/docs/current/datatype-numeric.html */
const LAST_NUMBERS: Readonly<Record<string, bigint>> = { smallint: 2n ** 15n - 1n, integer: 2n ** 31n - 1n, bigint: 2n ** 63n - 1n }

/** The last instant that a `Date` has, in milliseconds since 1970. */
const LAST_INSTANT = 8.64e15

/** The axis of a level's key. */
export function keyAxis(policy: WindowPolicy): KeyAxis {
  if (policy.kind === 'range') return timeAxis(policy.by)
  return { parse: parseNumber, format: String, last: lastNumber(policy.by) }
}

function parseNumber(text: string): Position | undefined {
  if (text === 'Infinity') return LATEST
  if (text === '-Infinity') return EARLIEST
  return /^-?\d+(\.0+)?$/.test(text) ? BigInt(text.replace(/\..*$/, '')) : undefined
}

function lastNumber({ type }: KeyColumn<string>): bigint | null {
  return LAST_NUMBERS[type] ?? null
}

/**
 * The axis of a key that tells a time. A timestamp, with or without time zone, is an instant (Prisma stores UTC); a date is a
 * local date, so its axis is the local calendar itself, written as if it were UTC.
 */
export function timeAxis(by: TimeKey): TimeAxis {
  const axis = plainTimeAxis(by)
  return 'encoding' in by && !digitEncoding(by.encoding, by.type) ? axis : { ...axis, ...remembered(axis.parse) }
}

/** Reads the instant that a value of a key tells, in milliseconds since 1970; undefined for one that tells none. For values without end: it remembers none. */
export function instantReader(by: TimeKey): (text: string) => number | undefined {
  const axis = plainTimeAxis(by)
  return (text) => {
    const position = axis.parse(text)
    return typeof position === 'bigint' ? axis.instantAt(position) : undefined
  }
}

function plainTimeAxis(by: TimeKey): TimeAxis {
  if (!('encoding' in by)) {
    return {
      parse: parseTime,
      format: (position) => formatTime(by.type, position),
      last: null,
      at: (instant) => BigInt(Math.floor(instant)) * 1000n,
      instantAt: (position) => Number(floorDivide(position, 1000n)),
    }
  }
  const digits = digitEncoding(by.encoding, by.type)
  return digits ? digitAxis(digits) : numberAxis(by)
}

function digitAxis(digits: DigitEncoding): TimeAxis {
  const weight = timeWeight(digits)
  return {
    parse: (text) => parseDigits(digits, text),
    format: (position) => formatDigits(digits, position),
    last: weight * BigInt(digits.alphabet.length) ** BigInt(digits.timeDigits) - 1n,
    at: (instant) => BigInt(Math.max(0, Math.floor(instant / digits.unitMs))) * weight,
    instantAt: (position) => Number(position / weight) * digits.unitMs,
  }
}

function numberAxis(by: Extract<TimeKey, { encoding: string }>): TimeAxis {
  const { encoding, epoch = 0 } = by
  const unitMs = encoding === 'epoch-seconds' ? 1000 : 1
  const isSnowflake = encoding === 'snowflake'
  const instantAt = (position: bigint) => (isSnowflake ? Number(position >> SNOWFLAKE_BITS) + epoch : Number(position) * unitMs)
  return {
    parse: (text) => {
      const position = parseNumber(text)
      if (typeof position !== 'bigint') return position
      const instant = instantAt(position)
      return instant > LAST_INSTANT ? LATEST : instant < -LAST_INSTANT ? EARLIEST : position
    },
    format: String,
    last: lastNumber(by),
    at: (instant) => (isSnowflake ? BigInt(Math.floor(instant) - epoch) << SNOWFLAKE_BITS : BigInt(Math.floor(instant / unitMs))),
    instantAt,
  }
}

function floorDivide(dividend: bigint, divisor: bigint): bigint {
  return dividend / divisor - (dividend % divisor < 0n ? 1n : 0n)
}

/** The partitions of many tenants have the same few bounds. */
function remembered(parse: (text: string) => Position | undefined): Pick<KeyAxis, 'parse'> {
  const known = new Map<string, Position | undefined>()
  return {
    parse: (text) => {
      if (!known.has(text)) known.set(text, parse(text))
      return known.get(text)
    },
  }
}

/** Places one end of a range on an axis; undefined where the axis has no place for its text. */
export function positionOf(axis: KeyAxis, datum: RangeDatum): Position | undefined {
  if (datum === 'minvalue') return EARLIEST
  if (datum === 'maxvalue') return LATEST
  return axis.parse(datum.value)
}
