import type { TableName } from '../policy/document.js'
import { formatTableName, type Referrer } from '../state/state.js'
import type { Finding } from './finding.js'
import type { DetachPartition, Operation } from './operation.js'
import { makePlan, type Plan } from './plan.js'

/** A partition that is to go, while rows of another table refer to rows in it. */
export interface Referred {
  readonly operation: DetachPartition
  readonly referrer: Referrer
}

/**
 * Keeps what others refer to: PostgreSQL would refuse to detach it. Once those rows are gone it goes: where they are in partitions of
 * their own that retire as well, when these are dropped.
 */
export function holdReferred(plan: Plan, referred: readonly Referred[]): Plan {
  if (referred.length === 0) return plan
  const held = new Set<Operation>(referred.map(({ operation }) => operation))
  const groups = new Map<string, Referred[]>()
  for (const one of referred) {
    const key = JSON.stringify([one.operation.table, one.referrer.schema, one.referrer.name, one.referrer.constraint])
    const group = groups.get(key)
    if (group) group.push(one)
    else groups.set(key, [one])
  }
  return makePlan(
    Date.parse(plan.now),
    plan.operations.filter((one) => !held.has(one)),
    [...plan.findings, ...[...groups.values()].map(finding)],
  )
}

function finding(group: readonly Referred[]): Finding {
  const [{ operation, referrer }] = group as [Referred]
  const { table, model, declaredAt, partition } = operation
  const more = group.length === 1 ? 'is' : `and ${group.length - 1} more are`
  return {
    table,
    model,
    declaredAt,
    code: 'FOREIGN_KEY_REFERS',
    severity: 'warning',
    message: `${formatTableName(partition)} ${more} to go, and rows of ${formatTableName(referrer as TableName)} refer to it (foreign key ${referrer.constraint})`,
    nextStep:
      'It goes once no row refers to it any more: delete those, or let their table retire at least as early. Rows of detached partitions refer too, until these are dropped.',
  }
}
