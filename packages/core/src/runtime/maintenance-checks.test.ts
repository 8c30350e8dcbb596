import { beforeEach, expect, test } from 'vitest'
import { type CheckedDatabase, checkedDatabase } from '../fixtures/checked-database.js'
import { HOSTILE } from '../fixtures/webhook-tables.js'
import { leaseName } from './lease.js'
import { createMaintainer } from './maintainer.js'
import { pgDatabase } from './pg-database.js'

let checked: CheckedDatabase
let lease: string

beforeEach(async () => {
  checked = await checkedDatabase(HOSTILE)
  lease = leaseName(checked.document)
})

const query = (text: string, ...values: unknown[]) => checked.test.query(text, values)

test('a maintainer that was never seen, or not for a day, is found until it runs', async () => {
  await query(`UPDATE partman.lease SET last_run_at = now() - interval '3 days 1 hour'`)
  expect(await checked.check()).toEqual([
    {
      code: 'MAINTAINER_UNSEEN',
      severity: 'warning',
      check: 'last maintenance',
      declaredAt: null,
      message: 'The last maintenance run ended 3 days ago',
      reason: 'Nobody makes the partitions that are to come, and rows are refused once those that there are have passed.',
      nextStep: 'Run it once, and see to it that it runs again and again: docs/running.md.',
      statements: ['partman maintain'],
      choices: [],
      page: 'docs/doctor.md#maintainer_unseen',
    },
  ])
  await query('DELETE FROM partman.lease')
  expect(await checked.check()).toMatchObject([
    { code: 'MAINTAINER_UNSEEN', message: 'No maintenance run has ever ended in this database' },
  ])
  await createMaintainer({ document: checked.document, database: pgDatabase(checked.test) }).runOnce()
  expect(await checked.check()).toEqual([])
})

test('a last run that failed is found with its first error, until one ends well', async () => {
  const report = { steps: [{ outcome: 'done' }, { outcome: 'failed', error: 'no space "left"' }, { outcome: 'failed', error: 'other' }] }
  await query(
    `INSERT INTO partman.run (lease, holder, outcome, finished_at, report) VALUES ($1, 'host:1', 'failed', clock_timestamp(), $2)`,
    lease,
    JSON.stringify(report),
  )
  const found = await checked.check()
  expect((await query(found[0]!.statements[1]!)).rows).toEqual([{ report }])
  expect(found).toMatchObject([
    {
      code: 'RUN_FAILED',
      severity: 'error',
      message: expect.stringMatching(/^The last maintenance run failed \d+ .+ ago, in 2 steps: no space "left"$/),
    },
  ])
  // One that finds nothing to do leaves only its instant.
  await query(`UPDATE partman.lease SET last_run_at = clock_timestamp() + interval '2 seconds'`)
  expect(await checked.check()).toEqual([])
})

test('runs that were cut off are a warning while none has ended since, or where there are many', async () => {
  const cutOff = (age: string) =>
    query(
      `INSERT INTO partman.run (lease, holder, outcome, started_at, finished_at) VALUES ($1, 'host:1', 'cut-off', now() - $2::interval, now() - $2::interval)`,
      lease,
      age,
    )
  await cutOff('2 days')
  expect(await checked.check()).toEqual([])
  await cutOff('2 hours')
  expect(await checked.check()).toMatchObject([
    {
      code: 'RUN_CUT_OFF',
      severity: 'info',
      message: 'A maintenance run was begun and never ended within a day, the last one by host:1, begun 2 hours ago',
    },
  ])
  await query(`UPDATE partman.lease SET last_run_at = now() - interval '3 hours'`)
  expect(await checked.check()).toMatchObject([{ code: 'RUN_CUT_OFF', severity: 'warning' }])
  await query(`UPDATE partman.lease SET last_run_at = now()`)
  await cutOff('1 hour')
  await query(`INSERT INTO partman.run (lease, holder, started_at) VALUES ($1, 'host:2', now() - interval '5 minutes')`, lease)
  expect(await checked.check()).toMatchObject([
    {
      code: 'RUN_CUT_OFF',
      severity: 'warning',
      message: '3 maintenance runs were begun and never ended within a day, the last one by host:2, begun 5 minutes ago',
    },
  ])
})

test('a lease that is held for long is found, and can be ended where its holder is gone', async () => {
  await query(`INSERT INTO partman.run (lease, holder, started_at) VALUES ($1, 'host:1', now() - interval '10 minutes')`, lease)
  await query(`UPDATE partman.lease SET expires_at = now() + interval '1 minute', holder = 'host:1'`)
  expect(await checked.check()).toEqual([])
  await query(`UPDATE partman.run SET started_at = now() - interval '2 hours' WHERE finished_at IS NULL`)
  expect(await checked.check()).toMatchObject([
    { code: 'LEASE_HELD_LONG', severity: 'warning', message: 'host:1 holds the lease for 2 hours' },
  ])
  await query('DELETE FROM partman.run WHERE finished_at IS NULL')
  await query(`UPDATE partman.lease SET expires_at = now() + interval '1 day 1 minute'`)
  const [found, ...others] = await checked.check()
  expect(found).toMatchObject({
    code: 'LEASE_HELD_LONG',
    message: 'host:1 holds the lease without a run, and it runs out in 1 day only',
  })
  expect([found!.statements, others]).toEqual([[], []])
  // It ends the lease of whoever was seen, and of nobody else.
  await query(`UPDATE partman.lease SET holder = 'host:2'`)
  await query(found!.choices[0]!.sql)
  expect(await checked.check()).toMatchObject([{ code: 'LEASE_HELD_LONG' }])
  await query(`UPDATE partman.lease SET holder = 'host:1'`)
  await query(found!.choices[0]!.sql)
  expect(await checked.check()).toEqual([])
})

test('where hooks were asked about what is there, no maintenance without them is advised', async () => {
  const commands = async () => (await checked.check()).flatMap(({ statements }) => statements).filter((one) => one.startsWith('partman '))
  await query(`UPDATE partman.lease SET last_run_at = now() - interval '3 days'`)
  await query(
    `INSERT INTO partman.run (lease, holder, outcome, started_at, finished_at, report) VALUES ($1, 'h', 'failed', now() - interval '3 days', now() - interval '3 days', '{"steps": []}')`,
    lease,
  )
  await query(`INSERT INTO partman.hook_call (partition, phase, relation) VALUES (1::oid, 'before-drop', 'p.gone')`)
  expect(new Set(await commands())).toEqual(new Set(['partman maintain']))
  await query(`INSERT INTO partman.hook_call (partition, phase, relation) VALUES ('pg_class'::regclass, 'before-drop', 'p.there')`)
  expect(await commands()).toEqual(['partman maintain --hooks <module>', 'partman maintain --hooks <module>'])
})

test('a hook that fails again and again is found, while its partition is there', async () => {
  const call = (relation: string, attempts: number, decision: string | null, oid: string) =>
    query(
      `INSERT INTO partman.hook_call (partition, phase, relation, attempts, decision, reason) VALUES (${oid}, 'before-drop', $1, $2, $3, 'it "throws"')`,
      relation,
      attempts,
      decision,
    )
  await call('p.gone', 9, null, '1::oid')
  await call('p.new', 2, null, `'pg_class'::regclass`)
  await call('p.kept', 9, 'keep', `'pg_type'::regclass`)
  expect(await checked.check()).toEqual([])
  await call('p.stuck', 3, null, `'pg_proc'::regclass`)
  expect(await checked.check()).toMatchObject([
    { code: 'HOOK_FAILING', severity: 'warning', message: 'The before-drop hook of p.stuck has failed 3 times: it "throws"' },
  ])
})

test('without bookkeeping there is nothing to tell of maintainers', async () => {
  await query('DROP SCHEMA partman CASCADE')
  expect(await checked.check()).toEqual([])
})
