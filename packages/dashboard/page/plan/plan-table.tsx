import { useState } from 'preact/hooks'
import type { Operation } from '../api/shapes.js'
import { countOf } from '../format/count.js'
import { formatTableName } from '../format/table-name.js'
import { Badge } from '../parts/badge.js'
import { Scroller } from '../parts/scroller.js'
import { href } from '../routing/location.js'
import { nameOfOperation } from './operations.js'

const FIRST_STEPS = 8

/** The steps at one table: what destroys data is never among those that are folded away. */
export function PlanTable({ operations }: { operations: readonly Operation[] }) {
  const [isOpen, setOpen] = useState(false)
  const [{ model }] = operations as readonly [Operation, ...Operation[]]
  const shown = isOpen ? operations : operations.filter(({ destroysData }, index) => index < FIRST_STEPS || destroysData)
  const rest = operations.length - shown.length
  return (
    <section class="panel" aria-label={`Steps at ${model}`}>
      <header class="panel-head">
        <h2>
          <a href={href(['tables', model])}>{model}</a>
        </h2>
        <span class="muted">{countOf(operations.length, 'step')}</span>
      </header>
      <OperationList operations={shown} label={`Steps at ${model}`} />
      {rest > 0 && (
        <button type="button" class="button fold" onClick={() => setOpen(true)}>
          Show {countOf(rest, 'more step', 'more steps')}
        </button>
      )}
    </section>
  )
}

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
                {one.bound !== null && <div class="nowrap tabular">{one.bound}</div>}
                <code class="small muted" title={formatTableName(one.partition)}>
                  {one.partition.name}
                </code>
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
