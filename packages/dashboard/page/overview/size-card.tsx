import type { TableSummary } from '../api/shapes.js'
import { formatBytes } from '../format/bytes.js'
import { countOf, formatCount } from '../format/count.js'

/** How much there is in all. */
export function SizeCard({ tables, server }: { tables: readonly TableSummary[]; server: string }) {
  const sum = (pick: (table: TableSummary) => number | null) => tables.reduce((total, table) => total + (pick(table) ?? 0), 0)
  return (
    <section class="card" aria-labelledby="size-title">
      <h2 id="size-title">In all</h2>
      <p class="card-value">{formatBytes(sum(({ bytes }) => bytes))}</p>
      <p class="card-foot">
        <span>
          {countOf(
            sum(({ leaves }) => leaves),
            'partition',
          )}{' '}
          of {countOf(tables.length, 'table')}
        </span>
        <span>about {formatCount(sum(({ rows }) => rows))} rows</span>
        <span>PostgreSQL {server}</span>
      </p>
    </section>
  )
}
