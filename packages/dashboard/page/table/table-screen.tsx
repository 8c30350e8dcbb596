import { ask } from '../api/ask.js'
import { client } from '../api/client.js'
import type { PartitionState, TableDetail } from '../api/shapes.js'
import { useResource } from '../api/use-resource.js'
import { formatTableName } from '../format/table-name.js'
import { RunwayView } from '../overview/runway-view.js'
import { Legend } from '../parts/legend.js'
import { Loaded } from '../parts/loaded.js'
import { Screen } from '../parts/screen.js'
import { href } from '../routing/location.js'
import { DefaultRows } from './default-rows.js'
import { Facts } from './facts.js'
import { GrowthPanel } from './growth-panel.js'
import { PartitionsPanel } from './partitions-panel.js'
import { WindowRibbon } from './window-ribbon.js'

const EVERY_MS = 20_000

/** One table: its windows, its terms, how it grows, and its partitions. */
export function TableScreen({ model, query }: { model: string; query: URLSearchParams }) {
  const table = useResource(
    `table ${model}`,
    (signal) => ask(client.GET('/api/v1/tables/{model}', { params: { path: { model } }, signal })),
    EVERY_MS,
  )
  return (
    <Screen
      title={model}
      above={
        <p class="crumbs">
          <a href={href([])}>Overview</a> / Table
        </p>
      }
      lead={table.data && <code>{formatTableName(table.data.table)}</code>}
      live={table}
    >
      <Loaded of={table} what={`the table of ${model}`} lines={8}>
        {(detail) => (
          <>
            <div class="cards">
              <section class="card" aria-label="Runway">
                <h2>Runway</h2>
                <RunwayView table={detail} now={table.seenAt ?? 0} />
              </section>
              <Facts table={detail} now={table.seenAt ?? 0} />
            </div>
            <section class="panel" aria-labelledby="windows-title">
              <header class="panel-head">
                <h2 id="windows-title">Windows</h2>
                <Legend counts={countStates(detail)} />
              </header>
              <WindowRibbon cells={detail.ribbon} timeZone={detail.timeZone} />
            </section>
            <GrowthPanel growth={detail.growth} retention={detail.retention} />
            {detail.defaultRows.length > 0 && <DefaultRows partitions={detail.defaultRows} />}
          </>
        )}
      </Loaded>
      {table.data && (
        <PartitionsPanel model={model} query={query} timeZone={table.data.timeZone} hasTenants={table.data.tenants !== null} />
      )}
    </Screen>
  )
}

function countStates({ ribbon }: TableDetail): Map<PartitionState, number> {
  const counts = new Map<PartitionState, number>()
  for (const { state, partitions, missing } of ribbon) {
    if (partitions > 0) counts.set(state, (counts.get(state) ?? 0) + partitions)
    if (missing > 0) counts.set('missing', (counts.get('missing') ?? 0) + missing)
  }
  return counts
}
