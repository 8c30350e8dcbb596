import type { AlertTested } from '../api/shapes.js'
import { Badge } from '../parts/badge.js'

/** What became of a test message, channel by channel. */
export function TestOutcomes({ tested: { channels } }: { tested: AlertTested }) {
  return (
    <ul class="deliveries small">
      {channels.map(({ channel, outcome, error }) => (
        <li key={channel}>
          <Badge tone={outcome === 'delivered' ? 'good' : 'error'}>{outcome}</Badge> <strong>{channel}</strong> {error}
        </li>
      ))}
    </ul>
  )
}
