import type { Operation } from '../api/shapes.js'
import { formatTableName } from '../format/table-name.js'
import { Badge } from '../parts/badge.js'
import { PartitionLabel } from '../parts/partition-label.js'
import { Scroller } from '../parts/scroller.js'
import { nameOfOperation } from './operations.js'

/** Steps with their reasons and locks; what destroys data stands out. */
export function OperationList({ operations, label }: { operations: readonly Operation[]; label: string }) {
  return (
    <Scroller label={label}>
      <table>
        <thead>
          <tr>
            <th scope="col">Step</th>
            <th scope="col">Partition</th>
            <th scope="col">Why</th>
            <th scope="col">Locks</th>
          </tr>
        </thead>
        <tbody>
          {operations.map((one, index) => (
            <tr key={index} class={one.destroysData ? 'destroys' : undefined}>
              <td class="nowrap">
                {nameOfOperation(one.kind)}
                {one.destroysData && (
                  <>
                    {' '}
                    <Badge tone="error">destroys data</Badge>
                  </>
                )}
                {!one.transactional && (
                  <div
                    class="muted small"
                    title="CONCURRENTLY: it cannot be rolled back as a whole, and what was begun is finished by the next run"
                  >
                    not in a transaction
                  </div>
                )}
              </td>
              <td>
                <PartitionLabel bound={one.bound} partition={one.partition} />
              </td>
              <td class="reason">{one.reason}</td>
              <td class="locks">
                {one.locks.length === 0 ? (
                  <span class="muted">none that others wait for</span>
                ) : (
                  one.locks.map(({ mode, on }, lock) => (
                    <div key={lock}>
                      <span class={`lock ${mode === 'ACCESS EXCLUSIVE' ? 'heavy' : ''}`}>{mode}</span>{' '}
                      <code class="small muted" title={formatTableName(on)}>
                        {on.name}
                      </code>
                    </div>
                  ))
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroller>
  )
}
