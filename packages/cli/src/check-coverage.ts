import { formatBound, formatTableName, type Plan } from '@partman/core'
import type { ShownFinding } from './format-finding.js'

/** Finds tables that a row of this moment would have no partition in: their maintenance does not run, or fails. */
export function checkCoverage(plan: Plan): ShownFinding[] {
  return plan.operations.flatMap((operation): ShownFinding[] => {
    if (operation.kind !== 'create-partition' || !operation.holdsPresent) return []
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
