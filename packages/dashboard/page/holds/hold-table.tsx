import type { Hold } from '../api/shapes.js'
import { formatTableName } from '../format/table-name.js'
import { Badge, type Tone } from '../parts/badge.js'
import { Scroller } from '../parts/scroller.js'
import { Instant, Relative } from '../parts/time.js'
import { describeHold } from './describe-hold.js'

const STATES: Readonly<Record<Hold['state'], { readonly name: string; readonly tone: Tone }>> = {
  'in-force': { name: 'In force', tone: 'accent' },
  over: { name: 'Over', tone: 'plain' },
  released: { name: 'Released', tone: 'plain' },
}

/** `onRelease` is null for whoever may not. */
export function HoldTable({ holds, onRelease }: { holds: readonly Hold[]; onRelease: ((hold: Hold) => void) | null }) {
  return (
    <Scroller label="Holds">
      <table>
        <thead>
          <tr>
            <th scope="col">Hold</th>
            <th scope="col">State</th>
            <th scope="col">Table</th>
            <th scope="col">Rows</th>
            <th scope="col">Reason</th>
            <th scope="col">By</th>
            <th scope="col">Until</th>
            {onRelease && (
              <th scope="col">
                <span class="hidden">Act</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {holds.map((hold) => (
            <tr key={hold.id}>
              <td>#{hold.id}</td>
              <td>
                <Badge tone={STATES[hold.state].tone}>{STATES[hold.state].name}</Badge>
              </td>
              <td>
                <code>{formatTableName(hold.table)}</code>
              </td>
              <td class="break">{describeHold(hold)}</td>
              <td class="reason">{hold.reason}</td>
              <td class="nowrap">
                {hold.heldBy},{' '}
                <span class="muted">
                  <Relative at={hold.heldAt} />
                </span>
                {hold.releasedAt !== null && (
                  <div class="muted small">
                    released by {hold.releasedBy}, <Relative at={hold.releasedAt} />
                  </div>
                )}
              </td>
              <td class="nowrap">{hold.until === null ? 'it is released' : <Instant at={hold.until} />}</td>
              {onRelease && (
                <td>
                  {hold.state === 'in-force' && (
                    <button type="button" class="button small" onClick={() => onRelease(hold)} aria-label={`Release hold ${hold.id}`}>
                      Release…
                    </button>
                  )}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroller>
  )
}
