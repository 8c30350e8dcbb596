import { type Arguments, isObject, mapEach, mapMembers, membersOf } from './arguments.js'
import type { Relation } from './data-model.js'
import { foreign, unbindable } from './refusal.js'
import { assertNamesOwn, type Scope } from './scope.js'

const COMBINING = ['AND', 'OR', 'NOT']

/** The filter that all rows of the tenant pass and no others, in a model that has tenants. */
function ofTenant(scope: Scope, field: string): Arguments {
  return { [field]: scope.value }
}

/** Narrows a filter to the tenant's rows; in a model without tenants, what it says of models that have some. */
export function bindWhere(scope: Scope, model: string, where: unknown): unknown {
  const field = scope.tenantField(model)
  if (where === undefined) return field === undefined ? where : ofTenant(scope, field)
  const inner = bindFilter(scope, model, where)
  return field === undefined ? inner : { AND: [ofTenant(scope, field), inner] }
}

/**
 * Narrows what names one row by a unique. The tenant's column goes beside the unique, as Prisma lets any other filter.
 * What is not given stays so: beside it the tenant's column alone would name the tenant's own row.
 */
export function bindUniqueWhere(scope: Scope, model: string, where: unknown): unknown {
  if (where === undefined) return where
  const inner = bindFilter(scope, model, where)
  const field = scope.tenantField(model)
  if (field === undefined || Object.values(inner).every((value) => value === undefined)) return inner
  const { [field]: named, AND: and, ...rest } = inner
  const all = [...(and === undefined ? [] : [and].flat()), ...(named === undefined || scope.isOwn(named) ? [] : [{ [field]: named }])]
  return { ...rest, ...(all.length > 0 && { AND: all }), ...ofTenant(scope, field) }
}

/** A cursor takes no filters beside its unique, so its unique has to hold the tenant's key. */
export function bindCursor(scope: Scope, model: string, cursor: unknown): unknown {
  const inner = bindFilter(scope, model, cursor)
  const field = scope.tenantField(model)
  if (field === undefined) return inner
  const named = [inner, ...Object.values(inner)].some((value) => isObject(value) && scope.isOwn(value[field]))
  if (!named) throw unbindable(`${model}.cursor`, `it does not name ${field}`)
  return inner
}

/** Binds what a filter says of related rows, and refuses one that names another tenant. */
function bindFilter(scope: Scope, model: string, where: unknown): Arguments {
  const { fields, relations } = scope.model(model)
  const field = scope.tenantField(model)
  return mapMembers(where, `${model}.where`, (name, value) => {
    const relation = relations.get(name)
    if (relation) return bindRelationFilter(scope, relation, value)
    if (fields.has(name)) {
      // What is said of any other field leads out of no model. To copy it would be to change it: not all values are plain objects.
      if (name !== field) return value
      const copy = isObject(value) ? { ...value } : value
      assertNamesOwn(scope, copy, `${model}.${name}`)
      return copy
    }
    if (COMBINING.includes(name)) return mapEach(value, (one) => bindFilter(scope, model, one))
    // A compound unique, under whatever name. For anything else Prisma has an error of its own.
    if (!isObject(value)) return value
    return mapMembers(value, `${model}.where.${name}`, (part, given) => {
      if (part === field && !scope.isOwn(given)) throw foreign(`${model}.${name}.${part}`)
      return given
    })
  })
}

function bindRelationFilter(scope: Scope, relation: Relation, filter: unknown): unknown {
  return relation.arity === 'list' ? bindListFilter(scope, relation, filter) : bindOneFilter(scope, relation, filter)
}

/** "All of them" is "none that is not", so that rows of other tenants do not count. */
function bindListFilter(scope: Scope, { from, name, to }: Relation, filter: unknown): Arguments {
  const field = scope.tenantField(to)
  const bound: Arguments = {}
  const none: unknown[] = []
  for (const [operator, value] of membersOf(filter, `${from}.${name}`)) {
    if (value === undefined || operator === 'some') {
      bound[operator] = value === undefined ? value : bindWhere(scope, to, value)
    } else if (operator === 'none') none.push(bindWhere(scope, to, value))
    else if (operator !== 'every') throw unbindable(`${from}.${name}`, `${operator} is not known here`)
    else if (field === undefined) bound['every'] = bindWhere(scope, to, value)
    else none.push({ AND: [ofTenant(scope, field), { NOT: bindFilter(scope, to, value) }] })
  }
  if (none.length > 0) bound['none'] = none.length === 1 ? none[0] : { OR: none }
  return bound
}

/** A row of another tenant counts as none. */
function bindOneFilter(scope: Scope, { from, name, to }: Relation, filter: unknown): unknown {
  const field = scope.tenantField(to)
  if (filter === null) return field === undefined ? filter : { isNot: ofTenant(scope, field) }
  const members = membersOf(filter, `${from}.${name}`)
  // A filter that says nothing does not even say that there is a row.
  if (members.every(([, value]) => value === undefined)) return Object.fromEntries(members)
  const operators = members.filter(([operator]) => operator === 'is' || operator === 'isNot')
  if (operators.length === 0) return { is: bindWhere(scope, to, filter) }
  const { fields } = scope.model(to)
  if (operators.length < members.length || fields.has('is') || fields.has('isNot')) {
    throw unbindable(`${from}.${name}`, 'it is both a filter and a filter of filters')
  }
  const is: unknown[] = []
  const isNot: unknown[] = []
  for (const [operator, value] of operators) {
    if (value === undefined) continue
    if (value !== null) (operator === 'is' ? is : isNot).push(bindWhere(scope, to, value))
    else if (field === undefined) (operator === 'is' ? is : isNot).push(null)
    else (operator === 'is' ? isNot : is).push(ofTenant(scope, field))
  }
  return {
    ...(is.length > 0 && { is: is.length === 1 ? is[0] : { AND: is } }),
    ...(isNot.length > 0 && { isNot: isNot.length === 1 ? isNot[0] : { OR: isNot } }),
  }
}
