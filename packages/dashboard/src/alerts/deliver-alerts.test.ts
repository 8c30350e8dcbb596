import { expect, it, vi } from 'vitest'
import { type AlertDatabase, alertDatabase, leaveUnseen } from '../fixtures/alert-database.js'
import { type AlertReceiver, alertReceiver } from '../fixtures/alert-receiver.js'
import { callback } from './channel.js'
import { type Alerts, type AlertsOptions, createAlerts } from './create-alerts.js'
import { slackWebhook } from './slack-webhook.js'
import { webhook } from './webhook.js'

// Each check is a dozen statements, and there are many.
vi.setConfig({ testTimeout: 120_000 })

const make = ({ document, openDatabase }: AlertDatabase, options: Pick<AlertsOptions, 'channels'> & Partial<AlertsOptions>): Alerts =>
  createAlerts({ document, database: openDatabase(), ...options })
const events = ({ received }: AlertReceiver) => received.map(({ body }) => `${body['event']} ${body['rule']} ${body['severity']}`)
const outcomes = ({ deliveries }: Awaited<ReturnType<Alerts['check']>>) =>
  deliveries.map(({ channel, event, outcome, error }) => [channel, event, outcome, error])

it('where nothing is to be told, nobody is told', async () => {
  const place = await alertDatabase()
  const receiver = await alertReceiver()
  const alerts = make(place, { channels: [webhook({ url: receiver.url })] })
  expect([await alerts.check(), receiver.received, await place.alerts()]).toEqual([{ outcome: 'done', active: [], deliveries: [] }, [], []])
})

it('an alert is raised once and resolved once for each channel, and its end is told once it was not seen for five minutes', async () => {
  const place = await alertDatabase()
  const [first, second] = [await alertReceiver(), await alertReceiver()]
  const alerts = make(place, { channels: [webhook({ url: first.url }), webhook({ url: second.url, name: 'second' })] })
  await leaveUnseen(place)
  expect(await alerts.check()).toMatchObject({
    outcome: 'done',
    active: [{ rule: 'maintainer-unseen', model: null, severity: 'warning', message: expect.stringContaining('30 hours ago') }],
    deliveries: [
      { channel: 'webhook', event: 'raised', rule: 'maintainer-unseen', outcome: 'delivered', error: null },
      { channel: 'second', event: 'raised', rule: 'maintainer-unseen', outcome: 'delivered', error: null },
    ],
  })
  expect((await alerts.check()).deliveries).toEqual([])
  await place.maintain()
  expect(await alerts.check()).toMatchObject({ active: [{ rule: 'maintainer-unseen' }], deliveries: [] })
  await place.pass('4 minutes')
  expect(await alerts.check()).toMatchObject({ active: [{ rule: 'maintainer-unseen' }], deliveries: [] })
  await place.pass('1 minute')
  expect(await alerts.check()).toMatchObject({ active: [], deliveries: [{ event: 'resolved' }, { event: 'resolved' }] })
  expect((await alerts.check()).deliveries).toEqual([])
  for (const receiver of [first, second]) {
    expect(events(receiver)).toEqual(['raised maintainer-unseen warning', 'resolved maintainer-unseen warning'])
    expect(new Set(receiver.received.map(({ body }) => body['id'])).size).toBe(1)
  }
})

it('one that comes and goes is sent once, for as long as it never stays away for five minutes', async () => {
  const place = await alertDatabase()
  const receiver = await alertReceiver()
  const alerts = make(place, { channels: [webhook({ url: receiver.url })] })
  for (let round = 0; round < 10; round++) {
    await leaveUnseen(place)
    await alerts.check()
    await place.maintain()
    await place.pass('4 minutes')
    await alerts.check()
  }
  expect([events(receiver), (await place.alerts()).length]).toEqual([['raised maintainer-unseen warning'], 1])
})

it('of two processes that check at a time, one tells: for each alert, and for its end', async () => {
  const place = await alertDatabase(['Session', 'Event', 'AuditLog'])
  const receiver = await alertReceiver()
  const both = [1, 2].map(() => make(place, { channels: [webhook({ url: receiver.url })] }))
  const checkBoth = async () => {
    for (const { outcome } of await Promise.all(both.map((alerts) => alerts.check()))) expect(outcome).toBe('done')
  }
  const rounds = 20
  for (let round = 0; round < rounds; round++) {
    await leaveUnseen(place)
    await place.test.query('ALTER TABLE session RENAME TO s; ALTER TABLE audit_log RENAME TO a')
    await checkBoth()
    await place.test.query('ALTER TABLE s RENAME TO session; ALTER TABLE a RENAME TO audit_log')
    await place.maintain()
    await place.pass('6 minutes')
    await checkBoth()
    // Whoever finds the one that it wanted taken leaves the rest to the next check.
    await checkBoth()
  }
  const sent = receiver.received.map(({ body }) => `${body['id']} ${body['event']}`)
  expect([sent.length, new Set(sent).size]).toEqual([6 * rounds, 6 * rounds])
  expect(await place.deliveries()).toEqual(
    Array.from({ length: 6 * rounds }, (_, index) => ({
      channel: 'webhook',
      event: index % 2 === 0 ? 'raised' : 'resolved',
      attempts: 1,
      is_delivered: true,
      error: null,
    })),
  )
})

it('what is refused is tried again, after pauses that grow up to an hour, and then delivered once', async () => {
  const place = await alertDatabase()
  const receiver = await alertReceiver()
  const alerts = make(place, { channels: [webhook({ url: receiver.url })] })
  await leaveUnseen(place)
  receiver.answer = (response) => void response.writeHead(500).end('no')
  const failed = [['webhook', 'raised', 'failed', 'answered 500']]
  expect(outcomes(await alerts.check())).toEqual(failed)
  const pauses = [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
  for (const pause of pauses) {
    await place.pass(`${pause / 2} seconds`)
    expect(outcomes(await alerts.check())).toEqual([])
    await place.pass(`${pause / 2} seconds`)
    expect(outcomes(await alerts.check())).toEqual(failed)
  }
  receiver.answer = (response) => void response.end()
  await place.pass('1 hour')
  expect(outcomes(await alerts.check())).toEqual([['webhook', 'raised', 'delivered', null]])
  expect(outcomes(await alerts.check())).toEqual([])
  expect(await place.deliveries()).toEqual([{ channel: 'webhook', event: 'raised', attempts: 12, is_delivered: true, error: null }])
})

it('who answers too late is asked again', async () => {
  const place = await alertDatabase()
  const receiver = await alertReceiver()
  const alerts = make(place, {
    channels: [webhook({ url: receiver.url, timeoutMs: 50 }), callback('endless', () => new Promise(() => {}), { timeoutMs: 50 })],
  })
  await leaveUnseen(place)
  receiver.answer = () => {}
  expect(outcomes(await alerts.check())).toEqual([
    ['webhook', 'raised', 'failed', 'no answer within 50 ms'],
    ['endless', 'raised', 'failed', 'no answer within 50 ms'],
  ])
  receiver.answer = (response) => void response.end()
  await place.pass('31 seconds')
  expect(outcomes(await alerts.check())[0]).toEqual(['webhook', 'raised', 'delivered', null])
  expect(receiver.received.length).toBe(2)
})

it('a redirect is not followed', async () => {
  const place = await alertDatabase()
  const [receiver, elsewhere] = [await alertReceiver(), await alertReceiver()]
  const alerts = make(place, { channels: [webhook({ url: receiver.url }), slackWebhook({ url: receiver.url })] })
  await leaveUnseen(place)
  for (const status of [301, 302, 303, 307, 308]) {
    receiver.answer = (response) => void response.writeHead(status, { location: elsewhere.url }).end()
    const error = `answered ${status}, a redirect, which is not followed`
    expect(outcomes(await alerts.check())).toEqual([
      ['webhook', 'raised', 'failed', error],
      ['slack', 'raised', 'failed', error],
    ])
    await place.pass('1 hour')
  }
  expect(elsewhere.received).toEqual([])
})

it('a process that is gone after its claim is stood in for after a minute', async () => {
  const place = await alertDatabase()
  const receiver = await alertReceiver()
  const gone = make(place, { channels: [callback('webhook', () => new Promise(() => {}), { timeoutMs: 30_000 })] })
  await leaveUnseen(place)
  // It never ends: as good as dead.
  void gone.check()
  await expect
    .poll(() => place.deliveries())
    .toEqual([{ channel: 'webhook', event: 'raised', attempts: 1, is_delivered: false, error: null }])
  const alerts = make(place, { channels: [webhook({ url: receiver.url })] })
  expect(outcomes(await alerts.check())).toEqual([])
  await place.pass('30 seconds')
  expect(outcomes(await alerts.check())).toEqual([])
  await place.pass('30 seconds')
  expect(outcomes(await alerts.check())).toEqual([['webhook', 'raised', 'delivered', null]])
  expect(await place.deliveries()).toEqual([{ channel: 'webhook', event: 'raised', attempts: 2, is_delivered: true, error: null }])
})

it('a process that comes too late does not undo what another one has done meanwhile', async () => {
  const place = await alertDatabase()
  const receiver = await alertReceiver()
  let fail: (error: Error) => void = () => {}
  const slow = make(place, { channels: [callback('webhook', () => new Promise((_, reject) => (fail = reject)), { timeoutMs: 30_000 })] })
  await leaveUnseen(place)
  const late = slow.check()
  await expect.poll(async () => (await place.deliveries()).length).toBe(1)
  await place.pass('61 seconds')
  receiver.answer = (response) => void response.writeHead(503).end()
  const alerts = make(place, { channels: [webhook({ url: receiver.url })] })
  expect(outcomes(await alerts.check())).toEqual([['webhook', 'raised', 'failed', 'answered 503']])
  fail(new Error('late'))
  await late
  expect(await place.deliveries()).toEqual([
    { channel: 'webhook', event: 'raised', attempts: 2, is_delivered: false, error: 'answered 503' },
  ])
})

it('an alert that gets worse is sent again, and one that gets better or says something else is not', async () => {
  const place = await alertDatabase()
  const receiver = await alertReceiver()
  const channels = [webhook({ url: receiver.url })]
  const check = async (days: number) => (await make(place, { channels, rules: { 'runway-short': { days } } }).check()).active
  expect(await check(11)).toMatchObject([{ rule: 'runway-short', model: 'Session', severity: 'warning' }])
  expect(await check(12)).toMatchObject([{ severity: 'warning' }])
  expect(await check(60)).toMatchObject([{ severity: 'error' }])
  expect(await check(11)).toMatchObject([{ severity: 'error' }])
  expect(await check(60)).toMatchObject([{ severity: 'error' }])
  expect(events(receiver)).toEqual(['raised runway-short warning', 'raised runway-short error'])
})

it('what gets worse while it is delivered is told of again, also where whoever saw it knew of no delivery', async () => {
  const place = await alertDatabase()
  const told: string[] = []
  const pager = callback('pager', async ({ event, severity }) => {
    told.push(`${event} ${severity}`)
    if (told.length === 1) await place.test.query(`UPDATE partman.alert SET severity = 'error'`)
  })
  await leaveUnseen(place)
  const alerts = make(place, { channels: [pager] })
  expect(outcomes(await alerts.check())).toEqual(Array(2).fill(['pager', 'raised', 'delivered', null]))
  expect(outcomes(await alerts.check())).toEqual([])
  expect(told).toEqual(['raised warning', 'raised error'])
  expect(await place.deliveries()).toEqual([{ channel: 'pager', event: 'raised', attempts: 2, is_delivered: true, error: null }])
})

it('of two processes that see it get worse at a time, one tells', async () => {
  const place = await alertDatabase()
  const receiver = await alertReceiver()
  const channels = [webhook({ url: receiver.url })]
  const both = [1, 2].map(() => make(place, { channels, rules: { 'runway-short': { days: 60 } } }))
  const mild = make(place, { channels, rules: { 'runway-short': { days: 11 } } })
  for (let round = 0; round < 15; round++) {
    await mild.check()
    await Promise.all(both.map((alerts) => alerts.check()))
    await place.test.query('DELETE FROM partman.alert')
  }
  expect(events(receiver)).toEqual(Array(15).fill(['raised runway-short warning', 'raised runway-short error']).flat())
})

it('the end is told to nobody who was not told of the beginning, and to whoever may have been', async () => {
  const place = await alertDatabase()
  const receiver = await alertReceiver()
  receiver.answer = (response) => void response.writeHead(500).end()
  await leaveUnseen(place)
  await make(place, { channels: [webhook({ url: receiver.url })] }).check()
  await place.maintain()
  await place.pass('6 minutes')
  const unasked = await alertReceiver()
  receiver.answer = (response) => void response.end()
  await make(place, { channels: [webhook({ url: receiver.url }), webhook({ url: unasked.url, name: 'new' })] }).check()
  expect([events(receiver), unasked.received]).toEqual([['raised maintainer-unseen warning', 'resolved maintainer-unseen warning'], []])
})

it('the end is not told while somebody tells of the beginning', async () => {
  const place = await alertDatabase()
  const receiver = await alertReceiver()
  const slow = make(place, { channels: [callback('webhook', () => new Promise(() => {}), { timeoutMs: 30_000 })] })
  await leaveUnseen(place)
  void slow.check()
  await expect.poll(async () => (await place.deliveries()).length).toBe(1)
  await place.maintain()
  await place.test.query(`UPDATE partman.alert SET seen_at = seen_at - interval '6 minutes'`)
  const alerts = make(place, { channels: [webhook({ url: receiver.url })] })
  expect(await alerts.check()).toMatchObject({ active: [], deliveries: [] })
  await place.pass('1 minute')
  expect(outcomes(await alerts.check())).toEqual([['webhook', 'resolved', 'delivered', null]])
})

it('a channel that is new is told of what is active', async () => {
  const place = await alertDatabase()
  const receiver = await alertReceiver()
  await leaveUnseen(place)
  await make(place, { channels: [] }).check()
  await make(place, { channels: [webhook({ url: receiver.url })] }).check()
  expect(events(receiver)).toEqual(['raised maintainer-unseen warning'])
})

it('a rule that is off raises nothing, and leaves what others raise by it alone for a day', async () => {
  const place = await alertDatabase()
  const off = make(place, { channels: [], rules: { 'maintainer-unseen': false } })
  await leaveUnseen(place)
  expect((await off.check()).active).toEqual([])
  await make(place, { channels: [] }).check()
  await place.pass('23 hours')
  expect((await off.check()).active).toMatchObject([{ rule: 'maintainer-unseen' }])
  await place.pass('2 hours')
  expect((await off.check()).active).toEqual([])
})

it('resolved alerts are forgotten after 400 days, with their deliveries', async () => {
  const place = await alertDatabase()
  const receiver = await alertReceiver()
  const alerts = make(place, { channels: [webhook({ url: receiver.url })] })
  await leaveUnseen(place)
  await alerts.check()
  await place.maintain()
  await place.pass('6 minutes')
  await alerts.check()
  await place.pass('399 days')
  await alerts.check()
  expect([(await place.alerts()).length, (await place.deliveries()).length]).toEqual([1, 2])
  await place.pass('2 days')
  await alerts.check()
  expect([await place.alerts(), await place.deliveries()]).toEqual([[], []])
})

it('one delivery that is refused for good does not stand in the way of the others', async () => {
  const place = await alertDatabase(['Session', 'AuditLog'])
  const receiver = await alertReceiver()
  receiver.answer = (response, { body }) => void response.writeHead(body['model'] === 'AuditLog' ? 400 : 200).end()
  const alerts = make(place, { channels: [webhook({ url: receiver.url })] })
  await place.test.query('ALTER TABLE session RENAME TO s; ALTER TABLE audit_log RENAME TO a')
  await alerts.check()
  await place.pass('1 minute')
  await alerts.check()
  const { rows } = await place.test.query(
    `SELECT subject, delivered_at IS NOT NULL AS is_delivered FROM partman.alert_delivery JOIN partman.alert ON alert = id ORDER BY 1`,
  )
  expect(rows).toEqual([
    { subject: 'AuditLog', is_delivered: false },
    { subject: 'Session', is_delivered: true },
  ])
})
