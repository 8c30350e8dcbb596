import type { Relation } from './data-model.js'
import { unbindable } from './refusal.js'
import type { Scope } from './scope.js'

/** Whether the row that a nested write is made from is made with it, or has been there. */
export type Act = 'create' | 'update'

const MAKING = ['create', 'createMany', 'connectOrCreate', 'upsert']
const CONNECTING = ['connect', 'connectOrCreate']

/**
 * Refuses a nested write that would reach a row of another tenant whatever its arguments are.
 *
 * @throws PartmanError `TENANT_UNBINDABLE`
 */
export function assertNestedWrite(scope: Scope, relation: Relation, operation: string, act: Act): void {
  const { from, name, to } = relation
  const place = `${from}.${name}.${operation}`
  const back = scope.dataModel.back(relation)
  const within = scope.staysWithin(relation)

  if (operation === 'set' && scope.tenantField(to) !== undefined) {
    throw unbindable(place, `it would take the relation from rows of ${to} that are not named; use connect and disconnect`)
  }
  for (const holder of [relation, back]) {
    const field = scope.tenantField(holder.from)
    if (field === undefined || !holder.fields.includes(field)) continue
    if (!within) throw unbindable(place, `it would write ${holder.from}.${field}`)
    if (operation === 'disconnect') throw unbindable(place, `the row of ${holder.from} would belong to no tenant`)
    if (holder === relation && to === scope.set.source?.model && MAKING.includes(operation)) {
      throw unbindable(place, `a new ${to} would be another tenant`)
    }
  }
  const displaced = displacedBy(relation, back, operation, act)
  if (displaced !== undefined && scope.tenantField(displaced) !== undefined && !within) {
    throw unbindable(place, `a row of ${displaced} that has the relation now would lose it, and may be of any tenant`)
  }
}

/** The model of which a row loses its place, where only one row may have it: Prisma empties the foreign key of that row. */
function displacedBy(relation: Relation, back: Relation, operation: string, act: Act): string | undefined {
  if (relation.arity === 'list' || back.arity === 'list') return undefined
  if (relation.fields.length > 0) return CONNECTING.includes(operation) ? relation.from : undefined
  return act === 'update' && (operation === 'connect' || MAKING.includes(operation)) ? relation.to : undefined
}
