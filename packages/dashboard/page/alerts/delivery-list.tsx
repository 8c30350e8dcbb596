import type { AlertDelivery } from '../api/shapes.js'
import { countOf } from '../format/count.js'
import { Relative } from '../parts/time.js'

/** Which channel was told of what, when, and what was in the way. */
export function DeliveryList({ deliveries }: { deliveries: readonly AlertDelivery[] }) {
  if (deliveries.length === 0) return <span class="muted">nobody</span>
  return (
    <ul class="deliveries small">
      {deliveries.map((delivery) => (
        <li key={`${delivery.channel} ${delivery.event}`}>
          <strong>{delivery.channel}</strong> {describe(delivery)}
        </li>
      ))}
    </ul>
  )
}

function describe({ event, state, attempts, triedAt, deliveredAt, error }: AlertDelivery) {
  const at = deliveredAt ?? triedAt
  const when = at === null ? null : <Relative at={at} />
  if (state === 'delivered') {
    return (
      <>
        was told that it {event === 'raised' ? 'began' : 'ended'}, {when}
      </>
    )
  }
  if (state === 'under-way') return <span class="muted">is being told that it {event === 'raised' ? 'began' : 'ended'}</span>
  return (
    <>
      could not be told that it {event === 'raised' ? 'began' : 'ended'}, {when}: {error} ({countOf(attempts, 'attempt')})
    </>
  )
}
