import { dumpCatalog, simulatedClock, type TestDatabase } from '@partman/testing'
import { testDatabase } from '@partman/testing/vitest'
import pg from 'pg'
import { expect, it, onTestFinished } from 'vitest'
import { type GatedDatabase, gatedDatabase } from '../fixtures/gated-database.js'
import { prepareDatabase } from '../fixtures/prepare-database.js'
import { startPair } from '../fixtures/standby-pair.js'
import { PLAIN, webhookDocument, webhookTables } from '../fixtures/webhook-tables.js'
import { createMaintainer } from './maintainer.js'
import { pgDatabase } from './pg-database.js'

const DOCUMENT = webhookDocument()
const BEGIN = '2026-03-01T12:00:00Z'
/** When a run makes, detaches and drops. */
const NOW = '2026-04-03T12:00:00Z'

async function prepare(test: Pick<TestDatabase, 'query'>): Promise<void> {
  const database = await prepareDatabase(test, DOCUMENT, webhookTables(PLAIN, DOCUMENT), { firstPartitions: false })
  await test.query(`INSERT INTO "Project" (id) VALUES ('a'), ('b')`)
  for (const at of [BEGIN, '2026-04-01T12:00:00Z'])
    await createMaintainer({ document: DOCUMENT, database, clock: simulatedClock(at) }).runOnce()
}

function openPool(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url })
  onTestFinished(() => pool.end())
  return pool
}

/** Everything that maintainers write. */
async function dumpAll(test: Pick<TestDatabase, 'query'>): Promise<unknown[]> {
  const { rows } = await test.query(
    `SELECT row_to_json(l) AS row FROM partman.lease l UNION ALL SELECT row_to_json(a) FROM partman.approval a
     UNION ALL SELECT row_to_json(a) FROM partman.audit a UNION ALL SELECT row_to_json(r) FROM partman.run r`,
  )
  return [...rows, ...(await dumpCatalog(test))]
}

it('a maintainer on a standby does nothing and says so, and goes on when the standby is promoted', async () => {
  const { standby, promote } = await startPair(prepare)
  const logged: string[] = []
  const log = (_: object, message: string) => void logged.push(message)
  const logger = { info() {}, warn: log, error: log }
  const clock = simulatedClock(NOW)
  const maintainer = createMaintainer({ document: DOCUMENT, database: pgDatabase(openPool(standby.url)), clock, logger })
  const before = await dumpAll(standby)
  expect(await maintainer.runOnce()).toEqual({ outcome: 'standby' })
  expect(await maintainer.runOnce()).toEqual({ outcome: 'standby' })
  expect(await dumpAll(standby)).toEqual(before)

  await promote()
  const report = await maintainer.runOnce()
  expect(report).toMatchObject({ outcome: 'done' })
  expect('steps' in report && new Set(report.steps.map(({ kind }) => kind))).toEqual(
    new Set(['create-partition', 'detach-partition', 'drop-partition']),
  )
  expect(await maintainer.runOnce()).toMatchObject({ outcome: 'done', steps: [] })
  expect(logged).toEqual([])
})

it('a lease that was not replicated is worth nothing after a failover, though its token and the number of its run are given out again', async () => {
  const pair = await startPair(prepare)
  await pair.cutOff()
  const [before, after] = [pgDatabase(openPool(pair.primary.url)), pgDatabase(openPool(pair.standby.url))]
  const begin = (gated: GatedDatabase) =>
    createMaintainer({ document: DOCUMENT, clock: simulatedClock(NOW), database: gated.database }).runOnce()
  const lease = async (test: Pick<TestDatabase, 'query'>) =>
    (await test.query('SELECT l.token, max(r.id) AS run FROM partman.lease l, partman.run r GROUP BY l.token')).rows

  const old = gatedDatabase(before, /^DO .*CREATE TABLE/s)
  const oldRun = begin(old)
  await old.reached
  await pair.promote()
  const young = gatedDatabase(after, /^WITH RECURSIVE pinned/m)
  const youngRun = begin(young)
  await young.reached
  expect(await lease(pair.standby)).toEqual(await lease(pair.primary))

  const all = await dumpAll(pair.standby)
  old.open(after)
  expect(await oldRun).toMatchObject({ outcome: 'failed' })
  expect(await dumpAll(pair.standby)).toEqual(all)
  young.open()
  expect(await youngRun).toMatchObject({ outcome: 'done', findings: [] })
})

it.each([
  ['observe', /^WITH RECURSIVE pinned/m],
  ['create', /^DO .*CREATE TABLE/s],
  ['mark', /^DO .*COMMENT ON TABLE/s],
  ['drop', /^DO .*DROP TABLE/s],
  ['release the lease', /^WITH released/],
])('of two holders with the same token only the one in the row may act, when the other was about to %s', async (_what, statement) => {
  const test = await testDatabase()
  await prepare(test)
  const { database, reached, open } = gatedDatabase(pgDatabase(test), statement)
  const run = createMaintainer({ document: DOCUMENT, database, clock: simulatedClock(NOW) }).runOnce()
  await reached
  await test.query(`UPDATE partman.lease SET holder = 'another', expires_at = now() + interval '1 hour'`)
  await test.query(`UPDATE partman.run SET holder = 'another' WHERE finished_at IS NULL`)
  const all = await dumpAll(test)
  open()
  await run
  expect(await dumpAll(test)).toEqual(all)
})
