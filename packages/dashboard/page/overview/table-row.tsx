import type { TableSummary } from '../api/shapes.js'
import { formatBytes } from '../format/bytes.js'
import { countOf, formatCount } from '../format/count.js'
import { formatDay } from '../format/instant.js'
import { formatTableName } from '../format/table-name.js'
import { Badge } from '../parts/badge.js'
import { href } from '../routing/location.js'
import { LazyRibbon } from './lazy-ribbon.js'
import { RunwayView } from './runway-view.js'

/** One table: where it stands, at a glance. */
export function TableRow({ table, now }: { table: TableSummary; now: number }) {
  const { model, leaves, detached, tenants, bytes, rows, findings, holds, nextRetirement, state } = table
  return (
    <li class="table-row">
      <div class="table-row-name">
        <a href={href(['tables', model])}>{model}</a>
        <span class="muted small break">{formatTableName(table.table)}</span>
        <span class="badges">
          {findings.error > 0 && <Badge tone="error">{countOf(findings.error, 'error')}</Badge>}
          {findings.warning > 0 && <Badge tone="warning">{countOf(findings.warning, 'warning')}</Badge>}
          {holds > 0 && <Badge tone="accent">{countOf(holds, 'hold')}</Badge>}
        </span>
      </div>
      <RunwayView table={table} now={now} />
      <div class="table-row-ribbon">{state === 'partitioned' ? <LazyRibbon model={model} /> : null}</div>
      <dl class="table-row-facts">
        <div>
          <dt>Size</dt>
          <dd>{formatBytes(bytes)}</dd>
        </div>
        <div>
          <dt>Rows</dt>
          <dd>{rows === null ? '–' : formatCount(rows)}</dd>
        </div>
        <div>
          <dt>Partitions</dt>
          <dd title={detached > 0 ? `and ${detached} detached` : undefined}>
            {formatCount(leaves)}
            {tenants !== null && <span class="muted small"> / {countOf(tenants, 'tenant')}</span>}
          </dd>
        </div>
        <div>
          <dt>Next to retire</dt>
          <dd>{nextRetirement === null ? '–' : Date.parse(nextRetirement) <= now ? 'due' : formatDay(nextRetirement, now)}</dd>
        </div>
      </dl>
    </li>
  )
}
