import type { Overview, Run } from '../api/shapes.js'
import { Badge } from '../parts/badge.js'
import { Relative } from '../parts/time.js'
import { href } from '../routing/location.js'
import { OUTCOMES } from '../runs/outcomes.js'

/** Whether somebody maintains, and how the last run went. */
export function MaintenanceCard({ overview: { lease }, lastRun }: { overview: Overview; lastRun: Run | null }) {
  return (
    <section class="card" aria-labelledby="maintenance-title">
      <h2 id="maintenance-title">Maintainer</h2>
      <p class="card-value">
        {lease.lastRunAt === null ? (
          'Never seen'
        ) : (
          <>
            Seen <Relative at={lease.lastRunAt} />
          </>
        )}
      </p>
      <p class="card-foot">
        {lease.holder !== null ? (
          <span class="break">
            {lease.holder} holds the lease
            {lease.expiresAt !== null && (
              <>
                , which ends <Relative at={lease.expiresAt} />
              </>
            )}
          </span>
        ) : (
          <span>Nobody holds the lease now.</span>
        )}
        {lastRun && (
          <a href={href(['runs', lastRun.id])} class="nowrap">
            Last run <Badge tone={OUTCOMES[lastRun.outcome].tone}>{OUTCOMES[lastRun.outcome].name}</Badge>
          </a>
        )}
      </p>
    </section>
  )
}
