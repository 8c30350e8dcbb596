import { type PartmanDocument, parseTenantKey, type TenantKey, type TenantSet, tenantsOf } from '@partman/core'
import { readKey } from '../read-key.js'
import { isObject, mapEach } from './arguments.js'
import type { DataModel, Model, Relation } from './data-model.js'
import { foreign, unbindable } from './refusal.js'

/** One tenant, and what of the models is the tenant's. */
export interface Scope {
  readonly set: TenantSet
  readonly dataModel: DataModel
  /** The tenant's key, of the type that Prisma Client has for it. */
  readonly value: TenantKey
  model(name: string): Model
  /** The field that says whose a row is; undefined for a model that has no tenants. */
  tenantField(model: string): string | undefined
  isOwn(key: unknown): boolean
  /** Whether a relation between two models of tenants cannot lead from one tenant to another. */
  staysWithin(relation: Relation): boolean
}

/**
 * Makes the scope of one tenant.
 *
 * @throws PartmanError `TENANT_KEY_INVALID`
 */
export function createScope(dataModel: DataModel, { tables }: PartmanDocument, set: TenantSet, key: TenantKey): Scope {
  const text = parseTenantKey(set.type, key)
  const fields = new Map<string, string>()
  for (const { model, policy } of tables) {
    const column = tenantsOf(policy)
    if (column?.tenants === set.name) fields.set(model, column.by.field)
  }
  if (set.source) fields.set(set.source.model, set.source.key.field)

  // The foreign key holds the tenant's key and refers to the tenant's key, so that rows of one tenant refer to none of
  // another. A column that is NULL refers to nothing.
  const keepsTenant = (holder: Relation) =>
    holder.fields.some((field, index) => field === fields.get(holder.from) && holder.references[index] === fields.get(holder.to))

  return {
    set,
    dataModel,
    value: readKey(set.type, text),
    model: (name) => {
      const model = dataModel.models.get(name)
      if (!model) throw unbindable(name, 'the client has no such model')
      return model
    },
    tenantField: (model) => fields.get(model),
    isOwn: (given) => {
      if (typeof given !== 'string' && typeof given !== 'number' && typeof given !== 'bigint') return false
      try {
        return parseTenantKey(set.type, given) === text
      } catch {
        return false
      }
    },
    staysWithin: (relation) =>
      fields.has(relation.from) && fields.has(relation.to) && (keepsTenant(relation) || keepsTenant(dataModel.back(relation))),
  }
}

/** Refuses a filter by the tenant's column that names another tenant; what finds rows of several is narrowed anyway. */
export function assertNamesOwn(scope: Scope, filter: unknown, place: string): void {
  mapEach(filter, (one) => {
    if (isObject(one)) {
      for (const operator of ['equals', 'in']) assertNamesOwn(scope, one[operator], place)
      return
    }
    if (one !== undefined && one !== null && !scope.isOwn(one)) throw foreign(place)
  })
}
