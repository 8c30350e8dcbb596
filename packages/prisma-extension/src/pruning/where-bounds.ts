import { isGiven } from '../fill-keys.js'

/** How a level's key has to be bound for PostgreSQL to leave partitions out. */
export type Binding = 'equality' | 'any'

type Where = Readonly<Record<string, unknown>>

/**
 * Whether a `where` binds a field in every row it finds: by itself or in an AND, or in all branches of an OR. What stands in a NOT
 * binds nothing. `isUnique`: the `where` of an operation on one row, in which the fields of a compound key stand below its name.
 */
export function bindsField(where: unknown, field: string, binding: Binding, isUnique: boolean): boolean {
  return alternatives(where).some((one) => {
    const { AND, OR } = one
    if (isBindingFilter(one[field], binding)) return true
    if (isGiven(AND) && bindsField(AND, field, binding, false)) return true
    if (Array.isArray(OR) && OR.length > 0 && OR.every((branch) => bindsField(branch, field, binding, false))) return true
    return isUnique && compoundKeys(one).some((key) => isBindingFilter(key[field], binding))
  })
}

/** The values that a field has to have one of, at the top of a `where` or in an AND; undefined where nothing says so. */
export function valuesOf(where: unknown, field: string): readonly unknown[] | undefined {
  for (const one of alternatives(where)) {
    const values = equalTo(one[field]) ?? (isGiven(one['AND']) ? valuesOf(one['AND'], field) : undefined)
    if (values) return values
  }
  return undefined
}

/** An AND takes one `where` or several; all of them hold. */
function alternatives(where: unknown): readonly Where[] {
  return (Array.isArray(where) ? where : [where]).filter(isPlainObject)
}

/** The values of the compound keys that a `where` on one row names; also other filters that have fields of their own. */
export function compoundKeys(where: Where): readonly Where[] {
  return Object.entries(where).flatMap(([name, value]) => (!['AND', 'OR', 'NOT'].includes(name) && isPlainObject(value) ? [value] : []))
}

function isBindingFilter(filter: unknown, binding: Binding): boolean {
  if (equalTo(filter)) return true
  if (binding === 'equality' || !isPlainObject(filter)) return false
  return ['gt', 'gte', 'lt', 'lte'].some((operator) => isValue(filter[operator]))
}

function equalTo(filter: unknown): readonly unknown[] | undefined {
  if (isValue(filter)) return [filter]
  if (!isPlainObject(filter)) return undefined
  if (isValue(filter['equals'])) return [filter['equals']]
  const list = filter['in']
  return Array.isArray(list) && list.every(isValue) ? list : undefined
}

/** Another field of the row, as `prisma.event.fields.id` stands for it, is no value. */
function isValue(value: unknown): boolean {
  return isGiven(value) && (value === null || typeof value !== 'object' || isScalar(value))
}

/** Dates, bytes and decimals are objects, and values. */
function isScalar(value: object): boolean {
  return value instanceof Date || ArrayBuffer.isView(value) || typeof (value as { toFixed?: unknown }).toFixed === 'function'
}

function isPlainObject(value: unknown): value is Where {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isScalar(value) && isGiven(value)
}
