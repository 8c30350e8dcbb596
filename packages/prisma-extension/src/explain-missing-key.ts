import { keyColumns, PartmanError, type TablePolicy } from '@partman/core'
import { isGiven } from './fill-keys.js'

/** What finds a row without its key, in place of an operation that needs all of it. */
const INSTEAD: Readonly<Record<string, string>> = {
  findUnique: 'findFirst',
  findUniqueOrThrow: 'findFirstOrThrow',
  update: 'updateMany',
  delete: 'deleteMany',
  upsert: 'findFirst, then create or update',
}

/**
 * Explains why Prisma takes no `where: { id }` where it would on a plain table: the unique keys of a partitioned one hold what it is
 * partitioned by. Any other error passes as it is.
 */
export function explainMissingKey(
  failure: unknown,
  { model, policy }: TablePolicy,
  { operation, args }: { readonly operation: string; readonly args: Readonly<Record<string, unknown>> },
): unknown {
  const { name, message } = failure as Error
  if (name !== 'PrismaClientValidationError' || !Object.hasOwn(INSTEAD, operation)) return failure
  const [, uniques] = new RegExp(`of type ${model}WhereUniqueInput needs at least one of (.*?) arguments`).exec(message) ?? []
  const where = (args['where'] ?? {}) as Readonly<Record<string, unknown>>
  const given = Object.keys(where).filter((field) => isGiven(where[field]) && !['AND', 'OR', 'NOT'].includes(field))
  const lacking = keyColumns(policy).flatMap(({ field }) => (given.includes(field) ? [] : [field]))
  if (uniques === undefined || given.length === 0 || lacking.length === 0) return failure
  const keys = [...new Set(keyColumns(policy).map(({ field }) => field))].join(', ')
  return new PartmanError(
    'UNIQUE_KEY_MISSING',
    `${model}.${operation} by ${given.join(', ')} alone: ${model} is partitioned by ${keys}, and PostgreSQL keeps nothing unique across partitions, so its unique keys hold them too`,
    {
      hint: `Name a whole key in where: ${uniques}. Where ${lacking.join(', ')} cannot be known: ${INSTEAD[operation]}, with what is known.`,
      cause: failure,
    },
  )
}
