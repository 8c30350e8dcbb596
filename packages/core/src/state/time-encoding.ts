import type { TimeEncoding } from '../policy/key-column.js'

/** How an identifier that begins with its time is written: digits of one alphabet, the first of them the time. */
export interface DigitEncoding {
  /** The digits in the order of their values, which is also their order as text. */
  readonly alphabet: string
  /** What stands before the digits. */
  readonly prefix: string
  /** Digits in all, and how many of them are the time. */
  readonly length: number
  readonly timeDigits: number
  /** What the time counts, in milliseconds. */
  readonly unitMs: number
  /** Where hyphens stand, as UUIDs have them. */
  readonly hyphens: boolean
}

const HEXADECIMAL = '0123456789abcdef'
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const BASE_36 = '0123456789abcdefghijklmnopqrstuvwxyz'

const UUID: DigitEncoding = { alphabet: HEXADECIMAL, prefix: '', length: 32, timeDigits: 12, unitMs: 1, hyphens: true }
const ULID: DigitEncoding = { alphabet: CROCKFORD, prefix: '', length: 26, timeDigits: 10, unitMs: 1, hyphens: false }
const CUID: DigitEncoding = { alphabet: BASE_36, prefix: 'c', length: 24, timeDigits: 8, unitMs: 1, hyphens: false }
const OBJECT_ID: DigitEncoding = { alphabet: HEXADECIMAL, prefix: '', length: 24, timeDigits: 8, unitMs: 1000, hyphens: false }

/**
 * The encodings that are made of digits; undefined for a number. A ULID in a column of type uuid is the same 128 bits, so it begins as a UUID of version 7 does.
 * UUIDv7: https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-7 · ULID: https://github.com/ulid/spec
 */
export function digitEncoding(encoding: TimeEncoding, type: string): DigitEncoding | undefined {
  switch (encoding) {
    case 'uuid7':
      return UUID
    case 'ulid':
      return type === 'uuid' ? UUID : ULID
    case 'cuid':
      return CUID
    case 'object-id':
      return OBJECT_ID
    default:
      return undefined
  }
}

/** Reads an identifier as a number; one that is cut short counts as followed by zeros. Undefined for any other text, which would have another order. */
export function parseDigits(encoding: DigitEncoding, text: string): bigint | undefined {
  const { alphabet, prefix, length, hyphens } = encoding
  if (!text.startsWith(prefix)) return undefined
  const digits = hyphens ? text.replaceAll('-', '') : text.slice(prefix.length)
  if (digits.length > length) return undefined
  const base = BigInt(alphabet.length)
  let value = 0n
  for (const digit of digits.padEnd(length, alphabet[0])) {
    const place = alphabet.indexOf(digit)
    if (place < 0) return undefined
    value = value * base + BigInt(place)
  }
  return hyphens && !formatDigits(encoding, value).startsWith(text) ? undefined : value
}

/** Writes a number as an identifier in full length. */
export function formatDigits({ alphabet, prefix, length, hyphens }: DigitEncoding, value: bigint): string {
  const base = BigInt(alphabet.length)
  let digits = ''
  for (let rest = value, place = 0; place < length; place++, rest /= base) digits = alphabet[Number(rest % base)] + digits
  return prefix + (hyphens ? digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5') : digits)
}

/** How much of an identifier's number one unit of its time is. */
export function timeWeight({ alphabet, length, timeDigits }: DigitEncoding): bigint {
  return BigInt(alphabet.length) ** BigInt(length - timeDigits)
}
