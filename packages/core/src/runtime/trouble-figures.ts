import type { RunFigures } from './lease.js'
import type { StepReport } from './maintenance-report.js'

/** Sums up the trouble that the steps of a run met. */
export function troubleFigures(steps: readonly StepReport[]): Pick<RunFigures, 'failedSteps' | 'lockRetries' | 'lockWaitMs'> {
  return {
    failedSteps: steps.filter(({ outcome }) => outcome === 'failed').length,
    lockRetries: steps.reduce((sum, { retries = 0 }) => sum + retries, 0),
    lockWaitMs: steps.reduce((sum, { waitedMs = 0 }) => sum + waitedMs, 0),
  }
}
