import { z } from 'zod'

/** The types a key that partitions by time may have, its values being times. */
export const TIME_KEY_TYPES = ['timestamptz', 'timestamp', 'date'] as const
/** The types a key that partitions by number may have. */
export const NUMBER_KEY_TYPES = ['smallint', 'integer', 'bigint', 'numeric'] as const
/** The types a tenant key may have. */
export const TENANT_KEY_TYPES = ['text', 'uuid', 'smallint', 'integer', 'bigint'] as const
/** The types whose values a list may name. */
export const LIST_KEY_TYPES = ['text', 'enum', 'uuid', 'boolean', 'smallint', 'integer', 'bigint'] as const
/** The types that a hash may be taken of: all that have a hash operator class are, these are the ones a Prisma field maps to. */
export const HASH_KEY_TYPES = [...TIME_KEY_TYPES, ...NUMBER_KEY_TYPES, 'text', 'enum', 'uuid', 'boolean'] as const

/**
 * The ways in which a value that is no time tells one, and the types that may. `epoch-*`: a number since 1970. `snowflake`: milliseconds
 * since an epoch of one's own above 22 other bits. The others are identifiers that begin with their time: `uuid7` (RFC 9562),
 * `ulid`, `cuid` (the first version: c, then base 36) and `object-id` (MongoDB's, in hexadecimal).
 */
export const TIME_ENCODINGS = {
  'epoch-seconds': ['integer', 'bigint', 'numeric'],
  'epoch-milliseconds': ['bigint', 'numeric'],
  snowflake: ['bigint', 'numeric'],
  uuid7: ['uuid', 'text'],
  ulid: ['text', 'uuid'],
  cuid: ['text'],
  'object-id': ['text'],
} as const satisfies Record<string, readonly string[]>

const nonEmpty = z.string().min(1)

/** A column that a table is partitioned by, of one of the given types. */
export const keyColumn = <const T extends readonly string[]>(types: T) =>
  z.strictObject({
    field: nonEmpty.describe('Field in the model'),
    column: nonEmpty.describe('Column in the table'),
    type: z.enum(types).describe('PostgreSQL type; varchar counts as text'),
  })

const encodings = Object.keys(TIME_ENCODINGS) as (keyof typeof TIME_ENCODINGS)[]

/** A column whose values tell a time without being one. */
export const encodedKey = keyColumn(['integer', 'bigint', 'numeric', 'uuid', 'text']).extend({
  encoding: z.enum(encodings).describe('How a value tells its time'),
  epoch: z.int().min(0).optional().describe('snowflake: where its milliseconds count from, since 1970; default 0'),
})

/** A column whose values are times, or tell one. */
export const timeKey = z.discriminatedUnion('type', [keyColumn(TIME_KEY_TYPES), encodedKey])

/** The type of a column that holds a time. */
export type TimeKeyType = (typeof TIME_KEY_TYPES)[number]
/** The type of a column that is partitioned by number. */
export type NumberKeyType = (typeof NUMBER_KEY_TYPES)[number]
/** The type of a column that names a tenant. */
export type TenantKeyType = (typeof TENANT_KEY_TYPES)[number]
/** The type of a column that is partitioned by a list of values. */
export type ListKeyType = (typeof LIST_KEY_TYPES)[number]
/** The type of a column that is partitioned by hash. */
export type HashKeyType = (typeof HASH_KEY_TYPES)[number]
/** How an id tells the time that it was made at. */
export type TimeEncoding = keyof typeof TIME_ENCODINGS
