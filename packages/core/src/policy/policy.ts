import { z } from 'zod'
import { parseDuration } from './duration.js'
import {
  encodedKey,
  HASH_KEY_TYPES,
  type HashKeyType,
  keyColumn,
  LIST_KEY_TYPES,
  type ListKeyType,
  NUMBER_KEY_TYPES,
  type NumberKeyType,
  TENANT_KEY_TYPES,
  type TenantKeyType,
  type TimeEncoding,
  type TimeKeyType,
  timeKey,
} from './key-column.js'
import { parseSize } from './size.js'
import { isTimeZone } from './time-zone.js'

/** A column of the table, and the field of the model that it belongs to. */
export interface KeyColumn<Type extends string> {
  readonly field: string
  readonly column: string
  /** PostgreSQL's type; varchar counts as text. */
  readonly type: Type
}

/** A column whose values tell a time without being one. */
export type EncodedKey = KeyColumn<'integer' | 'bigint' | 'numeric' | 'uuid' | 'text'> & {
  readonly encoding: TimeEncoding
  /** Milliseconds since 1970 that a snowflake's own count from. Default 0. */
  readonly epoch?: number | undefined
}

/** A column whose values are times, or tell one. */
export type TimeKey = KeyColumn<TimeKeyType> | EncodedKey

/** A column beside the key whose values tell about the same time: whoever looks for one of them need not look into all partitions. */
export interface OrderedId {
  readonly by: EncodedKey
  /** How far the key of a row is from the time that its id tells, at most. */
  readonly skew: string
}

/** What becomes of a detached partition instead of being dropped: it stays where it is, or moves to a schema once its grace period is over. */
export type AfterGrace = { readonly kind: 'keep' } | { readonly kind: 'move'; readonly schema: string }

interface Grace {
  /** How long a detached partition is kept before anything becomes of it. */
  readonly grace: string
  /** Absent: it is dropped. */
  readonly afterGrace?: AfterGrace | undefined
}

/** When a partition has had its time, and what becomes of it then. */
export type RetentionPolicy =
  | ({ readonly kind: 'age'; readonly after: string } & Grace)
  | ({ readonly kind: 'count'; readonly partitions: number } & Grace)
  | ({ readonly kind: 'size'; readonly size: string } & Grace)

/** The column that holds a row's tenant, and the set that its tenants are of. */
export interface TenantColumn {
  readonly by: KeyColumn<TenantKeyType>
  readonly tenants: string
}

interface Level {
  /** How each partition is partitioned in turn; null where it holds the rows. */
  readonly subpartition: PartitionPolicy | null
}

interface LevelWithDefault extends Level {
  readonly default: boolean
}

/** RANGE by time. */
export interface RangePolicy extends LevelWithDefault {
  readonly kind: 'range'
  readonly by: TimeKey
  /** `RANGE (tenant, key)`: a series of windows for each tenant, all of them under one parent. */
  readonly prefix: TenantColumn | null
  readonly interval: string
  readonly timeZone: string
  readonly origin: string | null
  readonly start: string | null
  readonly premake: number
  readonly retention: RetentionPolicy | null
  /** Of a key that is a time. */
  readonly orderedId?: OrderedId | undefined
}

/** RANGE by number. */
export interface NumberRangePolicy extends LevelWithDefault {
  readonly kind: 'number-range'
  readonly by: KeyColumn<NumberKeyType>
  readonly prefix: TenantColumn | null
  readonly interval: string
  readonly start: string
  readonly premake: number
  readonly retention: Exclude<RetentionPolicy, { readonly kind: 'age' }> | null
}

/** LIST of values: one array per partition. */
export interface ListPolicy extends LevelWithDefault {
  readonly kind: 'list'
  readonly by: KeyColumn<ListKeyType>
  readonly values: readonly (readonly (string | null)[])[]
}

/** LIST, one partition per tenant of a set. */
export interface TenantsPolicy extends LevelWithDefault {
  readonly kind: 'tenants'
  readonly by: KeyColumn<TenantKeyType>
  readonly tenants: string
}

/** HASH. */
export interface HashPolicy extends Level {
  readonly kind: 'hash'
  readonly by: readonly KeyColumn<HashKeyType>[]
  readonly partitions: number
}

/** How one level of a table is partitioned. */
export type PartitionPolicy = RangePolicy | NumberRangePolicy | ListPolicy | TenantsPolicy | HashPolicy
/** A level whose partitions follow each other without end. */
export type WindowPolicy = RangePolicy | NumberRangePolicy

/** The levels of a policy, outermost first. */
export function policyLevels(policy: PartitionPolicy): PartitionPolicy[] {
  return policy.subpartition === null ? [policy] : [policy, ...policyLevels(policy.subpartition)]
}

/** The key columns of all levels, outermost first. */
export function keyColumns(policy: PartitionPolicy): KeyColumn<string>[] {
  return policyLevels(policy).flatMap((level) => {
    if (level.kind === 'hash') return level.by
    return 'prefix' in level && level.prefix ? [level.prefix.by, level.by] : [level.by]
  })
}

/** The tenant set that a level has partitions for, and the column that tells them apart. */
export function tenantsOf(policy: PartitionPolicy): TenantColumn | null {
  switch (policy.kind) {
    case 'tenants':
      return { by: policy.by, tenants: policy.tenants }
    case 'range':
    case 'number-range':
      return policy.prefix
    default:
      return null
  }
}

const nonEmpty = z.string().min(1)

function parsed(parse: (text: string) => unknown) {
  return z.string().superRefine((text, context) => {
    try {
      parse(text)
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message })
    }
  })
}

const schemaName = nonEmpty.refine((name) => Buffer.byteLength(name) <= 63, {
  error: 'longer than the 63 bytes that PostgreSQL keeps of a name',
})
const duration = parsed(parseDuration)
const size = parsed(parseSize)
const wholeNumber = z.string().regex(/^-?\d{1,30}$/, 'not a whole number')
const positiveNumber = z.string().regex(/^[1-9]\d{0,29}$/, 'not a whole number above zero')
const timeZone = z.string().refine(isTimeZone, { error: 'not an IANA time zone' })
const localDate = z.iso.date()
const localDateTime = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d( \d\d:\d\d)?$/, 'not a local date, with or without a time, such as 2026-01-31 06:00')

const grace = {
  grace: duration.describe('How long a detached partition is kept before it is dropped, or moved'),
  afterGrace: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('keep').describe('It stays where it is, detached') }),
      z.strictObject({ kind: z.literal('move').describe('It moves to a schema'), schema: schemaName }),
    ])
    .optional()
    .describe('What becomes of it instead of being dropped'),
}
const byAge = z.strictObject({
  kind: z.literal('age'),
  after: duration.describe('A partition retires once its upper bound is this long ago'),
  ...grace,
})
const byCount = z.strictObject({
  kind: z.literal('count'),
  partitions: z.int().min(1).describe('How many partitions to keep that lie wholly before the present one'),
  ...grace,
})
const bySize = z.strictObject({
  kind: z.literal('size'),
  size: size.describe('The oldest retire while all of them together, tables, indexes and TOAST, take more than this'),
  ...grace,
})

const tenantColumn = z.strictObject({ by: keyColumn(TENANT_KEY_TYPES), tenants: nonEmpty.describe('Name of the tenant set') })

const subpartition = z
  .lazy(() => policy)
  .nullable()
  .default(null)
  .describe('How each partition is partitioned in turn; null where it holds the rows')
const level = {
  default: z.boolean().default(false).describe('Whether a DEFAULT partition takes the rows that no other one does'),
  subpartition,
}

const windowOptions = {
  prefix: tenantColumn
    .nullable()
    .default(null)
    .describe('RANGE (tenant, key): each tenant has a series of its own, all of them side by side under one parent'),
  premake: z.int().min(1).max(10_000).describe('How many partitions to keep ahead of the current one'),
}

const range = z.strictObject({
  kind: z.literal('range').describe('RANGE by time'),
  by: timeKey,
  interval: duration.describe('Length of one partition'),
  timeZone: timeZone.describe('Where a day, a week or a month begins'),
  origin: localDateTime
    .nullable()
    .default(null)
    .describe('A local date at which a partition begins; null: midnight of 1970-01-01, for weeks the Monday after it'),
  start: localDate
    .nullable()
    .default(null)
    .describe('The local date from which on there are to be partitions; null: from the first one that is found'),
  retention: z.discriminatedUnion('kind', [byAge, byCount, bySize]).nullable().describe('null keeps everything'),
  orderedId: z
    .strictObject({
      by: encodedKey,
      skew: duration.describe('How far the key of a row is from the time that its id tells, at most'),
    })
    .optional()
    .describe('A column beside the key whose values tell about the same time'),
  ...windowOptions,
  ...level,
})

const numberRange = z.strictObject({
  kind: z.literal('number-range').describe('RANGE by number'),
  by: keyColumn(NUMBER_KEY_TYPES),
  interval: positiveNumber.describe('How many numbers one partition holds'),
  start: wholeNumber.default('0').describe('Where the first partition begins; the others lie whole intervals from it'),
  retention: z.discriminatedUnion('kind', [byCount, bySize]).nullable().describe('null keeps everything'),
  ...windowOptions,
  ...level,
})

const list = z.strictObject({
  kind: z.literal('list').describe('LIST of values'),
  by: keyColumn(LIST_KEY_TYPES),
  values: z
    .array(z.array(z.string().nullable()).min(1))
    .min(1)
    .describe('One array per partition: the values it holds, as PostgreSQL prints them'),
  ...level,
})

const tenants = z.strictObject({
  kind: z.literal('tenants').describe('LIST, one partition per tenant'),
  by: keyColumn(TENANT_KEY_TYPES),
  tenants: nonEmpty.describe('Name of the tenant set'),
  ...level,
})

const hash = z.strictObject({
  kind: z.literal('hash').describe('HASH'),
  by: z.array(keyColumn(HASH_KEY_TYPES)).min(1).max(32),
  partitions: z.int().min(1).max(10_000).describe('How many'),
  subpartition,
})

/** The shape of a policy. */
export const policy: z.ZodType<PartitionPolicy> = z.discriminatedUnion('kind', [range, numberRange, list, tenants, hash])
