import { type Arguments, mapEach, mapMembers } from './arguments.js'
import { bindCursor, bindWhere } from './bind-where.js'
import type { Relation } from './data-model.js'
import { unbindable } from './refusal.js'
import type { Scope } from './scope.js'

/** Binds `select` or `include`: what comes along of the rows that are related. */
export function bindSelection(scope: Scope, model: string, selection: unknown): unknown {
  if (selection === null) return selection
  const { relations } = scope.model(model)
  return mapMembers(selection, `${model}.select`, (name, value) => {
    if (value === false) return value
    const relation = relations.get(name)
    if (relation) return bindRelation(scope, relation, value)
    if (name === '_count') return bindCounts(scope, model, value)
    if (typeof value !== 'boolean') throw unbindable(`${model}.${name}`, 'it is no relation')
    return value
  })
}

/** To leave out a relation is to select it where it says false, with all its rows. */
export function bindOmit(scope: Scope, model: string, omit: unknown): unknown {
  if (omit === null) return omit
  const { relations } = scope.model(model)
  return mapMembers(
    omit,
    `${model}.omit`,
    (name, value) => {
      if (relations.has(name) || name === '_count') throw unbindable(`${model}.omit.${name}`, 'it is no field')
      return value
    },
    'undefined too',
  )
}

/** Binds what is selected of a relation: `true`, or arguments. */
export function bindRelation(scope: Scope, relation: Relation, value: unknown): unknown {
  const { from, name, to, arity } = relation
  const bound: Arguments =
    value === true
      ? {}
      : mapMembers(value, `${from}.${name}`, (argument, given) => {
          switch (argument) {
            case 'where':
              return bindWhere(scope, to, given)
            case 'select':
            case 'include':
              return bindSelection(scope, to, given)
            case 'orderBy':
              return bindOrder(scope, to, given)
            case 'cursor':
              return bindCursor(scope, to, given)
            case 'omit':
              return bindOmit(scope, to, given)
            case 'take':
            case 'skip':
            case 'distinct':
              return given
            default:
              throw unbindable(`${from}.${name}`, `${argument} is not known here`)
          }
        })
  if (scope.tenantField(to) !== undefined && bound['where'] === undefined) {
    if (arity !== 'required') return { ...bound, where: bindWhere(scope, to, undefined) }
    // Prisma takes no filter where there is always one row. Where the foreign key holds the tenant's key, that row is
    // the tenant's: the row it is asked of is, as every way to it is bound.
    if (!scope.staysWithin(relation))
      throw unbindable(`${from}.${name}`, `the row of ${to} may be of any tenant, and Prisma filters none here`)
  }
  return value === true && Object.keys(bound).length === 0 ? true : bound
}

function bindCounts(scope: Scope, model: string, counts: unknown): unknown {
  const { relations } = scope.model(model)
  const lists = [...relations.values()].filter(({ arity }) => arity === 'list')
  const select = counts === true ? { select: Object.fromEntries(lists.map(({ name }) => [name, true])) } : counts
  return mapMembers(select, `${model}._count`, (argument, given) => {
    if (argument !== 'select') throw unbindable(`${model}._count`, `${argument} is not known here`)
    return mapMembers(given, `${model}._count`, (name, value) => {
      const relation = relations.get(name)
      if (!relation) throw unbindable(`${model}._count.${name}`, 'it is no relation')
      if (value === false) return value
      const filter =
        value === true
          ? {}
          : mapMembers(value, `${model}._count.${name}`, (part, where) => {
              if (part !== 'where') throw unbindable(`${model}._count.${name}`, `${part} is not known here`)
              return where
            })
      const where = bindWhere(scope, relation.to, filter['where'])
      return where === undefined ? true : { where }
    })
  })
}

/** An order by related rows shows something of them, and Prisma filters none of those: they have to be the tenant's anyway. */
export function bindOrder(scope: Scope, model: string, order: unknown): unknown {
  const { relations } = scope.model(model)
  return mapEach(order, (one) =>
    mapMembers(one, `${model}.orderBy`, (name, value) => {
      const relation = relations.get(name)
      if (!relation) return value
      if (scope.tenantField(relation.to) !== undefined && !scope.staysWithin(relation)) {
        throw unbindable(`${model}.orderBy.${name}`, `rows of ${relation.to} may be of any tenant, and Prisma filters none here`)
      }
      return bindOrder(scope, relation.to, value)
    }),
  )
}
