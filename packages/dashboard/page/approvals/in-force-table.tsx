import type { Approval } from '../api/shapes.js'
import { countOf } from '../format/count.js'
import { Scroller } from '../parts/scroller.js'
import { Relative } from '../parts/time.js'
import { href } from '../routing/location.js'

/** The retentions that nobody has to decide about. */
export function InForceTable({ approvals }: { approvals: readonly Approval[] }) {
  return (
    <section class="panel" aria-labelledby="in-force-title">
      <header class="panel-head">
        <h2 id="in-force-title">In force</h2>
      </header>
      <Scroller label="Retentions in force">
        <table>
          <thead>
            <tr>
              <th scope="col">Table</th>
              <th scope="col">Retention</th>
              <th scope="col">Approved</th>
              <th scope="col">Goes in the next run</th>
            </tr>
          </thead>
          <tbody>
            {approvals.map(({ model, inForce, approvedAt, approvedBy, going }) => (
              <tr key={model}>
                <td>
                  <a href={href(['tables', model])}>{model}</a>
                </td>
                <td>{inForce ?? 'everything is kept'}</td>
                <td>
                  {approvedAt === null ? (
                    <span class="muted">never</span>
                  ) : (
                    <>
                      <Relative at={approvedAt} /> <span class="muted small">by {approvedBy}</span>
                    </>
                  )}
                </td>
                <td>
                  {going.length === 0 ? (
                    <span class="muted">nothing</span>
                  ) : (
                    <a href={href(['plan'])}>{countOf(going.length, 'partition')}</a>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroller>
    </section>
  )
}
