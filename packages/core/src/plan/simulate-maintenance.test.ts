import { simulatedClock } from '@partman/testing'
import { testDatabase } from '@partman/testing/vitest'
import { expect, it } from 'vitest'
import { prepareDatabase } from '../fixtures/prepare-database.js'
import { PLAIN, webhookDocument, webhookTables } from '../fixtures/webhook-tables.js'
import { createMaintainer } from '../runtime/maintainer.js'
import { emptyState, simulateMaintenance } from './simulate-maintenance.js'

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
