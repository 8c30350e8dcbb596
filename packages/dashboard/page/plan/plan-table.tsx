import { useState } from 'preact/hooks'
import type { Operation } from '../api/shapes.js'
import { countOf } from '../format/count.js'
import { href } from '../routing/location.js'
import { OperationList } from './operation-list.js'

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
