import { randomBytes, randomUUID } from 'node:crypto'
import cuid from '@bugsnag/cuid'
import { createId } from '@paralleldrive/cuid2'
import type { TenantKeyDefault } from '@partman/core'

/** Defaults that Prisma Client, not the database, makes a key for. */
export type ClientKeyDefault = Exclude<TenantKeyDefault, { kind: 'database' }>

/**
 * Makes a key of the kind that Prisma Client would make. Prisma makes it where no hook sees it, and the partitions are
 * needed before the row.
 */
export function makeKey(made: ClientKeyDefault): string {
  switch (made.kind) {
    case 'cuid':
      return cuid()
    case 'cuid2':
      return createId()
    case 'uuid4':
      return randomUUID()
    case 'uuid7':
      return uuid7()
    case 'ulid':
      return ulid()
    case 'nanoid':
      return nanoid(made.length)
  }
}

/** https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-7 */
function uuid7(): string {
  const bytes = timeOrdered()
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

const CROCKFORD_BASE32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** https://github.com/ulid/spec */
function ulid(): string {
  const value = BigInt(`0x${timeOrdered().toString('hex')}`)
  return Array.from({ length: 26 }, (_, index) => CROCKFORD_BASE32[Number((value >> BigInt(5 * (25 - index))) & 31n)]).join('')
}

/** Milliseconds since 1970 in the first six of sixteen bytes, chance in the others. */
function timeOrdered(): Buffer {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(Date.now(), 0, 6)
  return bytes
}

/** Of 64 letters, so that six bits of chance choose each without a bias. */
const NANOID_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-'

function nanoid(length: number): string {
  return Array.from(randomBytes(length), (byte) => NANOID_ALPHABET[byte & 63]).join('')
}
