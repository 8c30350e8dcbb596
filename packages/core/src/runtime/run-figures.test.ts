import type { TestDatabase } from '@partman/testing'
import { testDatabase } from '@partman/testing/vitest'
import { expect, it } from 'vitest'
import { prepareDatabase } from '../fixtures/prepare-database.js'
import { HOSTILE, webhookDocument, webhookTables } from '../fixtures/webhook-tables.js'
import type { Database } from '../sql/database.js'
import { qualified } from '../sql/sql.js'
import { acquireLease, leaseName, returnLease } from './lease.js'
import { createMaintainer } from './maintainer.js'
import { SQLSTATE } from './sql-state.js'

const document = webhookDocument(HOSTILE)

async function prepare(): Promise<{ test: TestDatabase; database: Database }> {
  const test = await testDatabase()
  const database = await prepareDatabase(test, document, webhookTables(HOSTILE, document))
  return { test, database }
}

const lease = async (test: TestDatabase) => (await test.query('SELECT * FROM partman.lease')).rows[0]!
const samples = async (test: TestDatabase) => (await test.query('SELECT * FROM partman.sample ORDER BY at, table_name')).rows

it('notes how large each table is, four times a day and not in every run', async () => {
  const { test, database } = await prepare()
  await test.query(`INSERT INTO ${qualified(HOSTILE.projects)} (id) VALUES ('acme')`)
  const maintainer = createMaintainer({ document, database })
  await maintainer.runOnce()
  await maintainer.runOnce()
  const attempts = document.tables[0]!.table
  const [{ leaves, bytes } = {}] = (
    await test.query(
      `SELECT count(*)::int AS leaves, sum(pg_total_relation_size(relid)) AS bytes FROM pg_partition_tree('${qualified(attempts)}') WHERE isleaf`,
    )
  ).rows
  expect(await samples(test)).toHaveLength(document.tables.length)
  const own = (await samples(test)).find(({ table_name }) => table_name === attempts.name)
  expect(own).toEqual({ table_schema: attempts.schema, table_name: attempts.name, at: expect.any(Date), leaves, bytes, rows: null })
  expect(leaves).toBeGreaterThan(0)

  await test.query(`UPDATE partman.lease SET sampled_at = sampled_at - interval '6 hours'`)
  await maintainer.runOnce()
  expect(await samples(test)).toHaveLength(2 * document.tables.length)
})

it('keeps samples for 400 days', async () => {
  const { test, database } = await prepare()
  await test.query(
    `INSERT INTO partman.sample VALUES ('s', 'gone', now() - interval '401 days', 1, 1), ('s', 'kept', now() - interval '399 days', 1, 1)`,
  )
  await createMaintainer({ document, database }).runOnce()
  expect((await samples(test)).flatMap(({ table_schema, table_name }) => (table_schema === 's' ? [table_name] : []))).toEqual(['kept'])
})

it('counts a retired partition to its table until it is dropped', async () => {
  const { test, database } = await prepare()
  const attempts = document.tables[0]!.table
  await test.query(`INSERT INTO ${qualified(HOSTILE.projects)} (id) VALUES ('acme')`)
  const maintainer = createMaintainer({ document, database })
  await maintainer.runOnce()
  const before = (await samples(test)).find(({ table_name }) => table_name === attempts.name)!
  const later = { now: () => new Date(Date.now() + 35 * 86_400_000) }
  await test.query(`UPDATE partman.lease SET sampled_at = NULL`)
  const report = await createMaintainer({ document, database, clock: later }).runOnce()
  const detached = 'steps' in report ? report.steps.filter(({ kind }) => kind === 'detach-partition') : []
  const created =
    'steps' in report ? report.steps.filter(({ kind, model }) => kind === 'create-partition' && model === document.tables[0]!.model) : []
  const after = (await samples(test)).filter(({ table_name }) => table_name === attempts.name).at(-1)!
  expect(detached.length).toBeGreaterThan(0)
  expect(after['leaves']).toBe(before['leaves'] + created.length)
})

it('a sample that fails is no failure of the run, and the next one comes in its time', async () => {
  const { test, database } = await prepare()
  const warnings: string[] = []
  const logger = { info() {}, error() {}, warn: (_: object, message: string) => void warnings.push(message) }
  await test.query('ALTER TABLE partman.sample RENAME TO sample_away')
  const maintainer = createMaintainer({ document, database, logger })
  expect(await maintainer.runOnce()).toMatchObject({ outcome: 'done' })
  expect(warnings).toEqual(['sizes not sampled'])
  await test.query('ALTER TABLE partman.sample_away RENAME TO sample')
  await maintainer.runOnce()
  expect(await samples(test)).toEqual([])
  await test.query(`UPDATE partman.lease SET sampled_at = sampled_at - interval '6 hours'`)
  await maintainer.runOnce()
  expect(await samples(test)).toHaveLength(document.tables.length)
})

it('a sample whose measuring is cut off is not begun anew by each run', async () => {
  const { database } = await prepare()
  let measured = 0
  const cutOff: Database = {
    query(statement, values) {
      if (!/^WITH RECURSIVE pinned.*json_object_agg/s.test(statement)) return database.query(statement, values)
      measured++
      return Promise.reject(new Error('Connection terminated unexpectedly'))
    },
  }
  const maintainer = createMaintainer({ document, database: cutOff })
  await maintainer.runOnce()
  await maintainer.runOnce()
  expect(measured).toBe(1)
})

it('a run whose time is over, or that is stopped, leaves the sample to the next one', async () => {
  const { test, database } = await prepare()
  await createMaintainer({ document, database }).runOnce({ budgetMs: 0 })
  const stopping: Database = {
    query(statement, values) {
      void stopped.stop()
      return database.query(statement, values)
    },
  }
  const stopped = createMaintainer({ document, database: stopping })
  await stopped.runOnce()
  expect(await samples(test)).toEqual([])
  await createMaintainer({ document, database }).runOnce()
  expect(await samples(test)).toHaveLength(document.tables.length)
})

it('adds up what the runs took, idle ones included', async () => {
  const { test, database } = await prepare()
  let sent = 0
  const counted: Database = {
    query(statement, values) {
      sent++
      return database.query(statement, values)
    },
  }
  const maintainer = createMaintainer({ document, database: counted })
  await maintainer.runOnce()
  await maintainer.runOnce()
  const { runs, failed_runs, statements, run_ms, last_run_ms, lock_retries } = await lease(test)
  expect({ runs, failed_runs, statements, lock_retries }).toEqual({
    runs: '2',
    failed_runs: '0',
    statements: String(sent),
    lock_retries: '0',
  })
  expect(Number(run_ms)).toBeGreaterThanOrEqual(Number(last_run_ms))
})

it('adds up failed runs and steps, retries behind locks, and runs that were cut off', async () => {
  const { test, database } = await prepare()
  await test.query(
    `INSERT INTO partman.lease (name, holder, token, expires_at) VALUES ('maintainer of ${document.partitionSchema}', 'gone', 1, 'epoch')`,
  )
  await test.query(`INSERT INTO partman.run (lease, holder) VALUES ('maintainer of ${document.partitionSchema}', 'gone')`)
  await test.query(`INSERT INTO ${qualified(HOSTILE.projects)} (id) VALUES ('acme')`)
  const refusing: Database = {
    query(statement, values) {
      if (!/ATTACH PARTITION/.test(statement)) return database.query(statement, values)
      return Promise.reject(Object.assign(new Error('canceling statement due to lock timeout'), { code: SQLSTATE.lockNotAvailable }))
    },
  }
  const report = await createMaintainer({ document, database: refusing, lockAttempts: 2, lockBackoffMs: 1 }).runOnce()
  const failed = 'steps' in report ? report.steps.filter(({ outcome }) => outcome === 'failed').length : 0
  expect(failed).toBeGreaterThan(0)
  const { runs, failed_runs, failed_steps, lock_retries, cut_off_runs } = await lease(test)
  expect({ runs, failed_runs, failed_steps, cut_off_runs }).toEqual({
    runs: '1',
    failed_runs: '1',
    failed_steps: String(failed),
    cut_off_runs: '1',
  })
  expect(Number(lock_retries)).toBeGreaterThan(0)
})

it('counts a run that was cut off once, also where the next lease is for no run of maintenance', async () => {
  const { test, database } = await prepare()
  const name = leaseName(document)
  const take = async () => (await acquireLease(database, name, 'another', 60_000))!
  await take()
  for (let n = 0; n < 2; n++) {
    await test.query(`UPDATE partman.lease SET expires_at = 'epoch'`)
    const taken = await take()
    expect(taken.cutOff).toHaveLength(1 - n)
    await returnLease(database, taken)
    expect(await lease(test)).toMatchObject({ cut_off_runs: '1', runs: '0' })
  }
})

it.each([/^WITH RECURSIVE pinned/m, /^WITH released/])(
  'counts a run whose lease has gone to another as cut off, and not as failed, at %s',
  async (at) => {
    const { test, database } = await prepare()
    let isGone = false
    const losing: Database = {
      async query(statement, values) {
        if (at.test(statement) && !isGone) {
          isGone = true
          await test.query(`UPDATE partman.lease SET expires_at = 'epoch'`)
          await acquireLease(database, leaseName(document), 'another', 60_000)
        }
        return database.query(statement, values)
      },
    }
    await createMaintainer({ document, database: losing }).runOnce()
    expect(await lease(test)).toMatchObject({ cut_off_runs: '1', failed_runs: '0', runs: '0' })
    const { rows } = await test.query('SELECT outcome, report FROM partman.run ORDER BY id')
    expect(rows).toEqual([
      { outcome: 'cut-off', report: null },
      { outcome: null, report: null },
    ])
  },
)

it('a run that does nothing leaves a report where it finds other than the last one, and once only', async () => {
  const { test, database } = await prepare()
  await test.query(`INSERT INTO ${qualified(HOSTILE.projects)} (id) VALUES ('acme')`)
  const maintainer = createMaintainer({ document, database })
  const reports = async () => {
    await maintainer.runOnce()
    await maintainer.runOnce()
    return (await test.query(`SELECT jsonb_array_length(report -> 'findings') > 0 AS found FROM partman.run ORDER BY id`)).rows.map(
      ({ found }) => found,
    )
  }
  expect(await reports()).toEqual([false])
  const beside = `${qualified({ schema: HOSTILE.partitionSchema, name: 'a default' })}`
  await test.query(`CREATE TABLE ${beside} PARTITION OF ${qualified(HOSTILE.attempts)} DEFAULT`)
  expect(await reports()).toEqual([false, true])
  await test.query(`DROP TABLE ${beside}`)
  expect(await reports()).toEqual([false, true, false])
})
