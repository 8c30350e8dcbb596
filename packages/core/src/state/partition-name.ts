import { createHash } from 'node:crypto'
import { type Grid, localDateTime } from '../calendar/window.js'
import type { TableName } from '../policy/document.js'
import type { Duration } from '../policy/duration.js'

/** PostgreSQL cuts identifiers at this many bytes of UTF-8, without an error. */
export const MAX_NAME_BYTES = 63

const SLUG_LENGTH = 16
const TENANT_HASH_LENGTH = 10
const CUT_HASH_LENGTH = 8

/** The stem of the names of a table's partitions; tables outside `public` carry their schema, as all partitions share one. */
export function partitionStem({ schema, name }: TableName): string {
  return schema === 'public' ? name : `${schema}__${name}`
}

/**
 * Labels the partition of a tenant or a value: what can be read of it, and a hash of the whole, so that `ACME` and `acme` differ.
 * The SQL function `partman.value_label` does the same.
 */
export function valueLabel(value: string): string {
  const readable = value
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    .replace(/[^a-z0-9]+/g, '_')
    .slice(0, SLUG_LENGTH)
    .replace(/^_+|_+$/g, '')
  const hash = sha256(value).slice(0, TENANT_HASH_LENGTH)
  return readable === '' ? hash : `${readable}_${hash}`
}

/** Labels the partition of a list's values after the first of them; a short plain word stands for itself. */
export function listLabel([first = null]: readonly (string | null)[]): string {
  if (first === null) return 'null'
  return /^[a-z0-9][a-z0-9_]{0,15}$/.test(first) && first !== 'null' ? first : valueLabel(first)
}

/** Labels a window after the date it begins at, as precisely as the interval asks for. */
export function windowLabel({ unit }: Duration, { step, timeZone }: Grid, start: number): string {
  const elapsed = step.kind === 'elapsed'
  // Below a day in UTC: a local hour may come twice.
  const local = localDateTime(start, elapsed ? 'UTC' : timeZone)
  const [year, month, day] = [pad(local.year, 4), pad(local.month, 2), pad(local.day, 2)]
  if (elapsed) return `p${year}${month}${day}_${pad(local.hour, 2)}${pad(local.minute, 2)}`
  // Months that begin within a month are told apart from calendar months by their day.
  if (step.kind === 'days' || local.day > 1) return `p${year}${month}${day}`
  return unit === 'year' && local.month === 1 ? `p${year}` : `p${year}${month}`
}

/**
 * Joins a stem and a suffix with `_` into at most 63 bytes: where the stem has to be cut, a hash of all of it stands in for the rest.
 * The SQL function `partman.join_name` does the same.
 */
export function joinName(stem: string, suffix: string): string {
  const whole = `${stem}_${suffix}`
  if (Buffer.byteLength(whole) <= MAX_NAME_BYTES) return whole
  const hash = sha256(stem).slice(0, CUT_HASH_LENGTH)
  return `${cutToBytes(stem, MAX_NAME_BYTES - suffix.length - hash.length - 2)}_${hash}_${suffix}`
}

function cutToBytes(text: string, bytes: number): string {
  let cut = ''
  let used = 0
  for (const character of text) {
    used += Buffer.byteLength(character)
    if (used > bytes) break
    cut += character
  }
  return cut
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function pad(value: number, length: number): string {
  return String(value).padStart(length, '0')
}
