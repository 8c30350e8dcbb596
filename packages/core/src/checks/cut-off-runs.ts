import type { CheckResult } from './check.js'
import { formatDurationMs } from './format-duration-ms.js'
import type { MaintenanceCheck } from './maintenance-facts.js'

/** A deploy kills one now and then. */
const MANY = 3

export const cutOffRunsCheck: MaintenanceCheck = {
  name: 'runs that were cut off',
  needs: ['maintenance'],
  find({ maintenance }): CheckResult[] {
    if (maintenance === null) return []
    const { cutOff, running, lease } = maintenance
    const isDead = running !== null && (lease === null || lease.expiresInMs < 0)
    if (!cutOff && !isDead) return []
    const count = (cutOff?.count ?? 0) + (isDead ? 1 : 0)
    const [holder, ageMs] = isDead ? [running.holder, running.ageMs] : [cutOff!.lastHolder, cutOff!.lastAgeMs]
    return [
      {
        code: 'RUN_CUT_OFF',
        severity: isDead || cutOff?.isLast === true || count >= MANY ? 'warning' : 'info',
        message: `${count === 1 ? 'A maintenance run was' : `${count} maintenance runs were`} begun and never ended within a day, the last one by ${holder}, begun ${formatDurationMs(ageMs)} ago`,
        reason: 'Its process was killed, or lost the database; where that goes on, partitions may come too late.',
        nextStep: 'Look at the log of that process: memory, a limit on its time (`--budget`), a deploy that does not wait for `stop()`.',
      },
    ]
  },
}
