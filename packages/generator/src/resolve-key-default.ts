import type { TenantKeyDefault } from '@partman/core'
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
