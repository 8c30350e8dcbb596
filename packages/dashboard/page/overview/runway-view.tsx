import type { TableSummary } from '../api/shapes.js'
import { resolveRunway } from '../format/runway.js'

/** How long a table has room for new rows: in words, and as a bar of what is to be ahead. */
export function RunwayView({ table, now }: { table: TableSummary; now: number }) {
  const { urgency, text, detail, share } = resolveRunway(table, now)
  const marks = { out: '✕', short: '!', fine: '', none: '' }
  return (
    <div class={`runway ${urgency}`}>
      <p class="runway-text">
        {marks[urgency] !== '' && (
          <span class="runway-mark" aria-hidden="true">
            {marks[urgency]}
          </span>
        )}
        {text}
      </p>
      <p class="muted small">{detail}</p>
      {share !== null && (
        <div class="runway-bar" aria-hidden="true">
          <span style={{ width: `${Math.round(share * 100)}%` }} />
        </div>
      )}
    </div>
  )
}
