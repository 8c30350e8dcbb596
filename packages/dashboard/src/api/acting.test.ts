import type { Database } from '@partman/core'
import { createMaintainer } from '@partman/core'
import { beforeAll, expect, it } from 'vitest'
import type { Role } from '../access/access.js'
import type { components } from '../client.js'
import { createDashboard } from '../create-dashboard.js'
import { demoDashboard, type TestDashboard } from '../fixtures/test-dashboard.js'

type Schemas = components['schemas']

let demo: TestDashboard
beforeAll(async () => {
  demo = await demoDashboard()
  // The hook that has failed would keep what it was asked about.
  await demo.test.query('DELETE FROM partman.hook_call')
})

const as = (role: string) => ({ authorization: `Bearer ${role}` })
const problem = async (response: Response) => [response.status, ((await response.json()) as Schemas['Problem']).code]
const audit = async (act: string) =>
  (await demo.test.query('SELECT actor, subject, details, reason FROM partman.audit WHERE act = $1 ORDER BY id DESC', [act])).rows

async function plan(): Promise<Schemas['Plan']> {
  return (await (await demo.get('/plan')).json()) as Schemas['Plan']
}

it('a hold is added, kept to, and released, and the audit log knows who, why and from where', async () => {
  const dashboard = demo.mount()
  const request = new Request('http://partman.test/api/v1/holds', {
    method: 'POST',
    headers: { ...as('operator'), 'content-type': 'application/json', 'x-partman-request': '1' },
    body: JSON.stringify({ model: 'DeliveryAttempt', tenant: 'globex', from: '2026-01-01', reason: 'a question of theirs' }),
  })
  const added = await dashboard.fetch(request, { from: '192.0.2.7' })
  const hold = (await added.json()) as Schemas['Hold']
  expect([added.status, hold]).toMatchObject([
    201,
    { tenant: 'globex', upper: null, state: 'in-force', heldBy: 'the operator', reason: 'a question of theirs' },
  ])
  expect(await audit('hold')).toMatchObject([
    { actor: 'the operator', details: { from: '192.0.2.7', tenant: 'globex' } },
    { actor: 'legal' },
  ])
  const { operations } = await plan()
  expect(
    operations.filter(({ kind, partition }) => kind === 'detach-partition' && /^delivery_attempt_globex/.test(partition.name)),
  ).toEqual([])

  expect(await problem(await demo.post(`/holds/${hold.id}/release`, { reason: 'x' }, as('operator')))).toEqual([403, 'FORBIDDEN'])
  const released = await demo.post(`/holds/${hold.id}/release`, { reason: 'answered' })
  expect([released.status, await released.json()]).toMatchObject([200, { state: 'released', releasedBy: 'the admin' }])
  expect(await audit('release')).toMatchObject([{ actor: 'the admin', reason: 'answered' }])
  expect(await problem(await demo.post(`/holds/${hold.id}/release`, { reason: 'again' }))).toEqual([404, 'HOLD_UNKNOWN'])
})

it.each([
  [{ model: 'Nothing', reason: 'x' }, 404, 'NOT_FOUND'],
  [{ model: 'AuditLog', tenant: 'acme', reason: 'x' }, 400, 'HOLD_INVALID'],
  [{ model: 'AuditLog', from: 'yesterday', reason: 'x' }, 400, 'HOLD_INVALID'],
  [{ model: 'AuditLog', until: '2020-01-01', reason: 'x' }, 400, 'INSTANT_INVALID'],
  [{ model: 'AuditLog', reason: '  ' }, 400, 'REQUEST_INVALID'],
  [{ model: 'AuditLog' }, 400, 'REQUEST_INVALID'],
])('the hold %j is refused', async (body, status, code) => {
  expect(await problem(await demo.post('/holds', body))).toEqual([status, code])
})

it('a tenant is registered with its partitions, whatever its key is', async () => {
  const key = `<script>alert("1")</script>'; DROP TABLE event; --`
  const added = await demo.post('/tenants', { set: 'Project', key }, as('operator'))
  expect([added.status, await added.json()]).toMatchObject([201, { key, withoutPartitions: [] }])
  const again = await demo.post('/tenants', { set: 'Project', key }, as('operator'))
  const { partitions } = (await again.json()) as Schemas['Tenant']
  expect([again.status, partitions > 20]).toEqual([201, true])
  expect(await audit('register')).toMatchObject([{ actor: 'the operator', details: { key } }, { details: { key } }])
  expect(await problem(await demo.post('/tenants', { set: 'Nothing', key: 'x' }))).toEqual([404, 'TENANT_SET_UNKNOWN'])
})

it('a plan that destroys data needs an admin, and the word', async () => {
  const { now, fingerprint, destroysData } = await plan()
  expect(destroysData).toBe(true)
  expect(await problem(await demo.post('/plan/apply', { now, fingerprint, confirm: 'destroy' }, as('operator')))).toEqual([
    403,
    'FORBIDDEN',
  ])
  expect(await problem(await demo.post('/plan/apply', { now, fingerprint }))).toEqual([409, 'CONFIRMATION_MISSING'])
  expect(await problem(await demo.post('/plan/apply', { now, fingerprint, confirm: 'yes' }))).toEqual([409, 'CONFIRMATION_MISSING'])
  expect(await problem(await demo.post('/plan/apply', { now, fingerprint: 'x', confirm: 'destroy' }))).toEqual([409, 'PLAN_STALE'])
  expect(await audit('apply')).toEqual([])
})

it('what is applied is what was seen, and every act bears the name of who asked for it', async () => {
  const before = await audit('drop')
  const { now, fingerprint, operations } = await plan()
  const applied = await demo.post('/plan/apply', { now, fingerprint, confirm: 'destroy' })
  const report = (await applied.json()) as Schemas['Applied']
  expect([applied.status, report.outcome, report.counts]).toEqual([200, 'done', { done: operations.length, failed: 0, skipped: 0 }])
  const drops = (await audit('drop')).slice(0, -before.length)
  expect(drops.length).toBe(operations.filter(({ kind }) => kind === 'drop-partition').length)
  expect(drops.every(({ actor }) => actor === 'the admin')).toBe(true)
  expect(drops.every(({ details }) => typeof details.bytes === 'number' && typeof details.rows === 'number' && details.bound !== '')).toBe(
    true,
  )
  expect((await audit('apply')).map(({ actor, details }) => [actor, details.fingerprint, details.failed])).toEqual(
    [...new Set(operations.map(({ model }) => model))].map(() => ['the admin', fingerprint, 0]),
  )
  const next = await plan()
  expect([next.operations, next.destroysData]).toEqual([[], false])
})

it('an operator applies what destroys nothing', async () => {
  await demo.test.query(`INSERT INTO project VALUES ('new', 'new')`)
  const { now, fingerprint, operations } = await plan()
  expect(new Set(operations.map(({ kind }) => kind))).toEqual(new Set(['create-partition']))
  const applied = await demo.post('/plan/apply', { now, fingerprint }, as('operator'))
  expect([applied.status, ((await applied.json()) as Schemas['Applied']).counts.failed]).toEqual([200, 0])
  expect(await problem(await demo.post('/plan/apply', { now, fingerprint }, as('operator')))).toEqual([409, 'PLAN_STALE'])
})

it('while a maintainer is at work nothing is applied', async () => {
  await demo.test.query(`UPDATE partman.lease SET expires_at = now() + interval '1 minute', holder = 'somebody'`)
  const { now, fingerprint } = await plan()
  const busy = await problem(await demo.post('/plan/apply', { now, fingerprint }))
  await demo.test.query('UPDATE partman.lease SET expires_at = now()')
  expect(busy).toEqual([409, 'MAINTAINER_BUSY'])
})

it('a retention is approved of as it was seen', async () => {
  const approvals = async () => ((await (await demo.get('/approvals')).json()) as Schemas['Approvals']).items
  await demo.test.query(
    `UPDATE partman.approval SET retention = '[{"kind": "age", "after": "900 months", "grace": "30 days"}]' WHERE table_name = 'audit_log'`,
  )
  const pending = (await approvals()).filter(({ isPending }) => isPending)
  expect(pending).toMatchObject([
    { model: 'AuditLog', declared: '12 months, then 30 days detached', inForce: '900 months, then 30 days detached', going: [] },
  ])
  const [{ fingerprint = '' } = {}] = pending
  expect(await problem(await demo.post('/approvals', { model: 'AuditLog', fingerprint: 'x', reason: 'so be it' }))).toEqual([
    409,
    'PLAN_STALE',
  ])
  const approved = await demo.post('/approvals', { model: 'AuditLog', fingerprint, reason: 'so be it' })
  expect([approved.status, await approved.json()]).toMatchObject([200, { isPending: false, approvedBy: 'the admin' }])
  expect(await audit('approve')).toMatchObject([{ actor: 'the admin', reason: 'so be it', details: { partitions: 0 } }])
})

it('a tenant is removed and taken back by an admin, and told of with who, why and until when', async () => {
  const find = async (key: string) => {
    const { items } = (await (await demo.get(`/tenants?search=${key}`)).json()) as { items: Schemas['Tenant'][] }
    return items
  }
  const body = { set: 'Project', key: 'globex', reason: 'they have left' }
  const foreseen = (await (await demo.get('/tenants/removal?set=Project&key=globex')).json()) as Schemas['ForeseenRemoval']
  const [before] = await find('globex')
  expect(foreseen.tables.map(({ table, stays, grace, afterGrace }) => [table.name, stays, grace, afterGrace])).toEqual([
    ['event', null, '2 days', 'drop'],
    ['delivery_attempt', null, '1 day', 'drop'],
  ])
  const sum = (of: 'partitions' | 'bytes') => foreseen.tables.reduce((total, table) => total + table[of], 0)
  expect([sum('partitions'), sum('bytes')]).toEqual([before?.partitions, before?.bytes])
  expect((await demo.test.query('SELECT FROM partman.removal')).rows).toEqual([])

  expect(await problem(await demo.post('/tenants/remove', body, as('operator')))).toEqual([403, 'FORBIDDEN'])
  const removed = await demo.mount().fetch(
    new Request('http://partman.test/api/v1/tenants/remove', {
      method: 'POST',
      headers: { ...as('admin'), 'content-type': 'application/json', 'x-partman-request': '1' },
      body: JSON.stringify(body),
    }),
    { from: '192.0.2.7' },
  )
  const gone = (await removed.json()) as Schemas['Tenant']
  expect([removed.status, gone]).toMatchObject([
    200,
    { key: 'globex', withoutPartitions: [], removal: { by: 'the admin', reason: body.reason } },
  ])
  expect([gone.partitions, gone.bytes]).toEqual([before?.partitions, before?.bytes])
  // A day, the shortest of the grace periods, from now on, as nothing is detached yet.
  expect(Date.parse(gone.removal?.restorableUntil ?? '') - Date.parse(gone.removal?.at ?? '')).toBeGreaterThanOrEqual(86_400_000)
  expect(await audit('remove-tenant')).toMatchObject([
    { actor: 'the admin', reason: body.reason, details: { tenants: 'Project', key: 'globex', from: '192.0.2.7' } },
  ])
  expect(await problem(await demo.post('/tenants', { set: 'Project', key: 'globex' }))).toEqual([409, 'TENANT_REMOVED'])

  await createMaintainer({ document: demo.document, database: demo.database }).runOnce()
  const [detached] = await find('globex')
  expect(detached).toMatchObject({ partitions: before?.partitions, removal: { by: 'the admin' } })
  await demo.test.query(`UPDATE partman.lease SET expires_at = now() + interval '1 minute', holder = 'somebody'`)
  const held = demo.post('/tenants/restore', { ...body, reason: 'they are back' })
  await demo.test.query(`UPDATE partman.lease SET expires_at = now()`)
  const restored = await held
  const { wasRemoved, attached, tenant } = (await restored.json()) as Schemas['RestoredTenant']
  expect([restored.status, wasRemoved, attached.map(({ table }) => table.name).sort()]).toEqual([200, true, ['delivery_attempt', 'event']])
  expect(tenant).toMatchObject({ key: 'globex', removal: null, withoutPartitions: [] })
  expect(await audit('restore-tenant')).toMatchObject([{ actor: 'the admin', reason: 'they are back' }])
  const again = await demo.post('/tenants/restore', body)
  expect([again.status, await again.json()]).toMatchObject([200, { wasRemoved: false, attached: [] }])
})

it('nobody is removed, foreseen to go or taken back whom nobody knows', async () => {
  for (const [set, key, status, code] of [
    ['Project', 'nobody', 404, 'TENANT_UNKNOWN'],
    ['Nothing', 'acme', 404, 'TENANT_SET_UNKNOWN'],
  ] as const) {
    const body = { set, key, reason: 'x' }
    expect(await problem(await demo.post('/tenants/remove', body))).toEqual([status, code])
    expect(await problem(await demo.post('/tenants/restore', body))).toEqual([status, code])
    expect(await problem(await demo.get(`/tenants/removal?set=${set}&key=${key}`))).toEqual([status, code])
  }
  expect(await problem(await demo.post('/tenants/remove', { set: 'Project', key: 'acme', reason: ' ' }))).toEqual([400, 'REQUEST_INVALID'])
})

it('an action with an idempotency key is done once, also where it is sent twice at a time', async () => {
  const body = { model: 'Session', reason: 'once' }
  const key = { 'idempotency-key': 'a-key' }
  const both = await Promise.all([demo.post('/holds', body, key), demo.post('/holds', body, key)])
  expect(both.map(({ status }) => status).sort()).toSatisfy((statuses: number[]) => statuses[0] === 201)
  const again = await demo.post('/holds', body, key)
  const { rows } = await demo.test.query(`SELECT id::text FROM partman.hold WHERE reason = 'once'`)
  expect([again.status, again.headers.get('idempotency-replayed'), await again.json()]).toMatchObject([
    201,
    'true',
    { id: rows[0]?.['id'] },
  ])
  expect(rows).toHaveLength(1)
  expect(await problem(await demo.post('/holds', { ...body, reason: 'twice' }, key))).toEqual([409, 'IDEMPOTENCY_KEY_REUSED'])
  expect((await demo.post('/holds', body, { ...key, ...as('operator') })).status).toBe(201)
})

it('a key of what was refused is free again', async () => {
  const key = { 'idempotency-key': 'refused' }
  expect((await demo.post('/holds', { model: 'AuditLog', from: 'never', reason: 'x' }, key)).status).toBe(400)
  expect((await demo.post('/holds', { model: 'AuditLog', from: '2026-01-01', reason: 'x' }, key)).status).toBe(201)
})

it('a key whose answer nobody knows stays taken, and an old one is free', async () => {
  const key = { 'idempotency-key': 'lost' }
  const body = { model: 'Metric', reason: 'lost' }
  expect((await demo.post('/holds', body, key)).status).toBe(201)
  await demo.test.query('UPDATE partman.request SET answer = NULL')
  expect(await problem(await demo.post('/holds', body, key))).toEqual([409, 'IDEMPOTENCY_KEY_BUSY'])
  await demo.test.query(`UPDATE partman.request SET asked_at = asked_at - interval '25 hours'`)
  expect((await demo.post('/holds', body, key)).status).toBe(201)
})

it('a key of somebody whose role is another one now is no answer to them', async () => {
  const key = { 'idempotency-key': 'demoted' }
  const body = { model: 'Session', reason: 'as an admin' }
  const access = { user: 'the same person', role: 'admin' as Role }
  const dashboard = createDashboard({ document: demo.document, database: demo.database, access: async () => access })
  const post = () =>
    dashboard.fetch(
      new Request('http://dashboard.test/api/v1/holds', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-partman-request': '1', ...key },
        body: JSON.stringify(body),
      }),
    )
  expect((await post()).status).toBe(201)
  access.role = 'operator'
  expect(await problem(await post())).toEqual([409, 'IDEMPOTENCY_KEY_REUSED'])
})

it('answers are kept for a day, and none of them is in the audit log', async () => {
  await demo.test.query(`UPDATE partman.request SET asked_at = asked_at - interval '25 hours'`)
  expect((await demo.post('/holds', { model: 'Session', reason: 'the last' }, { 'idempotency-key': 'fresh' })).status).toBe(201)
  expect((await demo.test.query('SELECT count(*)::int AS kept FROM partman.request')).rows).toEqual([{ kept: 1 }])
  expect((await demo.test.query(`SELECT DISTINCT act FROM partman.audit WHERE act IN ('request', 'answer')`)).rows).toEqual([])
})

it('a key of what met a lock is free again: nothing was done', async () => {
  let isLocked = true
  const database: Database = {
    query(statement, values) {
      if (!isLocked || !/INSERT INTO partman\.hold/.test(statement)) return demo.database.query(statement, values)
      return Promise.reject(Object.assign(new Error('canceling statement due to lock timeout'), { code: '55P03' }))
    },
  }
  const dashboard = demo.mount({ database })
  const post = () =>
    dashboard.fetch(
      new Request('http://partman.test/api/v1/holds', {
        method: 'POST',
        headers: { ...as('admin'), 'content-type': 'application/json', 'x-partman-request': '1', 'idempotency-key': 'locked' },
        body: JSON.stringify({ model: 'Session', reason: 'in the way' }),
      }),
    )
  expect(await problem(await post())).toEqual([503, 'DATABASE_BUSY'])
  isLocked = false
  expect((await post()).status).toBe(201)
})
