import type { Tenant } from '../api/shapes.js'
import { Badge } from '../parts/badge.js'
import { Instant, Relative } from '../parts/time.js'

/** Says of a tenant that was removed by whom, why, and until when it can be taken back. */
export function RemovalNote({ tenant: { removal, partitions } }: { tenant: Tenant }) {
  if (removal === null) return null
  const { at, by, reason, restorableUntil } = removal
  return (
    <div class="small">
      <Badge tone="warning">removed</Badge>{' '}
      <span class="muted">
        <Relative at={at} /> by {by}: “{reason}”
      </span>
      <div>
        {restorableUntil !== null ? (
          <>
            Whole until <Instant at={restorableUntil} />: then the first of it is dropped for good.
          </>
        ) : partitions > 0 ? (
          'Nothing of it is going to be dropped.'
        ) : (
          'Nothing of it stands detached any more.'
        )}
      </div>
    </div>
  )
}
