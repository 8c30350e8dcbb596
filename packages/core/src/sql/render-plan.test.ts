import { dumpCatalog, simulatedClock } from '@partman/testing'
import { testDatabase } from '@partman/testing/vitest'
import { expect, it } from 'vitest'
import { prepareDatabase } from '../fixtures/prepare-database.js'
import { HOSTILE, PLAIN, webhookDocument, webhookTables } from '../fixtures/webhook-tables.js'
import { parseStatements } from '../migration/parse-statements.js'
import { createMaintainer } from '../runtime/maintainer.js'
import { planMaintenance } from '../runtime/plan-maintenance.js'
import { renderPlan } from './render-plan.js'
import { identifier, qualified, sql } from './sql.js'

const DAY_MS = 86_400_000
const START = Date.parse('2026-01-01T00:00:00Z')

/** A database with a tenant, that has been maintained since the begin of the year. */
async function start(names: typeof PLAIN) {
  const document = webhookDocument(names)
  const test = await testDatabase()
  const database = await prepareDatabase(test, document, webhookTables(names, document), { firstPartitions: false })
  await test.query(sql`INSERT INTO ${qualified(names.projects)} (id) VALUES ('it''s $$ a')`)
  const clock = simulatedClock(new Date(START).toISOString())
  const maintainer = createMaintainer({ document, database, clock })
  await maintainer.runOnce()
  return { test, document, database, clock, maintainer }
}

it.each([PLAIN, HOSTILE])('what is printed does just what maintenance does, statement by statement: $label', async (names) => {
  const [byHand, maintained] = [await start(names), await start(names)]
  const kinds = new Set<string>()
  // As a migration leaves an index of a table that is in use.
  const index = sql`CREATE INDEX "by time" ON ONLY ${qualified(names.attempts)} (${identifier(names.createdAt)})`
  for (const { test } of [byHand, maintained]) await test.query(index)
  for (const days of [32, 33, 40]) {
    for (const { clock } of [byHand, maintained]) clock.set(new Date(START + days * DAY_MS).toISOString())
    const { plan } = await planMaintenance(byHand.database, byHand.document, { clock: byHand.clock })
    for (const { kind } of plan.operations) kinds.add(kind)
    const script = renderPlan(plan, { lockTimeoutMs: 200 })
    const bytes = Buffer.from(script)
    for (const { start, end } of await parseStatements(script)) await byHand.test.query(bytes.subarray(start, end).toString())
    await maintained.maintainer.runOnce()
    expect(await dumpCatalog(byHand.test)).toEqual(await dumpCatalog(maintained.test))
  }
  expect([...kinds].sort()).toEqual(['create-index', 'create-partition', 'detach-partition', 'drop-partition'])
})

it('says what each step is for, what it locks, and whether rows are destroyed', async () => {
  const { document, database, clock, maintainer } = await start(PLAIN)
  clock.set(new Date(START + 32 * DAY_MS).toISOString())
  await maintainer.runOnce()
  clock.set(new Date(START + 34 * DAY_MS).toISOString())
  const { plan } = await planMaintenance(database, document, { clock })
  const script = renderPlan(plan, { lockTimeoutMs: 200 })
  const comments = script.split('\n').filter((line) => line.startsWith('-- '))
  expect(comments.slice(0, 2)).toEqual([
    `-- partman plan of 2026-02-04T00:00:00.000Z, fingerprint ${plan.fingerprint}`,
    '-- Each statement is sent by itself, outside a transaction, in this order; stop at the first error (psql -v ON_ERROR_STOP=1): what follows it relies on it.',
  ])
  const parent = plan.operations.find(({ kind }) => kind === 'detach-partition')?.locks[0]?.on
  expect(
    comments
      .filter((line) => line.startsWith('-- locks: '))
      .every((line) => /: (SHARE UPDATE EXCLUSIVE on .*|ACCESS EXCLUSIVE on public\.Project)$/.test(line)),
  ).toBe(true)
  expect(comments).toContain(
    `-- locks: SHARE UPDATE EXCLUSIVE on partman_partitions.${parent?.name}, SHARE ROW EXCLUSIVE on public.Project`,
  )
  expect(comments.filter((line) => line === '-- DESTROYS ROWS: all that are in it.')).toHaveLength(
    plan.operations.filter(({ kind }) => kind === 'drop-partition').length,
  )
})
