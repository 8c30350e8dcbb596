import type { CheckResult } from './check.js'
import { formatDurationMs } from './format-duration-ms.js'
import { maintainCommand } from './maintain-command.js'
import type { MaintenanceCheck } from './maintenance-facts.js'

/** Whoever maintains does so several times a day. */
const UNSEEN_MS = 86_400_000

export const maintainerSeenCheck: MaintenanceCheck = {
  name: 'last maintenance',
  needs: ['maintenance'],
  find({ maintenance }): CheckResult[] {
    if (maintenance === null || maintenance.running) return []
    const { lastRunAgeMs } = maintenance
    if (lastRunAgeMs !== null && lastRunAgeMs <= UNSEEN_MS) return []
    return [
      {
        code: 'MAINTAINER_UNSEEN',
        severity: 'warning',
        message:
          lastRunAgeMs === null
            ? 'No maintenance run has ever ended in this database'
            : `The last maintenance run ended ${formatDurationMs(lastRunAgeMs)} ago`,
        reason: 'Nobody makes the partitions that are to come, and rows are refused once those that there are have passed.',
        nextStep: 'Run it once, and see to it that it runs again and again: docs/running.md.',
        statements: [maintainCommand(maintenance)],
      },
    ]
  },
}
