import { explainMissing, explainRemoved, PartmanError, SQLSTATE, sqlState, type TenantSet } from '@partman/core'

/** Names of the bookkeeping in a message of PostgreSQL, which quotes them differently in each language. */
const BOOKKEEPING = /\bpartman\.(tenant|removal|lease|run|hold|approval|audit|hook_call)\b/

/** Explains the error of a statement of ours; the same SQLSTATE about a table of the application passes as it is. */
export function explainFailure(error: unknown): unknown {
  const removed = explainRemoved(error)
  if (removed !== error) return removed
  const missing = sqlState(error) === SQLSTATE.invalidSchemaName || BOOKKEEPING.test(String((error as Error).message))
  return missing ? explainMissing(error) : error
}

/** Runs statements of ours, with their errors explained. */
export async function explained<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    throw explainFailure(error)
  }
}

/** Prisma takes no autoincrement key beside a relation to connect, and the message would name a key that the application did not pass. */
export function explainRefusedKey(error: unknown, { model, key }: NonNullable<TenantSet['source']>): unknown {
  const { name, message } = error as Error
  const refused = name === 'PrismaClientValidationError' && message.includes(`Unknown argument \`${key.field}\``)
  if (!refused || key.default?.kind !== 'database') return error
  return new PartmanError(
    'TENANT_KEY_MISSING',
    `${model}.${key.field} is drawn before the row, and Prisma takes none beside a relation to connect`,
    {
      hint: 'Pass the field that the relation is stored in, such as `ownerId: 1` instead of `owner: { connect: { id: 1 } }`.',
      cause: error,
    },
  )
}
