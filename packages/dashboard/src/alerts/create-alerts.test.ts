import { pgDatabase } from '@partman/core/pg'
import { createTestDatabase, startPostgres, startStandby } from '@partman/testing'
import { testDatabase } from '@partman/testing/vitest'
import pg from 'pg'
import { expect, it, onTestFinished, vi } from 'vitest'
import { alertDatabase, leaveUnseen } from '../fixtures/alert-database.js'
import { alertReceiver, SECRET_PATH } from '../fixtures/alert-receiver.js'
import { demoDocument } from '../fixtures/demo-document.js'
import { recordedDatabase } from '../fixtures/recorded-database.js'
import { callback } from './channel.js'
import { type AlertsOptions, createAlerts } from './create-alerts.js'
import { MemoryAlerts } from './memory-alerts.js'
import { slackWebhook } from './slack-webhook.js'
import { webhook } from './webhook.js'

const nobody = pgDatabase(new pg.Pool({ connectionString: 'postgresql://somebody:password@127.0.0.1:1/none' }))

it('a database that cannot be read is told of once by each process, without what the driver says', async () => {
  const receiver = await alertReceiver()
  const logged: unknown[] = []
  const logger = { info() {}, warn() {}, error: (fields: { err?: unknown }) => void logged.push(fields.err) }
  const alerts = createAlerts({ document: demoDocument(), database: nobody, channels: [webhook({ url: receiver.url })], logger })
  expect(await alerts.check()).toMatchObject({
    outcome: 'failed',
    active: [
      {
        rule: 'database-unreachable',
        model: null,
        severity: 'error',
        message: 'The check of the partitions could not read the database (ECONNREFUSED)',
      },
    ],
    deliveries: [{ event: 'raised', outcome: 'delivered' }],
  })
  expect(await alerts.check()).toMatchObject({ outcome: 'failed', active: [{ rule: 'database-unreachable' }], deliveries: [] })
  expect(receiver.received.map(({ body }) => body['rule'])).toEqual(['database-unreachable'])
  expect([receiver.received[0]?.text.includes('127.0.0.1'), logged.length]).toEqual([false, 2])
})

it('a database that does not answer is told of after half a minute, is not asked ever more, and does not keep the process from ending', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const statements: string[] = []
  const database: AlertsOptions['database'] = {
    query: (statement) => {
      statements.push(statement)
      return new Promise(() => {})
    },
  }
  const told: string[] = []
  const channels = [callback('pager', ({ message }) => void told.push(message))]
  const alerts = createAlerts({ document: demoDocument(), database, channels })
  for (let round = 0; round < 4; round++) {
    const checked = alerts.check()
    await vi.advanceTimersByTimeAsync(30_000)
    expect(told).toEqual(['The check of the partitions could not read the database (DATABASE_SLOW)'])
    // So long it tries to deliver what is recorded.
    await vi.advanceTimersByTimeAsync(30_000)
    expect(await checked).toMatchObject({ outcome: 'failed', active: [{ rule: 'database-unreachable' }] })
  }
  expect(told).toHaveLength(1)
  // Each of the two that hang, and what cancels it.
  expect(statements.length).toBeLessThanOrEqual(4)
  alerts.start()
  const stopped = alerts.stop()
  await vi.advanceTimersByTimeAsync(60_000)
  await stopped
})

it.each([
  ['a plan', 'ALTER TABLE partman.approval RENAME COLUMN retention TO elsewhere', ['maintainer-unseen']],
  ['the overview', 'ALTER TABLE partman.lease RENAME COLUMN last_run_at TO elsewhere', []],
  ['the history of runs', 'ALTER TABLE partman.run RENAME COLUMN started_at TO elsewhere', ['lock-budget']],
])('where %s cannot be had, what is recorded is delivered, what is known is raised, and nothing else is over', async (_, spoil, found) => {
  const place = await alertDatabase()
  const receiver = await alertReceiver()
  receiver.answer = (response) => void response.writeHead(500).end()
  await place.test.query('CREATE TABLE session_default PARTITION OF session DEFAULT')
  await place.test.query(`INSERT INTO session (started_at) VALUES (now() + interval '20 days')`)
  const make = (share: number) =>
    createAlerts({
      document: place.document,
      database: place.database,
      channels: [webhook({ url: receiver.url })],
      rules: { finding: { severity: 'warning' }, 'lock-budget': { share } },
      resolveAfterMs: 1,
    })
  const before = (await make(1).check()).active.map(({ rule }) => rule)
  expect([before.includes('finding'), before.includes('default-rows')]).toEqual([true, true])
  await place.pass('1 hour')
  receiver.answer = (response) => void response.end()
  await leaveUnseen(place)
  await place.test.query(spoil)
  const report = await make(0.0001).check()
  expect([report.outcome, report.active.map(({ rule }) => rule).sort()]).toEqual([
    'failed',
    [...before, ...found, expect.stringMatching(/^(database-unreachable|bookkeeping-missing)$/)].sort(),
  ])
  const told = report.deliveries.filter(({ event, outcome }) => event === 'raised' && outcome === 'delivered').map(({ rule }) => rule)
  expect(told.sort()).toEqual(report.active.map(({ rule }) => rule).sort())
})

it('a lock that somebody keeps on the alerts is told of after a while, and what waited for it ends', async () => {
  const place = await alertDatabase()
  await leaveUnseen(place)
  const holder = new pg.Client({ connectionString: place.test.url })
  await holder.connect()
  onTestFinished(() => holder.end())
  await holder.query('BEGIN; LOCK TABLE partman.alert')
  const waiters = async () =>
    (await holder.query(`SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`))
      .rows[0]?.['n'] as number
  const { document, database } = place
  const checked = createAlerts({ document, database, channels: [], statementTimeoutMs: 2_000 }).check()
  expect(await checked).toMatchObject({
    outcome: 'failed',
    active: [{ rule: 'database-unreachable', message: expect.stringContaining('DATABASE_SLOW') }],
  })
  await expect.poll(waiters).toBe(0)
  await holder.query('ROLLBACK')
  expect((await createAlerts({ document, database, channels: [] }).check()).active).toContainEqual(
    expect.objectContaining({ rule: 'maintainer-unseen' }),
  )
})

it('once it can be read again, what it keeps and what the process keeps are told of', async () => {
  const place = await alertDatabase()
  await leaveUnseen(place)
  let isGone = true
  const database: AlertsOptions['database'] = { query: (...asked) => (isGone ? nobody : place.database).query(...asked) }
  const receiver = await alertReceiver()
  const alerts = createAlerts({ document: place.document, database, channels: [webhook({ url: receiver.url })], resolveAfterMs: 1 })
  await alerts.check()
  isGone = false
  await expect.poll(async () => (await alerts.check()).active.map(({ rule }) => rule)).toEqual(['maintainer-unseen'])
  expect(receiver.received.map(({ body }) => `${body['event']} ${body['rule']}`).sort()).toEqual([
    'raised database-unreachable',
    'raised maintainer-unseen',
    'resolved database-unreachable',
  ])
})

it('a database without bookkeeping is told of, and nothing is made in it', async () => {
  const test = await testDatabase()
  const pool = new pg.Pool({ connectionString: test.url })
  onTestFinished(() => pool.end())
  const receiver = await alertReceiver()
  const alerts = createAlerts({ document: demoDocument(), database: pgDatabase(pool), channels: [slackWebhook({ url: receiver.url })] })
  for (const deliveries of [1, 0]) {
    const report = await alerts.check()
    expect([report.outcome, report.active.map(({ rule }) => rule), report.deliveries.length]).toEqual([
      'failed',
      ['bookkeeping-missing'],
      deliveries,
    ])
  }
  expect(
    (
      await test.query(
        `SELECT count(*)::int AS made FROM pg_class WHERE relnamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname ~ '^(pg_|information_schema)')`,
      )
    ).rows,
  ).toEqual([{ made: 0 }])
})

it('one that lacks the tables of alerts alone is told of as well', async () => {
  const place = await alertDatabase()
  await place.test.query('DROP TABLE partman.alert CASCADE')
  const alerts = createAlerts({ document: place.document, database: place.database, channels: [] })
  expect(await alerts.check()).toMatchObject({ outcome: 'failed', active: [{ rule: 'bookkeeping-missing' }] })
})

it('a rule of the database that is off tells nobody, and the check has failed all the same', async () => {
  const receiver = await alertReceiver()
  const rules = { 'database-unreachable': false } as const
  const alerts = createAlerts({ document: demoDocument(), database: nobody, channels: [webhook({ url: receiver.url })], rules })
  expect([await alerts.check(), receiver.received]).toEqual([{ outcome: 'failed', active: [], deliveries: [] }, []])
})

it('what the process keeps is told of again where it was not delivered, later and later', () => {
  const memory = new MemoryAlerts('partman_partitions', 300_000)
  const found = { rule: 'database-unreachable', model: null, severity: 'error', message: 'm', nextStep: 'n' } as const
  const events = (now: number) => memory.due('webhook', now).map(({ event }) => event)
  memory.see(found, 0)
  const [raised] = memory.due('webhook', 0)
  memory.settle(raised!, 'webhook', false, 0)
  expect([events(29_999), events(30_000)]).toEqual([[], ['raised']])
  memory.settle(raised!, 'webhook', false, 30_000)
  expect([events(89_999), events(90_000)]).toEqual([[], ['raised']])
  memory.settle(raised!, 'webhook', true, 90_000)
  memory.see(found, 100_000)
  memory.resolve(400_000, ['webhook'])
  expect([memory.active.length, events(400_000)]).toEqual([1, []])
  memory.resolve(400_001, ['webhook'])
  expect([memory.active.length, events(400_001), memory.due('other', 400_001)]).toEqual([0, ['resolved'], []])
  memory.settle(memory.due('webhook', 400_001)[0]!, 'webhook', true, 400_001)
  memory.resolve(400_002, ['webhook'])
  memory.see(found, 400_003)
  expect([events(400_003), memory.due('webhook', 400_003)[0]?.id === raised?.id]).toEqual([['raised'], false])
})

it('on a standby nothing is written, and nobody is told of anything', async () => {
  const server = await startPostgres()
  onTestFinished(() => server.stop())
  const primary = await createTestDatabase(server.url)
  onTestFinished(() => primary.close())
  const place = await alertDatabase(['Session'], primary)
  await leaveUnseen(place)
  await createAlerts({ document: place.document, database: place.database, channels: [] }).check()
  const standby = await startStandby(server)
  onTestFinished(() => standby.stop())
  const url = new URL(primary.url)
  url.port = String(standby.port)
  const pool = new pg.Pool({ connectionString: url.href })
  onTestFinished(() => pool.end())
  const receiver = await alertReceiver()
  const { database, statements } = recordedDatabase(pgDatabase(pool))
  const alerts = createAlerts({ document: place.document, database, channels: [webhook({ url: receiver.url })] })
  expect(await alerts.check()).toMatchObject({ outcome: 'standby', active: [{ rule: 'maintainer-unseen' }], deliveries: [] })
  expect([receiver.received, await place.deliveries()]).toEqual([[], []])
  // Its log would have an error of each check.
  expect(statements.filter((statement) => /INSERT|UPDATE|DELETE/.test(statement))).toEqual([])
})

it('a database that lets nobody write, and is no standby, is told of', async () => {
  const place = await alertDatabase()
  await leaveUnseen(place)
  const url = new URL(place.test.url)
  url.searchParams.set('options', '-c default_transaction_read_only=on')
  const pool = new pg.Pool({ connectionString: url.href })
  onTestFinished(() => pool.end())
  const receiver = await alertReceiver()
  const alerts = createAlerts({ document: place.document, database: pgDatabase(pool), channels: [webhook({ url: receiver.url })] })
  const message = 'The database lets nobody write, and is no standby: nobody can make partitions, nor keep alerts'
  expect(await alerts.check()).toMatchObject({ outcome: 'failed', active: [{ rule: 'database-unreachable', message }] })
  expect(receiver.received.map(({ body }) => body['message'])).toEqual([message])
})

it('it checks again and again from start to stop, whatever is called how often', async () => {
  const place = await alertDatabase()
  let checks = 0
  const ended: (() => void)[] = []
  const logger = {
    info() {
      checks += 1
      for (const end of ended.splice(0)) end()
    },
    warn() {},
    error() {},
  }
  const next = () => new Promise<void>((resolve) => ended.push(resolve))
  const alerts = createAlerts({ document: place.document, database: place.database, channels: [], everyMs: 1, logger })
  await alerts.stop()
  alerts.start()
  alerts.start()
  await next()
  await next()
  await Promise.all([alerts.stop(), alerts.stop()])
  const before = checks
  const again = next()
  alerts.start()
  await again
  await alerts.stop()
  expect(checks).toBeGreaterThan(before)
})

it('whoever asks while a check is under way gets its report', async () => {
  const place = await alertDatabase()
  const alerts = createAlerts({ document: place.document, database: place.database, channels: [] })
  const [first, second] = await Promise.all([alerts.check(), alerts.check()])
  expect(first).toBe(second)
})

it('a test message goes through each channel that is named, and says what became of it', async () => {
  const place = await alertDatabase()
  const receiver = await alertReceiver()
  const channels = [
    webhook({ url: receiver.url }),
    callback('pager', () => {
      throw new Error(SECRET_PATH)
    }),
  ]
  const alerts = createAlerts({ document: place.document, database: place.database, channels })
  expect(alerts.channels).toEqual(['webhook', 'pager'])
  expect(await alerts.test()).toEqual([
    { channel: 'webhook', outcome: 'delivered', error: null },
    { channel: 'pager', outcome: 'failed', error: 'the channel threw an error, which is in the log of the process' },
  ])
  expect(await alerts.test(['pager', 'nothing'])).toMatchObject([{ channel: 'pager' }])
  expect(receiver.received).toMatchObject([{ body: { event: 'test', rule: 'test', severity: 'info' } }])
  expect(await place.alerts()).toEqual([])
})

it('a logger that throws stops nothing', async () => {
  const fail = () => {
    throw new Error('the log is full')
  }
  const receiver = await alertReceiver()
  const logger = { info: fail, warn: fail, error: fail }
  const alerts = createAlerts({ document: demoDocument(), database: nobody, channels: [webhook({ url: receiver.url })], logger })
  expect(await alerts.check()).toMatchObject({ outcome: 'failed', deliveries: [{ outcome: 'delivered' }] })
})

const channel = callback('a', () => {})
it.each<[Partial<AlertsOptions>, RegExp]>([
  [{ channels: [channel, callback('a', () => {})] }, /Two channels are called "a"/],
  [{ channels: [callback('', () => {})] }, /A channel cannot be called ""/],
  [{ channels: [callback('x'.repeat(101), () => {})] }, /A channel cannot be called/],
  [{ channels: [callback('a', () => {}, { timeoutMs: 30_001 })] }, /timeoutMs of the channel "a" cannot be 30001/],
  [{ channels: [webhook({ url: 'https://example.com', timeoutMs: 0 })] }, /timeoutMs of the channel "webhook" cannot be 0/],
  [{ everyMs: 0 }, /everyMs cannot be 0/],
  [{ resolveAfterMs: Number.NaN }, /resolveAfterMs cannot be NaN/],
  [{ rules: { 'runway-shrot': false } as never }, /runway-shrot/],
  [{ rules: { 'runway-short': { days: -1 } } }, /runway-short/],
  [{ rules: { 'runway-short': { hours: 1 } as never } }, /runway-short/],
  [{ rules: { 'maintainer-unseen': { after: '5 fortnights' } } }, /"5 fortnights" is not a duration[\s\S]*maintainer-unseen/],
  [{ rules: { 'table-missing': true as never } }, /can only be false[\s\S]*table-missing/],
  [{ rules: { 'lock-budget': { share: 2 } } }, /lock-budget/],
])('%j cannot be, and the error says so', (options, message) => {
  const make = () => createAlerts({ document: demoDocument(), database: nobody, channels: [channel], ...options })
  expect(make).toThrowError(expect.objectContaining({ code: 'ALERTS_INVALID', message: expect.stringMatching(message) }))
})
