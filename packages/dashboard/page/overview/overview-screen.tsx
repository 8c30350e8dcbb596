import { useState } from 'preact/hooks'
import { ask } from '../api/ask.js'
import { client } from '../api/client.js'
import { useResource } from '../api/use-resource.js'
import { FindingItem } from '../findings/finding-item.js'
import { Empty } from '../parts/empty.js'
import { Legend } from '../parts/legend.js'
import { Loaded } from '../parts/loaded.js'
import { Screen } from '../parts/screen.js'
import { SearchBox } from '../parts/search-box.js'
import { href } from '../routing/location.js'
import { HealthLine } from './health-line.js'
import { MaintenanceCard } from './maintenance-card.js'
import { NextCard } from './next-card.js'
import { SizeCard } from './size-card.js'
import { ORDERS, type Order, sortTables } from './sort-tables.js'
import { TableRow } from './table-row.js'

const OVERVIEW_MS = 10_000
const PLAN_MS = 30_000
/** In the life of a page. */
const ONCE_MS = 86_400_000
const MANY_TABLES = 8
const MOST_FINDINGS = 5

const readOverview = (sizes: 'measured' | 'estimated', signal: AbortSignal) =>
  ask(client.GET('/api/v1/overview', { params: { query: { sizes } }, signal }))

/** What exists, whether it is healthy, and what happens next. */
export function OverviewScreen() {
  // Thousands of files take a while to measure; until that is done, what the catalog knew last is better than nothing.
  const early = useResource('early overview', (signal) => readOverview('estimated', signal), ONCE_MS)
  const hasEarly = early.data !== null || early.problem !== null
  const measured = useResource('overview', (signal) => readOverview('measured', signal), OVERVIEW_MS, hasEarly)
  const overview = measured.data || measured.problem ? measured : { ...measured, data: early.data, seenAt: early.seenAt }
  const hasMeasured = measured.data !== null || measured.problem !== null
  const plan = useResource('plan', (signal) => ask(client.GET('/api/v1/plan', { signal })), PLAN_MS, hasMeasured)
  const runs = useResource(
    'last run',
    (signal) => ask(client.GET('/api/v1/runs', { params: { query: { limit: 1 } }, signal })),
    OVERVIEW_MS,
    hasMeasured,
  )
  const [order, setOrder] = useState<Order>('urgency')
  const [search, setSearch] = useState('')
  return (
    <Screen title="Overview" live={overview}>
      <Loaded of={overview} what="the overview" lines={8}>
        {(seen) => {
          const now = Date.parse(seen.now)
          // The plan looks anew; what the overview has is of the last run.
          const findings = (plan.data ?? seen).findings
          const shown = sortTables(seen.tables, order, now).filter(({ model, table }) =>
            `${model} ${table.schema}.${table.name}`.toLowerCase().includes(search.toLowerCase()),
          )
          return (
            <>
              <HealthLine overview={seen} findings={findings} lastRun={runs.data?.items[0] ?? null} />
              <div class="cards">
                <NextCard plan={plan} />
                <MaintenanceCard overview={seen} lastRun={runs.data?.items[0] ?? null} />
                <SizeCard tables={seen.tables} server={seen.server} />
              </div>
              <section class="panel" aria-labelledby="tables-title">
                <header class="panel-head">
                  <h2 id="tables-title">Tables</h2>
                  <Legend />
                  <span class="panel-tools">
                    {seen.tables.length > MANY_TABLES && <SearchBox label="Find a table" value={search} onSearch={setSearch} />}
                    <label class="inline">
                      Order{' '}
                      <select value={order} onChange={(event) => setOrder(event.currentTarget.value as Order)}>
                        {ORDERS.map(({ order: one, name }) => (
                          <option key={one} value={one}>
                            {name}
                          </option>
                        ))}
                      </select>
                    </label>
                  </span>
                </header>
                {seen.tables.length === 0 ? (
                  <Empty title="No table is declared">
                    Annotate a model with <code>{'/// @partman(...)'}</code>, run <code>prisma generate</code>, and serve the dashboard with
                    the new document.
                  </Empty>
                ) : shown.length === 0 ? (
                  <Empty title={`No table has “${search}” in its name`} />
                ) : (
                  <ul class="table-rows">
                    {shown.map((table) => (
                      <TableRow key={table.model} table={table} now={now} />
                    ))}
                  </ul>
                )}
              </section>
              {findings.length > 0 && (
                <section class="panel" aria-labelledby="findings-title">
                  <header class="panel-head">
                    <h2 id="findings-title">Findings</h2>
                    <a href={href(['findings'])}>All {findings.length}</a>
                  </header>
                  <ul class="findings">
                    {worstFirst(findings)
                      .slice(0, MOST_FINDINGS)
                      .map((finding, index) => (
                        <FindingItem key={`${finding.code} ${finding.model} ${index}`} finding={finding} />
                      ))}
                  </ul>
                </section>
              )}
            </>
          )
        }}
      </Loaded>
    </Screen>
  )
}

const RANKS = { error: 0, warning: 1, info: 2 }

function worstFirst<Item extends { severity: keyof typeof RANKS }>(findings: readonly Item[]): Item[] {
  return [...findings].sort((a, b) => RANKS[a.severity] - RANKS[b.severity])
}
