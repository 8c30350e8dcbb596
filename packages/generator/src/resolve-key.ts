import type { HashKeyType, ListKeyType, TenantKeyType, TimeKeyType } from '@partman/core'
import type { DMMF } from '@prisma/generator-helper'

/** The types a key that partitions by range may have: times, numbers, and identifiers that begin with their time. */
export type RangeKeyType = TimeKeyType | 'smallint' | 'integer' | 'bigint' | 'numeric' | 'text' | 'uuid'

const TIME_TYPES: Readonly<Record<string, TimeKeyType>> = {
  DateTime: 'timestamp',
  'DateTime @db.Timestamp': 'timestamp',
  'DateTime @db.Timestamptz': 'timestamptz',
  'DateTime @db.Date': 'date',
}

// CHAR pads with blanks and CITEXT folds case: equal keys would not be equal text.
const TENANT_TYPES: Readonly<Record<string, TenantKeyType>> = {
  String: 'text',
  'String @db.Text': 'text',
  'String @db.VarChar': 'text',
  'String @db.Uuid': 'uuid',
  Int: 'integer',
  'Int @db.Integer': 'integer',
  'Int @db.SmallInt': 'smallint',
  BigInt: 'bigint',
  'BigInt @db.BigInt': 'bigint',
}

const LIST_TYPES: Readonly<Record<string, ListKeyType>> = { ...TENANT_TYPES, Boolean: 'boolean', 'Boolean @db.Boolean': 'boolean' }

/** What a key is for: which types it may have, and how to say so in the words of a Prisma schema. */
export interface KeyPurpose<Type extends string> {
  /** The PostgreSQL type of a field; undefined where none is supported. */
  readonly resolveType: (field: DMMF.Field) => Type | undefined
  readonly supported: string
  readonly noun: string
}

const ORDINARY = 'String (also @db.VarChar, @db.Text, @db.Uuid), Int (also @db.SmallInt)'

export const TENANT_KEY: KeyPurpose<TenantKeyType> = {
  resolveType: (field) => TENANT_TYPES[describeType(field)],
  supported: `${ORDINARY} and BigInt`,
  noun: 'a tenant key',
}

export const LIST_KEY: KeyPurpose<ListKeyType> = {
  resolveType: (field) => (field.kind === 'enum' ? 'enum' : LIST_TYPES[describeType(field)]),
  supported: `${ORDINARY}, BigInt, Boolean and enums`,
  noun: 'a key that partitions by list',
}

export const HASH_KEY: KeyPurpose<HashKeyType> = {
  resolveType: (field) => LIST_KEY.resolveType(field) ?? TIME_TYPES[describeType(field)] ?? (isDecimal(field) ? 'numeric' : undefined),
  supported: `${ORDINARY}, BigInt, Decimal, Boolean, enums and DateTime (also @db.Timestamptz, @db.Date)`,
  noun: 'a key that partitions by hash',
}

export const RANGE_KEY: KeyPurpose<RangeKeyType> = {
  resolveType: (field) =>
    TIME_TYPES[describeType(field)] ?? TENANT_TYPES[describeType(field)] ?? (wholeDigits(field) === undefined ? undefined : 'numeric'),
  supported:
    'DateTime with @db.Timestamptz (advised), @db.Timestamp or @db.Date; Int, BigInt and Decimal without decimal places (@db.Decimal(20, 0)); String (also @db.Uuid) that begins with a time',
  noun: 'a key that partitions by range',
}

function isDecimal(field: DMMF.Field): boolean {
  return ['Decimal', 'Decimal @db.Decimal'].includes(describeType(field))
}

/** How many digits a decimal without decimal places has; undefined for any other field. */
export function wholeDigits(field: DMMF.Field): number | undefined {
  const [digits, scale] = field.nativeType?.[1] ?? []
  return isDecimal(field) && Number(scale) === 0 ? Number(digits) : undefined
}

/** Returns the database's name of a field. */
export function columnOf({ dbName, name }: DMMF.Field): string {
  return dbName ?? name
}

/** Writes a field's type as the schema has it, without the arguments of the native type: `DateTime @db.Timestamptz`. */
export function describeType({ type, nativeType }: DMMF.Field): string {
  return nativeType ? `${type} @db.${nativeType[0]}` : type
}
