import { simulatedClock } from '@partman/testing'
import { testDatabase } from '@partman/testing/vitest'
import { expect, it } from 'vitest'
import { observeState } from '../catalog/observe-state.js'
import { prepareDatabase } from '../fixtures/prepare-database.js'
import { HOSTILE, PLAIN, webhookDocument, webhookTables } from '../fixtures/webhook-tables.js'
import { parseStatements } from '../migration/parse-statements.js'
import { createMaintainer } from '../runtime/maintainer.js'
import { planMaintenance } from '../runtime/plan-maintenance.js'
import type { State } from '../state/state.js'
import { renderPlan } from './render-plan.js'

const DAY_MS = 86_400_000
const START = Date.parse('2026-01-01T00:00:00Z')

/** A database with a tenant, that has been maintained since the begin of the year. */
async function start(names: typeof PLAIN) {
  const document = webhookDocument(names)
  const test = await testDatabase()
  const database = await prepareDatabase(test, document, webhookTables(names, document), { firstPartitions: false })
  await test.query(
    `INSERT INTO ${names === PLAIN ? 'public."Project"' : `"my ""schema"" $partman$"."Pröjects'; --"`} (id) VALUES ('it''s $$ a')`,
  )
  const clock = simulatedClock(new Date(START).toISOString())
  const maintainer = createMaintainer({ document, database, clock })
  await maintainer.runOnce()
  const state = async () => comparable((await observeState(database, document)).state)
  return { test, document, database, clock, maintainer, state }
}

/** A state without what differs from database to database: object ids, and the order in which the catalog is read. */
function comparable(state: State): unknown {
  return JSON.parse(
    JSON.stringify(state, (key, value) => {
      if (key === 'oid') return undefined
      return key === 'partitions' || key === 'detached' ? [...value].sort((a, b) => (a.name < b.name ? -1 : 1)) : value
    }),
  )
}

it.each([PLAIN, HOSTILE])('what is printed does just what maintenance does, statement by statement: $label', async (names) => {
  const [byHand, maintained] = [await start(names), await start(names)]
  const kinds = new Set<string>()
  for (const days of [32, 33, 40]) {
    for (const { clock } of [byHand, maintained]) clock.set(new Date(START + days * DAY_MS).toISOString())
    const { plan } = await planMaintenance(byHand.database, byHand.document, { clock: byHand.clock })
    for (const { kind } of plan.operations) kinds.add(kind)
    const script = renderPlan(plan, { lockTimeoutMs: 200 })
    const bytes = Buffer.from(script)
    for (const { start, end } of await parseStatements(script)) await byHand.test.query(bytes.subarray(start, end).toString())
    await maintained.maintainer.runOnce()
    expect(await byHand.state()).toEqual(await maintained.state())
  }
  expect([...kinds].sort()).toEqual(['create-partition', 'detach-partition', 'drop-partition'])
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
    '-- Each statement is sent by itself, outside a transaction: one step of maintenance has one or two.',
  ])
  const parent = plan.operations.find(({ kind }) => kind === 'detach-partition')?.locks[0]?.on
  expect(
    comments
      .filter((line) => line.startsWith('-- locks: '))
      .every((line) => /: (no table that is in use|SHARE UPDATE EXCLUSIVE on .*)$/.test(line)),
  ).toBe(true)
  expect(comments).toContain(`-- locks: SHARE UPDATE EXCLUSIVE on partman_partitions.${parent?.name}`)
  expect(comments.filter((line) => line === '-- DESTROYS ROWS: all that are in it.')).toHaveLength(
    plan.operations.filter(({ kind }) => kind === 'drop-partition').length,
  )
})
