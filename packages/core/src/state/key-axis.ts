import type { KeyColumn, TimeKey, WindowPolicy } from '../policy/policy.js'
import { formatTime, type Position, parseTime } from './position.js'
import { digitEncoding, formatDigits, parseDigits, timeWeight } from './time-encoding.js'

/** The axis that the values of a range key lie on: whole numbers in the order of the values. */
export interface KeyAxis {
  /** Places a value, as PostgreSQL prints it; undefined for text that is no value of this axis. */
  readonly parse: (text: string) => Position | undefined
  readonly format: (position: bigint) => string
}

/** The axis of a key that tells a time. */
export interface TimeAxis extends KeyAxis {
  /** The first place of an instant, in milliseconds since 1970. */
  readonly at: (instant: number) => bigint
  /** The instant that a place belongs to. */
  readonly instantAt: (position: bigint) => number
}

/** The bits of a snowflake below its time. */
const SNOWFLAKE_BITS = 22n

const NUMBER_AXIS: KeyAxis = {
  parse: (text) => (/^-?\d+(\.0+)?$/.test(text) ? BigInt(text.replace(/\..*$/, '')) : undefined),
  format: String,
}

/** The axis of a level's key. */
export function keyAxis(policy: WindowPolicy): KeyAxis {
  return policy.kind === 'range' ? timeAxis(policy.by) : NUMBER_AXIS
}

/**
 * The axis of a key that tells a time. A timestamp, with or without time zone, is an instant (Prisma stores UTC); a date is a
 * local date, so its axis is the local calendar itself, written as if it were UTC.
 */
export function timeAxis(by: TimeKey): TimeAxis {
  if (!('encoding' in by)) {
    return {
      ...remembered(parseTime),
      format: (position) => formatTime(by.type, position),
      at: (instant) => BigInt(Math.floor(instant)) * 1000n,
      instantAt: (position) => Number(position / 1000n),
    }
  }
  const digits = digitEncoding(by.encoding, by.type)
  if (!digits) return numberAxis(by)
  const weight = timeWeight(digits)
  return {
    ...remembered((text) => parseDigits(digits, text)),
    format: (position) => formatDigits(digits, position),
    at: (instant) => BigInt(Math.floor(instant / digits.unitMs)) * weight,
    instantAt: (position) => Number(position / weight) * digits.unitMs,
  }
}

function numberAxis({ encoding, epoch = 0 }: Extract<TimeKey, { encoding: string }> & KeyColumn<string>): TimeAxis {
  if (encoding === 'snowflake') {
    return {
      ...NUMBER_AXIS,
      at: (instant) => BigInt(Math.floor(instant) - epoch) << SNOWFLAKE_BITS,
      instantAt: (position) => Number(position >> SNOWFLAKE_BITS) + epoch,
    }
  }
  const unitMs = encoding === 'epoch-seconds' ? 1000 : 1
  return {
    ...NUMBER_AXIS,
    at: (instant) => BigInt(Math.floor(instant / unitMs)),
    instantAt: (position) => Number(position) * unitMs,
  }
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
