import type { Alert } from '../api/shapes.js'
import { Badge } from '../parts/badge.js'
import { Prose } from '../parts/prose.js'
import { Scroller } from '../parts/scroller.js'
import { Relative } from '../parts/time.js'
import { href } from '../routing/location.js'
import { DeliveryList } from './delivery-list.js'

export function AlertTable({ alerts }: { alerts: readonly Alert[] }) {
  return (
    <Scroller label="Alerts">
      <table>
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col">Alert</th>
            <th scope="col">Since</th>
            <th scope="col">Last seen</th>
            <th scope="col">Who was told</th>
          </tr>
        </thead>
        <tbody>
          {alerts.map(({ id, rule, model, severity, message, nextStep, raisedAt, seenAt, resolvedAt, deliveries }) => (
            <tr key={id}>
              <td>
                {resolvedAt === null ? <Badge tone={severity}>{severity}</Badge> : <Badge tone="good">resolved</Badge>}
                {resolvedAt !== null && (
                  <div class="muted small nowrap">
                    <Relative at={resolvedAt} />
                  </div>
                )}
              </td>
              <td class="alert-text">
                {model !== null && <a href={href(['tables', model])}>{model}</a>} <code class="small">{rule}</code>
                <div class="break">{message}</div>
                {resolvedAt === null && (
                  <div class="small">
                    <strong>Next:</strong> <Prose text={nextStep} />
                  </div>
                )}
              </td>
              <td class="nowrap">
                <Relative at={raisedAt} />
              </td>
              <td class="nowrap">
                <Relative at={seenAt} />
              </td>
              <td>
                <DeliveryList deliveries={deliveries} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroller>
  )
}
