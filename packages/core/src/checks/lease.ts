import { literal, sql } from '../sql/sql.js'
import type { CheckResult } from './check.js'
import { formatDurationMs } from './format-duration-ms.js'
import type { MaintenanceCheck } from './maintenance-facts.js'

/** A lease runs out after a minute and is kept up while a run lasts; a run that builds indexes or asks hooks begins none after a minute. */
const LONG_MS = 3_600_000

export const leaseCheck: MaintenanceCheck = {
  name: 'lease of the maintainer',
  needs: ['maintenance'],
  find({ maintenance }): CheckResult[] {
    if (!maintenance?.lease || maintenance.lease.expiresInMs < 0) return []
    const { lease, running, leaseName } = maintenance
    const isFar = lease.expiresInMs > LONG_MS
    if (!isFar && (running?.ageMs ?? 0) <= LONG_MS) return []
    return [
      {
        code: 'LEASE_HELD_LONG',
        severity: 'warning',
        message: `${lease.holder} holds the lease ${running ? `for ${formatDurationMs(running.ageMs)}` : 'without a run'}${isFar ? `, and it runs out in ${formatDurationMs(lease.expiresInMs)} only` : ''}`,
        reason: 'No other maintainer can work meanwhile.',
        nextStep:
          'Look at what that process does. Where it is gone, end the lease: its next holder gets a higher number, and the old one can do nothing any more.',
        choices: [
          {
            label: 'where that process is gone',
            sql: sql`UPDATE partman.lease SET expires_at = clock_timestamp() WHERE name = ${literal(leaseName)} AND holder = ${literal(lease.holder)};`,
          },
        ],
      },
    ]
  },
}
