import { type CreatePartition, formatBound, formatTableName, type Plan, type PlannedMaintenance, parsePosition } from '@partman/core'
import type { ShownFinding } from './format-finding.js'

/** Finds tables that a row of this moment would have no partition in: their maintenance does not run, or fails. */
export function checkCoverage(plan: Plan, { wanted }: Pick<PlannedMaintenance, 'wanted'>): ShownFinding[] {
  const presents = new Map(wanted.map(({ policy, present }) => [formatTableName(policy.table), present]))
  return plan.operations.flatMap((operation): ShownFinding[] => {
    if (operation.kind !== 'create-partition' || !holdsPresent(operation, presents.get(formatTableName(operation.table)))) return []
    return [
      {
        code: 'PRESENT_NOT_COVERED',
        severity: 'error',
        declaredAt: operation.declaredAt,
        message: `${formatTableName(operation.parent)} has no partition for ${formatBound(operation.partition.bound)}: inserts fail now`,
        nextStep: 'Run `partman maintain`, and see to it that it runs again and again.',
      },
    ]
  })
}

function holdsPresent({ partition: { bound } }: CreatePartition, present: bigint | undefined): boolean {
  if (bound.kind !== 'range') return true
  const [from, to] = [parsePosition(bound.from[0] ?? 'minvalue'), parsePosition(bound.to[0] ?? 'maxvalue')]
  return present !== undefined && from !== undefined && to !== undefined && from <= present && present < to
}
