import type { Relation } from './data-model.js'
import { unbindable } from './refusal.js'
import type { Scope } from './scope.js'

/** What the database, or Prisma in its place, does to rows that refer to one. */
const CHANGING = ['Cascade', 'SetNull', 'SetDefault']

/**
 * Refuses to delete rows of a model where rows of any tenant may go, or change, with them: by `onDelete`, or as what joins
 * the two sides of a many-to-many relation.
 *
 * @throws PartmanError `TENANT_UNBINDABLE`
 */
export function assertDeletable(scope: Scope, model: string): void {
  const reached = reachedByDelete(scope, model, new Set())
  if (reached)
    throw unbindable(`Deleting ${model}`, `rows of any tenant may refer to it (${reached.to}.${scope.dataModel.back(reached).name})`)
}

/**
 * Refuses to change fields of a model that rows of any tenant may hold as a foreign key, and that change there too: by
 * `onUpdate`.
 *
 * @throws PartmanError `TENANT_UNBINDABLE`
 */
export function assertUpdatable(scope: Scope, model: string, fields: readonly string[]): void {
  const reached = reachedByUpdate(scope, model, fields, new Set())
  if (!reached) return
  const { name } = scope.dataModel.back(reached)
  throw unbindable(`Updating ${model}.${fields.join(', ')}`, `rows of any tenant may refer to it (${reached.to}.${name})`)
}

function reachedByDelete(scope: Scope, model: string, visited: Set<string>): Relation | undefined {
  if (visited.has(model)) return undefined
  visited.add(model)
  for (const relation of scope.model(model).relations.values()) {
    const back = scope.dataModel.back(relation)
    if (relation.arity === 'list' && back.arity === 'list') {
      // The joins of a tenant's row are the tenant's; those of any other row may be of all tenants.
      if (scope.tenantField(model) === undefined && scope.tenantField(relation.to) !== undefined) return relation
      continue
    }
    // https://www.prisma.io/docs/orm/prisma-schema/data-model/relations/referential-actions#referential-action-defaults
    const action = back.onDelete ?? (back.arity === 'optional' ? 'SetNull' : 'Restrict')
    if (back.fields.length === 0 || !CHANGING.includes(action)) continue
    if (mayReachAny(scope, relation)) return relation
    const further =
      action === 'Cascade' ? reachedByDelete(scope, relation.to, visited) : reachedByUpdate(scope, relation.to, back.fields, new Set())
    if (further) return further
  }
  return undefined
}

function reachedByUpdate(scope: Scope, model: string, fields: readonly string[], visited: Set<string>): Relation | undefined {
  if (visited.has(model)) return undefined
  visited.add(model)
  for (const relation of scope.model(model).relations.values()) {
    const back = scope.dataModel.back(relation)
    if (!back.references.some((field) => fields.includes(field)) || !CHANGING.includes(back.onUpdate ?? 'Cascade')) continue
    if (mayReachAny(scope, relation)) return relation
    const further = reachedByUpdate(scope, relation.to, back.fields, visited)
    if (further) return further
  }
  return undefined
}

function mayReachAny(scope: Scope, relation: Relation): boolean {
  return scope.tenantField(relation.to) !== undefined && !scope.staysWithin(relation)
}
