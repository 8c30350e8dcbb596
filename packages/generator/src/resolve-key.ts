import type { TenantKeyType, TimeKeyType } from '@partman/core'
import type { DMMF } from '@prisma/generator-helper'

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

/** What is allowed as a key that partitions by time, and as a tenant key, in the words of a Prisma schema. */
export const SUPPORTED_TYPES = {
  time: 'DateTime with @db.Timestamptz (advised), @db.Timestamp or @db.Date',
  tenant: 'String (also @db.VarChar, @db.Text, @db.Uuid), Int (also @db.SmallInt) and BigInt',
} as const

/** Resolves the PostgreSQL type of a field that partitions by time; undefined where none is supported. */
export function resolveTimeType(field: DMMF.Field): TimeKeyType | undefined {
  return TIME_TYPES[describeType(field)]
}

/** Resolves the PostgreSQL type of a tenant key; undefined where none is supported. */
export function resolveTenantType(field: DMMF.Field): TenantKeyType | undefined {
  return TENANT_TYPES[describeType(field)]
}

/** Returns the database's name of a field. */
export function columnOf({ dbName, name }: DMMF.Field): string {
  return dbName ?? name
}

/** Writes a field's type as the schema has it, without the arguments of the native type: `DateTime @db.Timestamptz`. */
export function describeType({ type, nativeType }: DMMF.Field): string {
  return nativeType ? `${type} @db.${nativeType[0]}` : type
}
