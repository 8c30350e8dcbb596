import { beforeAll, describe, expect, it } from 'vitest'
import type { components } from '../client.js'
import { SAMPLE_READS } from '../fixtures/endpoint-samples.js'
import { OPERATIONS } from '../fixtures/openapi-operations.js'
import { demoDashboard, type TestDashboard } from '../fixtures/test-dashboard.js'
import type { Access, Role, Subject } from './access.js'

type Schemas = components['schemas']

let demo: TestDashboard
beforeAll(async () => {
  demo = await demoDashboard()
})

/** What each endpoint needs. An endpoint that is not here, or needs another role than here, fails. */
const NEEDS: Readonly<Record<string, Role | 'anyone'>> = {
  'get /api/v1/health': 'anyone',
  'get /api/v1/me': 'none',
  'get /api/v1/overview': 'viewer',
  'get /api/v1/metrics': 'viewer',
  'get /api/v1/tables/{model}': 'viewer',
  'get /api/v1/tables/{model}/partitions': 'viewer',
  'get /api/v1/tenants': 'viewer',
  'get /api/v1/tenants/removal': 'viewer',
  'get /api/v1/plan': 'viewer',
  'get /api/v1/findings': 'viewer',
  'get /api/v1/runs': 'viewer',
  'get /api/v1/runs/{id}': 'viewer',
  'get /api/v1/holds': 'viewer',
  'get /api/v1/approvals': 'viewer',
  'get /api/v1/audit': 'viewer',
  'get /api/v1/alerts': 'viewer',
  'get /api/v1/alerts/channels': 'viewer',
  'post /api/v1/tenants': 'operator',
  'post /api/v1/holds': 'operator',
  'post /api/v1/plan/apply': 'operator',
  'post /api/v1/holds/{id}/release': 'admin',
  'post /api/v1/approvals': 'admin',
  'post /api/v1/alerts/test': 'admin',
  'post /api/v1/tenants/remove': 'admin',
  'post /api/v1/tenants/restore': 'admin',
}

const CALLERS = ['nobody', 'none', 'viewer', 'operator', 'admin'] as const

it('the document tells of every endpoint what it needs', () => {
  expect(Object.fromEntries(OPERATIONS.map(({ id, role }) => [id, role]))).toEqual(NEEDS)
})

describe.each(CALLERS)('%s', (caller) => {
  it.each(Object.entries(NEEDS))('asks %s, which is for %s', async (id, needed) => {
    const [method = '', path = ''] = id.split(' ')
    const headers = { authorization: caller === 'nobody' ? '' : `Bearer ${caller}` }
    // What is sent is no valid body, so that nothing is done by whoever may.
    const response = await (method === 'get'
      ? demo.get(SAMPLE_READS[id] ?? '', { headers })
      : demo.post(path.replace('/api/v1', '').replace('{id}', '1'), {}, headers))
    const isAllowed = needed === 'anyone' || (caller !== 'nobody' && CALLERS.indexOf(caller) >= CALLERS.indexOf(needed))
    expect(response.status).toBe(isAllowed ? (method === 'get' ? 200 : 400) : caller === 'nobody' ? 401 : 403)
  })
})

describe('a role that is narrowed', () => {
  const narrowed = (roleFor: (subject: Subject) => Role, role: Role = 'admin') =>
    demo.mount({ access: (): Access => ({ user: 'narrowed', role, roleFor }) })
  const noEvents = () => narrowed(({ model, tenant }) => (model === 'Event' || tenant?.key === 'acme' ? 'none' : 'admin'))
  const ask = (dashboard: ReturnType<typeof narrowed>, path: string, body?: object) =>
    dashboard.fetch(
      new Request(`http://partman.test/api/v1${path}`, {
        ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
        headers: { 'content-type': 'application/json', 'x-partman-request': '1' },
      }),
    )

  it.each([
    '/overview',
    '/plan',
    '/findings',
    '/approvals',
    '/audit?limit=200',
    '/holds?all=true',
    '/runs/5',
    '/runs',
    '/tenants',
    '/metrics',
    '/alerts',
  ])('shows nothing of what it is none for in %s', async (path) => {
    const response = await ask(noEvents(), path)
    const text = await response.text()
    expect(response.status).toBe(200)
    expect(text).not.toMatch(/"Event"|"event"|event_acme/)
  })

  it('has no such table, whatever is asked of it', async () => {
    const asked: [string, object?][] = [
      ['/tables/Event'],
      ['/tables/Event/partitions'],
      ['/holds', { model: 'Event', reason: 'x' }],
      ['/approvals', { model: 'Event', fingerprint: 'x', reason: 'x' }],
      ['/holds/1/release', { reason: 'x' }],
    ]
    for (const [path, body] of asked) expect((await ask(noEvents(), path, body)).status, path).toBe(404)
  })

  it('has no such tenant', async () => {
    const { items } = (await (await ask(noEvents(), '/tenants')).json()) as { items: Schemas['Tenant'][] }
    expect(items.map(({ key }) => key)).toEqual(['globex', 'initech'])
    const partitions = await (await ask(noEvents(), '/tables/DeliveryAttempt/partitions?limit=200')).text()
    expect([partitions.includes('globex'), partitions.includes('acme')]).toEqual([true, false])
  })

  it('does not do what it may not do everywhere', async () => {
    const reader = narrowed(({ model }) => (model === 'DeliveryAttempt' ? 'viewer' : 'admin'))
    const { now, fingerprint } = (await (await ask(reader, '/plan')).json()) as Schemas['Plan']
    expect((await ask(reader, '/plan/apply', { now, fingerprint, confirm: 'destroy' })).status).toBe(403)
    expect((await ask(reader, '/tenants', { set: 'Project', key: 'x' })).status).toBe(403)
    expect((await ask(reader, '/holds', { model: 'DeliveryAttempt', reason: 'x' })).status).toBe(403)
    expect((await ask(reader, '/approvals', { model: 'DeliveryAttempt', fingerprint: 'x', reason: 'x' })).status).toBe(403)
  })

  it('does nothing to the rows of a tenant that it is less for', async () => {
    const dashboard = narrowed(({ tenant }) => (tenant?.key === 'globex' ? 'viewer' : 'admin'))
    const held = await demo.post('/holds', { model: 'DeliveryAttempt', tenant: 'globex', reason: 'x' })
    const { id } = (await held.json()) as Schemas['Hold']
    expect((await ask(dashboard, `/holds/${id}/release`, { reason: 'x' })).status).toBe(403)
    expect((await ask(dashboard, '/holds', { model: 'DeliveryAttempt', tenant: 'globex', reason: 'x' })).status).toBe(403)
    expect((await ask(dashboard, '/holds', { model: 'DeliveryAttempt', tenant: 'initech', reason: 'x' })).status).toBe(201)
    await demo.post(`/holds/${id}/release`, { reason: 'x' })
    const { now, fingerprint, operations } = (await (await ask(dashboard, '/plan')).json()) as Schemas['Plan']
    expect(operations.some(({ kind, partition }) => kind === 'detach-partition' && partition.name.includes('globex'))).toBe(true)
    const applied = await ask(dashboard, '/plan/apply', { now, fingerprint, confirm: 'destroy' })
    expect([applied.status, await applied.json()]).toMatchObject([403, { code: 'FORBIDDEN' }])
  })

  it('removes no tenant, and takes none back, without the role in every table of its set', async () => {
    const acts = ['/tenants/remove', '/tenants/restore']
    const body = { set: 'Project', key: 'initech', reason: 'x' }
    for (const dashboard of [
      narrowed(({ model }) => (model === 'DeliveryAttempt' ? 'operator' : 'admin')),
      narrowed(({ model }) => (model === 'DeliveryAttempt' ? 'none' : 'admin')),
      narrowed(({ tenant }) => (tenant?.key === 'initech' ? 'operator' : 'admin')),
    ]) {
      for (const act of acts) expect((await ask(dashboard, act, body)).status).toBe(403)
    }
    const blind = narrowed(({ tenant }) => (tenant?.key === 'initech' ? 'none' : 'admin'))
    for (const act of acts) expect((await ask(blind, act, body)).status).toBe(404)
    expect((await ask(blind, '/tenants/removal?set=Project&key=initech')).status).toBe(404)
    const foreseen = await ask(noEvents(), '/tenants/removal?set=Project&key=globex')
    expect(await foreseen.text()).not.toMatch(/"event"/)
    expect((await demo.test.query('SELECT FROM partman.removal')).rows).toEqual([])
  })

  it('is never more than the role in all', async () => {
    expect(
      (
        await ask(
          narrowed(() => 'admin', 'viewer'),
          '/holds',
          { model: 'Session', reason: 'x' },
        )
      ).status,
    ).toBe(403)
    expect(
      (
        await ask(
          narrowed(() => 'admin', 'none'),
          '/tables/Session',
        )
      ).status,
    ).toBe(403)
  })
})

it('a resolver that fails lets nobody in', async () => {
  const dashboard = demo.mount({ access: () => Promise.reject(new Error('the directory is down')) })
  const response = await dashboard.fetch(new Request('http://partman.test/api/v1/overview'))
  expect([response.status, await response.text()]).toEqual([500, expect.not.stringContaining('directory')])
})
