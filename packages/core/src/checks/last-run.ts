import { literal, sql } from '../sql/sql.js'
import type { CheckResult } from './check.js'
import { formatDurationMs } from './format-duration-ms.js'
import { maintainCommand } from './maintain-command.js'
import type { MaintenanceCheck } from './maintenance-facts.js'

export const lastRunCheck: MaintenanceCheck = {
  name: 'outcome of the last maintenance run',
  needs: ['maintenance'],
  find({ maintenance }): CheckResult[] {
    if (maintenance === null) return []
    const { lastReported: last } = maintenance
    if (last?.outcome !== 'failed' || last.isSuperseded) return []
    const steps = last.failedSteps === 0 ? 'before any step of it did' : `in ${last.failedSteps} step${last.failedSteps === 1 ? '' : 's'}`
    return [
      {
        code: 'RUN_FAILED',
        severity: 'error',
        message: `The last maintenance run failed ${formatDurationMs(last.ageMs)} ago, ${steps}${last.firstError === null ? '' : `: ${last.firstError}`}`,
        reason: 'What it could not do is tried again by every run, and stays undone until one succeeds.',
        nextStep: 'Mend what the error names, then run maintenance again. The report of the run has every step, and who was in its way.',
        statements: [
          maintainCommand(maintenance),
          sql`SELECT report FROM partman.run WHERE lease = ${literal(maintenance.leaseName)} AND outcome = 'failed' ORDER BY id DESC LIMIT 1;`,
        ],
      },
    ]
  },
}
