import { simulatedClock } from '@partman/testing'
import { testDatabase } from '@partman/testing/vitest'
import { expect, it } from 'vitest'
import { prepareDatabase } from '../fixtures/prepare-database.js'
import { PLAIN, webhookDocument, webhookTables } from '../fixtures/webhook-tables.js'
import { createMaintainer } from './maintainer.js'
import { planMaintenance } from './plan-maintenance.js'

const OLDEST = 'partman_partitions."DeliveryAttempt_a_ca978112ca_p20260101"'
const stale = expect.objectContaining({ code: 'PLAN_STALE' })

/** A tenant with partitions since 1 January, and the plan of 31 January, which retires the first of them. */
async function planned() {
  const document = webhookDocument()
  const test = await testDatabase()
  const database = await prepareDatabase(test, document, webhookTables(PLAIN, document), { firstPartitions: false })
  await test.query(`INSERT INTO "Project" (id) VALUES ('a')`)
  const clock = simulatedClock('2026-01-01T00:00:00Z')
  const maintainer = createMaintainer({ document, database, clock })
  await maintainer.runOnce()
  clock.set('2026-02-01T00:00:00Z')
  const { plan } = await planMaintenance(database, document, { clock })
  // A plan travels as JSON.
  return { test, document, database, maintainer, clock, plan: JSON.parse(JSON.stringify(plan)) as typeof plan }
}

const exists = async ({ test }: Awaited<ReturnType<typeof planned>>) =>
  (await test.query(`SELECT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass('${OLDEST}')) AS attached`)).rows[0]?.['attached']

it('a plan is applied as it was shown, also later, as long as nothing has changed', async () => {
  const world = await planned()
  world.clock.set('2026-02-09T00:00:00Z')
  const report = await world.maintainer.applyPlan(world.plan)
  expect(report).toMatchObject({ outcome: 'done', now: '2026-02-01T00:00:00.000Z' })
  expect('steps' in report && report.steps.map(({ kind, partition }) => [kind, partition.name])).toEqual(
    world.plan.operations.map(({ kind, partition }) => [kind, partition.name]),
  )
  expect(await exists(world)).toBe(false)
  await expect(world.maintainer.applyPlan(world.plan)).rejects.toEqual(stale)
})

it('what a plan retires has its whole grace period before it from when it is applied', async () => {
  const world = await planned()
  const gone = async () => (await world.test.query(`SELECT to_regclass('${OLDEST}') IS NULL AS gone`)).rows[0]?.['gone']
  world.clock.set('2026-02-09T00:00:00Z')
  await world.maintainer.applyPlan(world.plan)
  await world.maintainer.runOnce()
  world.clock.set('2026-02-09T23:59:59Z')
  await world.maintainer.runOnce()
  expect(await gone()).toBe(false)
  world.clock.set('2026-02-10T00:00:01Z')
  await world.maintainer.runOnce()
  expect(await gone()).toBe(true)
})

it('what a plan retires is marked by the clock of the database where nobody brings another', async () => {
  const world = await planned()
  const { document, database } = world
  const planOfThen = await planMaintenance(database, document, { at: Date.now() - 3 * 86_400_000 })
  await createMaintainer({ document, database }).applyPlan(planOfThen.plan)
  const marks = await world.test.query(
    `SELECT now() - (substring(obj_description('${OLDEST}'::regclass) FROM '\\{.*\\}')::json ->> 'retiredAt')::timestamptz < interval '1 hour' AS fresh`,
  )
  expect(marks.rows).toEqual([{ fresh: true }])
})

it('a plan is refused when a partition was dropped and made anew under the same name', async () => {
  const world = await planned()
  await world.test.query(`DROP TABLE ${OLDEST}`)
  await world.test.query(
    `CREATE TABLE ${OLDEST} PARTITION OF partman_partitions."DeliveryAttempt_a_ca978112ca" FOR VALUES FROM ('2026-01-01Z') TO ('2026-01-02Z')`,
  )
  await expect(world.maintainer.applyPlan(world.plan)).rejects.toEqual(stale)
  expect(await exists(world)).toBe(true)
})

it('a plan is refused when the declaration or the plan itself was changed', async () => {
  const world = await planned()
  const [attempts, audit] = world.document.tables
  const document = { ...world.document, tables: [{ ...attempts!, declaredAt: 'elsewhere:1:1' }, audit!] }
  await expect(createMaintainer({ document, database: world.database }).applyPlan(world.plan)).rejects.toEqual(stale)
  await expect(world.maintainer.applyPlan({ ...world.plan, now: '2026-03-09T00:00:00.000Z' })).rejects.toEqual(stale)
  expect(await exists(world)).toBe(true)
})

it('a plan for an instant that is still to come is refused, though it would come out the same', async () => {
  const world = await planned()
  const { plan } = await planMaintenance(world.database, world.document, { clock: { now: () => new Date(Date.now() + 86_400_000) } })
  await expect(world.maintainer.applyPlan(plan)).rejects.toEqual(stale)
  expect(await exists(world)).toBe(true)
})
