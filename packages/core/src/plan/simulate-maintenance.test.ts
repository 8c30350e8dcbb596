import { simulatedClock } from '@partman/testing'
import { testDatabase } from '@partman/testing/vitest'
import { expect, it } from 'vitest'
import { byHash, byTenant, byTime, declare, documentOf } from '../fixtures/policies.js'
import { prepareDatabase } from '../fixtures/prepare-database.js'
import { PLAIN, webhookDocument, webhookTables } from '../fixtures/webhook-tables.js'
import type { PartmanDocument } from '../policy/document.js'
import { createMaintainer } from '../runtime/maintainer.js'
import { renderPartitionBy } from '../sql/render-partition.js'
import { qualified, type Sql, sql } from '../sql/sql.js'
import { countLeaves } from '../state/describe-table.js'
import { partitionKey } from '../state/want-state.js'
import { emptyState, simulateMaintenance } from './simulate-maintenance.js'

const DAY_MS = 24 * 3_600_000
const TENANTS = new Map([['Project', ['a', 'b']]])

it('what is foreseen is what the maintainer then does, run by run', async () => {
  const document = webhookDocument()
  const [from, until] = [Date.parse('2026-01-15T12:00:00Z'), Date.parse('2026-03-20T00:00:00Z')]
  const { runs } = simulateMaintenance({ document, state: emptyState(document), tenants: TENANTS, from, until })

  const test = await testDatabase()
  const database = await prepareDatabase(test, document, webhookTables(PLAIN, document), { firstPartitions: false })
  await test.query(`INSERT INTO "Project" (id) VALUES ('a'), ('b')`)
  const clock = simulatedClock(new Date(from).toISOString())
  const maintainer = createMaintainer({ document, database, clock })
  const done: [string, string, string][] = []
  // Whatever is to be done begins at midnight, or at the very beginning; a run at noon finds nothing.
  for (let now = from; now <= until; now += 12 * 3_600_000) {
    clock.set(new Date(now).toISOString())
    const report = await maintainer.runOnce()
    if (report.outcome !== 'done') throw new Error(JSON.stringify(report))
    done.push(...report.steps.map(({ kind, partition }): [string, string, string] => [report.now, kind, partition.name]))
  }
  expect(done).toEqual(
    runs.flatMap(({ at, operations }) => operations.map(({ kind, partition }) => [new Date(at).toISOString(), kind, partition.name])),
  )
  expect(done.filter(([, kind]) => kind === 'drop-partition').length).toBeGreaterThan(50)
})

/** A daily table of one tenant, a weekly one spread over hash partitions, and a monthly one that keeps six. */
function threeTables(): { document: PartmanDocument; tables: readonly Sql[] } {
  const daily = byTenant(byTime({ retention: { kind: 'age', after: '30 days', grace: '24 hours' } }))
  const weekly = byTime({
    interval: '1 week',
    timeZone: 'America/Sao_Paulo',
    premake: 2,
    retention: { kind: 'age', after: '2 months', grace: '3 days' },
    subpartition: byHash(2),
  })
  const monthly = byTime({ interval: '1 month', premake: 1, retention: { kind: 'count', partitions: 6, grace: '1 week' } })
  const declared = [declare(daily, 'daily'), declare(weekly, 'weekly'), declare(monthly, 'monthly')]
  const tables = declared.map(
    ({ table, policy }) =>
      sql`CREATE TABLE ${qualified(table)} (tenant text, at timestamptz, note text) ${renderPartitionBy(partitionKey(policy))}`,
  )
  return { document: documentOf(...declared), tables }
}

it('two years, day by day, go as they are foreseen', { timeout: 300_000 }, async () => {
  const { document, tables } = threeTables()
  const [from, until] = [Date.parse('2026-01-01T00:00:00Z'), Date.parse('2028-01-01T00:00:00Z')]
  const { runs, state } = simulateMaintenance({ document, state: emptyState(document), tenants: new Map([['Tenant', ['a']]]), from, until })
  const foreseen = new Map(runs.map(({ at, operations }) => [at, operations.map(({ kind, partition }) => [kind, partition.name])]))

  const test = await testDatabase()
  const database = await prepareDatabase(test, document, tables, { firstPartitions: false })
  await test.query(`INSERT INTO partman.tenant (tenants, key) VALUES ('Tenant', 'a')`)
  const clock = simulatedClock(new Date(from).toISOString())
  const maintainer = createMaintainer({ document, database, clock })
  const instants = new Set(foreseen.keys())
  for (let now = from; now <= until; now += DAY_MS) instants.add(now)
  for (const now of [...instants].sort((a, b) => a - b)) {
    clock.set(new Date(now).toISOString())
    const report = await maintainer.runOnce()
    if (report.outcome !== 'done') throw new Error(JSON.stringify(report))
    expect([report.now, report.steps.map(({ kind, partition }) => [kind, partition.name])]).toEqual([report.now, foreseen.get(now) ?? []])
  }
  const { rows } = await test.query('SELECT count(*)::int AS leaves FROM pg_class WHERE relkind = $1 AND relispartition', ['r'])
  expect(rows).toEqual([{ leaves: countLeaves(state.tables.flatMap(({ partitions }) => partitions)) }])
  expect(runs.length).toBeGreaterThan(731)
})

it('two years of a daily table of tenants and a monthly one', () => {
  const document = webhookDocument(PLAIN, { premake: 10 })
  const from = Date.parse('2026-01-01T00:00:00Z')
  const { tables, runs, findings } = simulateMaintenance({
    document,
    state: emptyState(document),
    tenants: TENANTS,
    from,
    until: Date.parse('2028-01-01T00:00:00Z'),
  })
  // 731 days begin, the last of 2026 and 2027 included; each has partitions up to ten days ahead, and stays for thirty days after its end.
  expect(tables).toMatchObject([
    {
      created: 2 * (731 + 10),
      detached: 2 * (731 - 31),
      dropped: 2 * (731 - 32),
      peak: 2 * 41,
      peakAt: from + 30 * 86_400_000,
      largestStep: 12,
    },
    { created: 25 + 10, detached: 12, dropped: 11, peak: 12 + 11, largestStep: 1 },
  ])
  expect(runs).toHaveLength(731)
  expect(findings).toEqual([])
})
