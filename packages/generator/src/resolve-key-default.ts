import type { TenantKeyDefault, TimeEncoding } from '@partman/core'
import type { DMMF } from '@prisma/generator-helper'

/** What Prisma's nanoid() takes where no length is given. */
const NANOID_LENGTH = 21

/** Resolves how a key is made for a row that names none; undefined where every row has to name one. */
export function resolveKeyDefault({ default: made }: DMMF.Field): TenantKeyDefault | undefined {
  if (typeof made !== 'object' || !('name' in made)) return undefined
  const [argument] = made.args
  switch (made.name) {
    case 'cuid':
      return { kind: argument === 2 ? 'cuid2' : 'cuid' }
    case 'uuid':
      return { kind: argument === 7 ? 'uuid7' : 'uuid4' }
    case 'ulid':
      return { kind: 'ulid' }
    case 'nanoid':
      return { kind: 'nanoid', length: typeof argument === 'number' ? argument : NANOID_LENGTH }
    case 'autoincrement':
    case 'dbgenerated':
      return { kind: 'database' }
    default:
      return undefined
  }
}

/** What the default of a field says about the order of its values. */
export type DefaultOrder =
  | { readonly kind: 'time'; readonly written: string; readonly encoding: TimeEncoding }
  /** The values follow each other, and tell no time. */
  | { readonly kind: 'sequence'; readonly written: string }
  /** The values are in no order. */
  | { readonly kind: 'none'; readonly written: string; readonly instead: string }

const DATABASE_UUID7 = /\buuidv7\s*\(|\buuid_generate_v7\s*\(/i
const DATABASE_UUID4 = /\bgen_random_uuid\s*\(|\buuidv4\s*\(|\buuid_generate_v4\s*\(/i

/** Resolves the order in which a field's default makes values; undefined where it has none that says. */
export function resolveDefaultOrder(field: DMMF.Field): DefaultOrder | undefined {
  const made = field.default
  if (typeof made !== 'object' || !('name' in made)) return undefined
  const [argument] = made.args
  if (made.name === 'dbgenerated') return databaseOrder(String(argument ?? ''))
  if (made.name === 'autoincrement') return { kind: 'sequence', written: '@default(autoincrement())' }
  switch (resolveKeyDefault(field)?.kind) {
    case 'uuid7':
      return { kind: 'time', written: '@default(uuid(7))', encoding: 'uuid7' }
    case 'ulid':
      return { kind: 'time', written: '@default(ulid())', encoding: 'ulid' }
    case 'cuid':
      return { kind: 'time', written: '@default(cuid())', encoding: 'cuid' }
    case 'cuid2':
      return { kind: 'none', written: '@default(cuid(2))', instead: '@default(cuid()) or @default(uuid(7))' }
    case 'uuid4':
      return { kind: 'none', written: '@default(uuid())', instead: '@default(uuid(7))' }
    case 'nanoid':
      return { kind: 'none', written: '@default(nanoid())', instead: '@default(uuid(7)) or @default(ulid())' }
    default:
      return undefined
  }
}

function databaseOrder(expression: string): DefaultOrder | undefined {
  const written = `@default(dbgenerated(${JSON.stringify(expression)}))`
  if (DATABASE_UUID7.test(expression)) return { kind: 'time', written, encoding: 'uuid7' }
  if (DATABASE_UUID4.test(expression)) return { kind: 'none', written, instead: '@default(uuid(7))' }
  return undefined
}
