import { beforeAll, expect, it } from 'vitest'
import type { Access } from '../access/access.js'
import { createAlerts } from '../alerts/create-alerts.js'
import { webhook } from '../alerts/webhook.js'
import type { components } from '../client.js'
import { alertReceiver } from '../fixtures/alert-receiver.js'
import { demoDashboard, type TestDashboard } from '../fixtures/test-dashboard.js'

type Schemas = components['schemas']
interface Page {
  readonly items: Schemas['Alert'][]
  readonly next: string | null
}

let demo: TestDashboard
beforeAll(async () => {
  demo = await demoDashboard()
  await createAlerts({ document: demo.document, database: demo.database, channels: [] }).check()
  await demo.test.query(
    `INSERT INTO partman.alert (partition_schema, rule, subject, severity, message, next_step, raised_at, resolved_at)
     SELECT 'partman_partitions', 'runway-short', 'Event', 'warning', 'over ' || n, 'Nothing.', now() - interval '2 days', now() - n * interval '1 hour' FROM generate_series(1, 7) AS n`,
  )
  await demo.test.query(
    `INSERT INTO partman.alert (partition_schema, rule, subject, severity, message, next_step) VALUES ('elsewhere', 'runway-short', 'Event', 'error', 'of another declaration', 'x')`,
  )
})

const read = async (path: string) => (await (await demo.get(path)).json()) as Page
const brief = ({ items }: Page) =>
  items.map(({ rule, model, resolvedAt, message }) => [rule, model, resolvedAt === null ? 'active' : message])

it('the alerts are listed, what is active first, page by page', async () => {
  const whole = await read('/alerts?limit=200')
  expect(
    brief(whole)
      .filter(([, , state]) => state === 'active')
      .sort(),
  ).toEqual([
    ['run-failed', null, 'active'],
    ['runway-short', 'Session', 'active'],
  ])
  expect(brief(whole).slice(2)).toEqual([7, 6, 5, 4, 3, 2, 1].map((n) => ['runway-short', 'Event', `over ${n}`]))
  const paged: Schemas['Alert'][] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: Page = await read(`/alerts?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`)
    paged.push(...page.items)
    cursor = page.next
  }
  expect(paged).toEqual(whole.items)
  expect(brief(await read('/alerts?state=active&limit=200'))).toEqual(brief(whole).slice(0, 2))
  expect(brief(await read('/alerts?state=resolved&limit=200'))).toEqual(brief(whole).slice(2))
  const other = (await read('/alerts?state=resolved&limit=1')).next
  expect((await demo.get(`/alerts?cursor=${other}`)).status).toBe(400)
})

it('who may not see every table sees alerts of those that they see, and none that is of no table', async () => {
  const ask = async (roleFor: NonNullable<Access['roleFor']>) => {
    const dashboard = demo.mount({ access: () => ({ user: 'narrowed', role: 'admin', roleFor }) })
    const response = await dashboard.fetch(new Request('http://partman.test/api/v1/alerts?limit=200'))
    return [...new Set(((await response.json()) as Page).items.map(({ model }) => model))]
  }
  expect(await ask(({ model }) => (model === 'Event' ? 'none' : 'admin'))).toEqual(['Session'])
  expect(await ask(({ model }) => (model === 'Event' ? 'viewer' : 'none'))).toEqual(['Event'])
  expect(await ask(() => 'none')).toEqual([])
  const insert = await demo.test.query(
    `INSERT INTO partman.alert (partition_schema, rule, subject, severity, message, next_step) SELECT 'partman_partitions', 'finding', m || ' OVERLAP', 'error', 'm', 'n'
     FROM unnest(ARRAY['Metric', 'Event2', 'Event']) AS m RETURNING id`,
  )
  expect(await ask(({ model }) => (model === 'Metric' ? 'viewer' : 'none'))).toEqual(['Metric'])
  expect(await ask(({ model }) => (model === 'Event' ? 'viewer' : 'none'))).toEqual(['Event'])
  await demo.test.query('DELETE FROM partman.alert WHERE id = ANY ($1)', [insert.rows.map(({ id }) => id)])
})

it('a test message is sent by an admin, through the channels that they name, and is on record', async () => {
  const [receiver, other] = [await alertReceiver(), await alertReceiver()]
  const channels = [webhook({ url: receiver.url }), webhook({ url: other.url, name: 'other' })]
  const alerts = createAlerts({ document: demo.document, database: demo.database, channels })
  const dashboard = demo.mount({ alerts })
  const post = (body: object, role = 'admin') =>
    dashboard.fetch(
      new Request('http://partman.test/api/v1/alerts/test', {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { authorization: `Bearer ${role}`, 'content-type': 'application/json', 'x-partman-request': '1' },
      }),
      { from: '192.0.2.7' },
    )
  receiver.answer = (response, { path }) => void response.writeHead(410).end(path)
  const tested = await post({ channels: ['webhook'] })
  expect([tested.status, await tested.json()]).toEqual([
    200,
    { channels: [{ channel: 'webhook', outcome: 'failed', error: 'answered 410' }] },
  ])
  expect([receiver.received.length, other.received.length]).toEqual([1, 0])
  for (const body of [{}, { channels: [] }, { channels: [''] }, { channels: 'webhook' }]) expect((await post(body)).status).toBe(400)
  expect((await post({ channels: ['webhook', 'nothing'] })).status).toBe(404)
  expect((await post({ channels: ['webhook'] }, 'operator')).status).toBe(403)
  expect(receiver.received.length).toBe(1)
  const { rows } = await demo.test.query(`SELECT actor, subject, details FROM partman.audit WHERE act = 'test-alert'`)
  expect(rows).toEqual([{ actor: 'the admin', subject: 'channels webhook', details: { channels: ['webhook'], from: '192.0.2.7' } }])
})

it('a secret address is in no answer, in no log and nowhere in the database', async () => {
  const receiver = await alertReceiver()
  receiver.answer = (response, { path }) => void response.writeHead(302, { location: path }).end(path)
  const logged: unknown[] = []
  const log = (...fields: unknown[]) => void logged.push(fields)
  const logger = { info: log, warn: log, error: log }
  const channels = [webhook({ url: receiver.url, secret: 'a-secret-key' })]
  const alerts = createAlerts({ document: demo.document, database: demo.database, channels, logger })
  const dashboard = demo.mount({ alerts, logger })
  const ask = (path: string, init: RequestInit = {}) =>
    dashboard.fetch(
      new Request(`http://partman.test/api/v1${path}`, {
        ...init,
        headers: { authorization: 'Bearer admin', 'content-type': 'application/json', 'x-partman-request': '1' },
      }),
    )
  const report = await alerts.check()
  expect(report.deliveries).toMatchObject([{ outcome: 'failed' }])
  const answers = [
    await ask('/alerts/test', { method: 'POST', body: JSON.stringify({ channels: ['webhook'] }) }),
    await ask('/alerts?limit=200'),
    await ask('/alerts/channels'),
    await ask('/audit?limit=200'),
  ]
  const told = (await Promise.all(answers.map((one) => one.text()))).join()
  const { rows } = await demo.test.query(
    `SELECT (SELECT string_agg(a::text, ' ') FROM partman.alert a) || (SELECT string_agg(d::text, ' ') FROM partman.alert_delivery d)
       || (SELECT string_agg(a::text, ' ') FROM partman.audit a) AS written`,
  )
  const written = rows[0]?.['written'] as string
  expect([receiver.received.length > 0, told.includes('answered 302'), written.includes('answered 302')]).toEqual([true, true, true])
  for (const text of [told, written, JSON.stringify(logged), JSON.stringify(report)]) expect(text).not.toMatch(/secret|127\.0\.0\.1/)
})
