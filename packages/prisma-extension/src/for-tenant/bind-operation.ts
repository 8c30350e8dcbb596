import { type Arguments, mapEach, mapMembers } from './arguments.js'
import { bindChanges, bindNewRow } from './bind-data.js'
import { bindOmit, bindOrder, bindSelection } from './bind-selection.js'
import { bindCursor, bindUniqueWhere, bindWhere } from './bind-where.js'
import { assertDeletable } from './referential-actions.js'
import { unbindable } from './refusal.js'
import type { Scope } from './scope.js'

type Binder = (scope: Scope, model: string, given: unknown) => unknown

/** What names no rows: a number, names of fields, an option. */
const asGiven: Binder = (_, __, given) => given

const newRows: Binder = (scope, model, data) => mapEach(data, (row) => bindNewRow(scope, model, row))
const newRow: Binder = (scope, model, data) => bindNewRow(scope, model, data)

const selection = { select: bindSelection, include: bindSelection, omit: bindOmit, relationLoadStrategy: asGiven }
const page = { orderBy: bindOrder, cursor: bindCursor, take: asGiven, skip: asGiven }
const aggregates = { _count: asGiven, _sum: asGiven, _avg: asGiven, _min: asGiven, _max: asGiven }
const find = { where: bindWhere, ...page, distinct: asGiven, ...selection }
const findUnique = { where: bindUniqueWhere, ...selection }

/** What an operation of Prisma takes, and how each of its arguments is bound. */
const OPERATIONS: Readonly<Record<string, Readonly<Record<string, Binder>>>> = {
  findUnique,
  findUniqueOrThrow: findUnique,
  findFirst: find,
  findFirstOrThrow: find,
  findMany: find,
  count: { where: bindWhere, ...page, distinct: asGiven, select: asGiven },
  aggregate: { where: bindWhere, ...page, ...aggregates },
  groupBy: { where: bindWhere, by: asGiven, having: asGiven, ...page, ...aggregates },
  create: { data: newRow, ...selection },
  createMany: { data: newRows, skipDuplicates: asGiven },
  createManyAndReturn: { data: newRows, skipDuplicates: asGiven, ...selection },
  update: { where: bindUniqueWhere, data: bindChanges, ...selection },
  updateMany: { where: bindWhere, data: bindChanges, limit: asGiven },
  updateManyAndReturn: { where: bindWhere, data: bindChanges, limit: asGiven, ...selection },
  upsert: { where: bindUniqueWhere, create: newRow, update: bindChanges, ...selection },
  delete: { where: bindUniqueWhere, ...selection },
  deleteMany: { where: bindWhere, limit: asGiven },
}

export function isOperation(name: string): boolean {
  return Object.hasOwn(OPERATIONS, name)
}

/**
 * Binds the arguments of an operation on a model to the tenant. What comes back is new throughout, as far as it decides
 * about rows.
 *
 * @throws PartmanError `TENANT_FOREIGN`, `TENANT_UNBINDABLE`
 */
export function bindOperation(scope: Scope, model: string, operation: string, args: unknown): Arguments {
  const binders = OPERATIONS[operation] ?? {}
  if (operation === 'delete' || operation === 'deleteMany') assertDeletable(scope, model)
  const bound = mapMembers(args ?? {}, `${model}.${operation}`, (name, given) => {
    const bind = Object.hasOwn(binders, name) ? binders[name] : undefined
    if (!bind) throw unbindable(`${model}.${operation}`, `${name} is not known here`)
    return bind(scope, model, given)
  })
  if (scope.tenantField(model) === undefined) return bound
  // What is left out has to be there for a tenant.
  if (binders['where'] === bindWhere) bound['where'] ??= bindWhere(scope, model, undefined)
  if (binders['data'] === newRow) bound['data'] ??= newRow(scope, model, {})
  return bound
}
