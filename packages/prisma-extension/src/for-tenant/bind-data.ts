import { type Arguments, isObject, mapEach, mapMembers, membersOf } from './arguments.js'
import { bindUniqueWhere, bindWhere } from './bind-where.js'
import type { Relation } from './data-model.js'
import { type Act, assertNestedWrite } from './nested-write-rules.js'
import { assertDeletable, assertUpdatable } from './referential-actions.js'
import { foreign, unbindable } from './refusal.js'
import type { Scope } from './scope.js'

/** Binds a new row: it is the tenant's. `parent` is the relation by which it is made, as the new row has it. */
export function bindNewRow(scope: Scope, model: string, data: unknown, parent?: Relation): Arguments {
  const field = scope.tenantField(model)
  const row = bindMembers(scope, model, data, 'create')
  if (field === undefined) return row
  const own = { ...row, [field]: scope.value }
  if (row[field] !== undefined) {
    if (!scope.isOwn(row[field])) throw foreign(`${model}.${field}`)
    return own
  }
  const relations = [...scope.model(model).relations.values()]
  const keys = relations.filter(({ fields }) => fields.includes(field))
  // Prisma takes either the columns of foreign keys or, in their place, the relations: for all of a row the same.
  const byRelations = keys.length > 0 && relations.some(({ name, fields }) => fields.length > 0 && isWritten(row[name]))
  if (!byRelations) return parent && keys.includes(parent) ? row : own
  const { source } = scope.set
  const toTenant = keys.find(({ to, references: [key, ...more] }) => to === source?.model && key === source.key.field && more.length === 0)
  if (toTenant && toTenant !== parent && !isWritten(row[toTenant.name])) {
    return { ...row, [toTenant.name]: { connect: { [source?.key.field ?? '']: scope.value } } }
  }
  return keys.some((key) => key === parent || isWritten(row[key.name])) ? row : own
}

/** Whether the writes of a relation do anything: `{}` and `{ connect: undefined }` name no row. */
function isWritten(writes: unknown): boolean {
  return isObject(writes) && Object.values(writes).some((value) => value !== undefined)
}

/** Binds what a row is to become: one of the tenant stays the tenant's. */
export function bindChanges(scope: Scope, model: string, data: unknown): Arguments {
  const field = scope.tenantField(model)
  const given = bindMembers(scope, model, data, 'update')
  const changes = field === undefined ? given : withoutKey(scope, model, field, given)
  const { relations } = scope.model(model)
  const changed = Object.keys(changes).flatMap((name) => (changes[name] === undefined ? [] : (relations.get(name)?.fields ?? [name])))
  assertUpdatable(
    scope,
    model,
    changed.filter((name) => name !== field),
  )
  return changes
}

/** The key that a row has anyway is left out: to write it is to write all that refers to the row. */
function withoutKey(scope: Scope, model: string, field: string, { [field]: key, ...changes }: Arguments): Arguments {
  if (key === undefined) return changes
  const { set, ...others } = isObject(key) ? key : { set: key }
  if (!scope.isOwn(set) || Object.keys(others).length > 0) throw foreign(`${model}.${field}`)
  return changes
}

function bindMembers(scope: Scope, model: string, data: unknown, act: Act): Arguments {
  const { fields, relations } = scope.model(model)
  return mapMembers(data, `${model}.data`, (name, value) => {
    const relation = relations.get(name)
    if (relation) return bindNestedWrites(scope, relation, value, act)
    if (!fields.has(name)) throw unbindable(`${model}.data.${name}`, 'it is no field')
    return name === scope.tenantField(model) && isObject(value) ? { ...value } : value
  })
}

function bindNestedWrites(scope: Scope, relation: Relation, writes: unknown, act: Act): Arguments {
  const place = `${relation.from}.${relation.name}`
  return mapMembers(writes, place, (operation, value) => {
    assertNestedWrite(scope, relation, operation, act)
    return bindNestedWrite(scope, relation, operation, value, `${place}.${operation}`)
  })
}

function bindNestedWrite(scope: Scope, relation: Relation, operation: string, value: unknown, place: string): unknown {
  const { to } = relation
  const one = relation.arity !== 'list'
  const parent = scope.dataModel.back(relation)
  const unique = (where: unknown) => bindUniqueWhere(scope, to, where)
  const newRow = (data: unknown) => bindNewRow(scope, to, data, parent)
  const changes = (data: unknown) => bindChanges(scope, to, data)
  /** Of one related row, which only a filter can narrow; of several, one is named by a unique. */
  const row = (where: unknown) => (one ? bindWhere(scope, to, where) : unique(where))
  const parts = (binders: Readonly<Record<string, (part: unknown) => unknown>>) =>
    mapEach(value, (given) => bindParts(given, place, binders))

  switch (operation) {
    case 'create':
      return mapEach(value, newRow)
    case 'createMany':
      return parts({ data: (rows) => mapEach(rows, newRow), skipDuplicates: (skip) => skip })
    case 'connect':
    case 'set':
      return mapEach(value, unique)
    case 'connectOrCreate':
      return parts({ where: unique, create: newRow })
    case 'update':
      return one ? bindOneUpdate(scope, to, value, place) : parts({ where: unique, data: changes })
    case 'updateMany':
      return mapEach(value, (given) =>
        withWhere(scope, to, bindParts(given, place, { where: (where) => bindWhere(scope, to, where), data: changes })),
      )
    case 'upsert': {
      const bound = parts({ where: row, create: newRow, update: changes })
      return one ? withWhere(scope, to, bound as Arguments) : bound
    }
    case 'delete':
    case 'disconnect':
      if (operation === 'delete') assertDeletable(scope, to)
      if (typeof value !== 'boolean') return mapEach(value, row)
      if (!one) throw unbindable(place, 'it names no row')
      return value && (bindWhere(scope, to, undefined) ?? true)
    case 'deleteMany':
      assertDeletable(scope, to)
      return mapEach(value, (where) => bindWhere(scope, to, where))
    default:
      throw unbindable(place, 'it is not known here')
  }
}

function bindParts(given: unknown, place: string, binders: Readonly<Record<string, (part: unknown) => unknown>>): Arguments {
  return mapMembers(given, place, (name, part) => {
    const bind = Object.hasOwn(binders, name) ? binders[name] : undefined
    if (!bind) throw unbindable(place, `${name} is not known here`)
    return bind(part)
  })
}

/** One related row is updated by `data`, or by `{ where, data }`. */
function bindOneUpdate(scope: Scope, model: string, value: unknown, place: string): Arguments {
  const { fields } = scope.model(model)
  const given = Object.fromEntries(membersOf(value, place))
  const wrapped = 'data' in given && Object.keys(given).every((name) => name === 'data' || name === 'where')
  if (fields.has('data') && (wrapped || fields.has('where'))) throw unbindable(place, '`data` may be a field or an argument')
  if (!wrapped) return withWhere(scope, model, { data: bindChanges(scope, model, given) })
  const { where, data } = given
  return withWhere(scope, model, {
    ...(where !== undefined && { where: bindWhere(scope, model, where) }),
    data: bindChanges(scope, model, data),
  })
}

/** What is left out has to be there for a tenant. */
function withWhere(scope: Scope, model: string, { where, ...rest }: Arguments): Arguments {
  const bound = where ?? bindWhere(scope, model, undefined)
  return bound === undefined ? rest : { ...rest, where: bound }
}
