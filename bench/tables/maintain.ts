import { createMaintainer, type Database, type MaintenanceReport, type PartmanDocument, type StepReport } from '@partman/core'
import { simulatedClock } from '@partman/testing'
import { instant } from './days.js'

/** A maintainer at noon, so many days after the beginning. */
export function maintainerOn(database: Database, document: PartmanDocument, offset: number) {
  return createMaintainer({ document, database, clock: simulatedClock(instant(offset)) })
}

/** Runs once; a benchmark of what did not work would measure nothing. */
export async function maintain(database: Database, document: PartmanDocument, offset = 0): Promise<readonly StepReport[]> {
  return stepsOf(await maintainerOn(database, document, offset).runOnce())
}

export function stepsOf(report: MaintenanceReport): readonly StepReport[] {
  if (report.outcome === 'done') return report.steps
  const errors = 'steps' in report ? report.steps.flatMap(({ error }) => error ?? []) : []
  throw new Error(`The maintainer's run came to "${report.outcome}": ${errors.slice(0, 3).join('; ')}`)
}

export function countSteps(steps: readonly StepReport[], kind: StepReport['kind']): number {
  return steps.filter((step) => step.kind === kind && step.outcome === 'done').length
}
