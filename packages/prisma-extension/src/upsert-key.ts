import { type PartitionPolicy, PartmanError, policyLevels, type TablePolicy, tenantsOf } from '@partman/core'
import { isGiven } from './fill-keys.js'
import { compoundKeys } from './pruning/where-bounds.js'

type Arguments = Readonly<Record<string, unknown>>

/** A field by which rows are told apart on a partitioned table alone: it is in its unique keys for the sake of the partitions. */
interface AddedField {
  readonly field: string
  /** A row that does not name it gets the time of its insert, which is no time that a `where` names. */
  readonly isTime: boolean
}

/**
 * Refuses an upsert whose `create` has the identity that its `where` names, and another tenant or time beside it: it never finds the row
 * that it inserts, and inserts another one each time.
 *
 * @throws PartmanError `UPSERT_KEY_DIFFERENT`
 */
export function upsertGuard({ model, policy }: TablePolicy): (args: Arguments) => void {
  const added = policyLevels(policy).flatMap(addedFields)
  const names = new Set(added.map(({ field }) => field))
  return ({ where, create }) => {
    const row = (create ?? {}) as Arguments
    for (const unique of compoundKeys((where ?? {}) as Arguments)) {
      const identity = Object.keys(unique).filter((field) => !names.has(field))
      if (identity.length === 0 || !identity.every((field) => isGiven(row[field]) && isSame(row[field], unique[field]))) continue
      const different = added.filter((one) => isGiven(unique[one.field]) && differs(one, unique, row))
      if (different.length > 0) throw refusal(model, identity, different, row)
    }
  }
}

function addedFields(level: PartitionPolicy): AddedField[] {
  const tenant = tenantsOf(level)
  const ofTenant = tenant ? [{ field: tenant.by.field, isTime: false }] : []
  // An id that tells its time is an identity.
  if (level.kind === 'range' && !('encoding' in level.by)) return [...ofTenant, { field: level.by.field, isTime: true }]
  return level.kind === 'list' ? [{ field: level.by.field, isTime: false }] : ofTenant
}

/** A tenant that is not named comes with a relation, or Prisma asks for it. */
function differs({ field, isTime }: AddedField, unique: Arguments, row: Arguments): boolean {
  if (!isGiven(row[field])) return isTime
  return !isSame(unique[field], row[field], isTime)
}

/** Prisma takes a time as text, too. */
function isSame(a: unknown, b: unknown, isTime = a instanceof Date || b instanceof Date): boolean {
  return isTime ? new Date(a as Date | string).getTime() === new Date(b as Date | string).getTime() : String(a) === String(b)
}

function refusal(model: string, identity: readonly string[], different: readonly AddedField[], row: Arguments): PartmanError {
  const fields = different.map(({ field }) => field).join(' and ')
  const how = different.every(({ field }) => !isGiven(row[field])) ? `leaves ${fields} to a default` : `has another ${fields}`
  return new PartmanError(
    'UPSERT_KEY_DIFFERENT',
    `${model}.upsert looks for ${identity.join(', ')} with one ${fields}, and its create ${how}: it would not find the row that it inserts, and insert another one each time`,
    {
      hint: `Pass the same ${fields} in where and create. The keys of a partitioned table hold what it is partitioned by, so a row with another ${fields} is another row; where it is not known, look for the row first with findFirst.`,
    },
  )
}
