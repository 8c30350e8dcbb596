import { beforeAll, expect, it } from 'vitest'
import type { components } from '../client.js'
import { recordedDatabase } from '../fixtures/recorded-database.js'
import { dashboardOn, demoDashboard, type TestDashboard } from '../fixtures/test-dashboard.js'

type Schemas = components['schemas']
interface Page<Item> {
  items: Item[]
  next: string | null
  total: number | null
}

let demo: TestDashboard
beforeAll(async () => {
  demo = await demoDashboard()
})

async function read<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await demo.get(path, init)
  expect(response.status, path).toBe(200)
  return (await response.json()) as T
}

async function readAll<Item>(path: string): Promise<Item[][]> {
  const pages: Item[][] = []
  for (let next: string | null = ''; next !== null; ) {
    const page: Page<Item> = await read(`${path}${next === '' ? '' : `&cursor=${encodeURIComponent(next)}`}`)
    pages.push(page.items)
    next = page.next
  }
  return pages
}

it('the ribbon has each window once, in order, with what is detached, attached and missing of it', async () => {
  const { ribbon, defaultRows, growth } = await read<Schemas['TableDetail']>('/tables/Event')
  expect(ribbon.map(({ from }) => from)).toEqual([...ribbon.map(({ from }) => from)].sort())
  expect(ribbon.slice(1).every(({ from }, index) => from === ribbon[index]?.to)).toBe(true)
  const states = Object.fromEntries(
    ['detached', 'retiring', 'history', 'current', 'ahead', 'missing'].map((state) => [
      state,
      ribbon.filter((cell) => cell.state === state).length,
    ]),
  )
  expect(states).toEqual({ detached: 6, retiring: 0, history: 16, current: 1, ahead: 8, missing: 2 })
  expect(ribbon.at(-1)).toMatchObject({ partitions: 0, missing: 3, bytes: 0, rows: null })
  expect(ribbon.filter(({ state }) => state === 'history').every(({ partitions, missing }) => partitions === 3 && missing === 0)).toBe(true)
  expect([defaultRows, growth.samples.length, (growth.bytesPerDay ?? 0) > 0]).toEqual([[], 1, true])
})

it('growth is told by the samples of the maintainer: all of two weeks, and one of each day before', async () => {
  const sample = (at: string, bytes: number) => `('public', 'invoice', ${at}, 1, ${bytes}, ${bytes / 100})`
  const far = [60, 50, 50].map((days, index) =>
    sample(`date_trunc('day', now(), 'UTC') - interval '${days} days' + interval '${index + 1} hours'`, 1_000),
  )
  const near = [10, 5.2, 5.1, 0].map((days) => sample(`now() - interval '${days} days'`, 100_000_000 - days * 1_000_000))
  await demo.test.query(`DELETE FROM partman.sample WHERE table_name = 'invoice'`)
  await demo.test.query(`SET TimeZone TO 'Asia/Tokyo'; INSERT INTO partman.sample VALUES ${[...far, ...near].join()}`)
  const { growth } = await read<Schemas['TableDetail']>('/tables/Invoice')
  expect(growth.samples.map(({ bytes }) => bytes)).toEqual([1_000, 1_000, 90_000_000, 94_800_000, 94_900_000, 100_000_000])
  expect(growth.samples.at(-1)?.rows).toBe(1_000_000)
  // Its windows are numbers and tell no time, so the samples of the last 30 days do.
  expect(growth.bytesPerDay).toBeCloseTo(1_000_000, -1)
  expect(growth.bytesAtRetention).toBeNull()
})

it('rows in a DEFAULT partition are told of', async () => {
  const { defaultRows, ribbon } = await read<Schemas['TableDetail']>('/tables/Metric')
  expect(defaultRows).toMatchObject([{ partition: { schema: 'partman_partitions', name: 'metric_default' }, rows: 500 }])
  expect(ribbon.at(-1)).toMatchObject({ from: null, to: null, state: 'other', rows: 500 })
})

it('a table by number has its present by the highest key', async () => {
  const { ribbon } = await read<Schemas['TableDetail']>('/tables/Invoice')
  expect(ribbon.map(({ from, state }) => [from, state])).toEqual([
    ['0', 'retiring'],
    ['1000', 'history'],
    ['2000', 'history'],
    ['3000', 'history'],
    ['4000', 'current'],
    ['5000', 'ahead'],
    ['6000', 'missing'],
  ])
})

it.each(['bound', 'bytes', 'rows', 'scans'] as const)('partitions come in pages sorted by %s, each once', async (sort) => {
  for (const order of ['asc', 'desc']) {
    const pages = await readAll<Schemas['Partition']>(`/tables/Event/partitions?limit=40&sort=${sort}&order=${order}`)
    const all = pages.flat()
    expect(pages.map(({ length }) => length)).toEqual([40, 40, 19])
    expect(new Set(all.map(({ name }) => name)).size).toBe(99)
    const values = all.map((one) => (sort === 'bound' ? Date.parse(one.from ?? '') : one[sort])).filter((value) => value !== null)
    expect(values).toEqual([...values].sort((a, b) => (order === 'asc' ? a - b : b - a)))
  }
})

it('partitions are found by state, tenant and text', async () => {
  const names = async (query: string) => (await read<Page<Schemas['Partition']>>(`/tables/Event/partitions?limit=200&${query}`)).items
  expect((await names('state=current')).map(({ tenant }) => tenant)).toEqual(['acme', 'globex', 'initech'])
  expect(new Set((await names('tenant=acme')).map(({ tenant }) => tenant))).toEqual(new Set(['acme']))
  expect((await names('tenant=acme')).every(({ held, state }) => held || state === 'missing')).toBe(true)
  expect((await names('search=GLOBEX&state=detached')).length).toBe(6)
  expect((await names('state=detached')).every(({ retiredAt }) => retiredAt !== null)).toBe(true)
})

it('a cursor is of one list in one order', async () => {
  const { next } = await read<Page<unknown>>('/tables/Event/partitions?limit=1')
  for (const path of [
    `/tables/Event/partitions?limit=1&order=desc&cursor=${next}`,
    `/runs?cursor=${next}`,
    '/audit?cursor=nonsense',
    '/holds?cursor=e30',
  ]) {
    const response = await demo.get(path)
    expect([response.status, ((await response.json()) as Schemas['Problem']).code], path).toEqual([400, 'REQUEST_INVALID'])
  }
})

it.each(['/tables/Nothing', '/tables/event', '/tables/Nothing/partitions', '/runs/999999', '/runs/nothing', '/nothing'])(
  '%s is not there',
  async (path) => {
    const response = await demo.get(path)
    expect([response.status, ((await response.json()) as Schemas['Problem']).code]).toEqual([404, 'NOT_FOUND'])
  },
)

it.each(['limit=0', 'limit=201', 'limit=x', 'sort=name', 'order=up', 'state=gone'])('%s is refused', async (query) => {
  const response = await demo.get(`/tables/Event/partitions?${query}`)
  expect([response.status, ((await response.json()) as Schemas['Problem']).code]).toEqual([400, 'REQUEST_INVALID'])
})

it('tenants have their share, and pages', async () => {
  const pages = await readAll<Schemas['Tenant']>('/tenants?limit=2&sort=bytes&order=desc')
  expect(pages.map((page) => page.map(({ key }) => key))).toEqual([['acme', 'globex'], ['initech']])
  const all = pages.flat()
  expect(all.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1)
  expect(all.every(({ partitions, withoutPartitions }) => partitions === 49 && withoutPartitions.length === 0)).toBe(true)
  expect((await read<Page<unknown>>('/tenants?search=ECH')).items).toHaveLength(1)
  expect((await read<Page<unknown>>('/tenants?set=Nothing')).items).toEqual([])
})

it('a tenant without partitions is told of, and which tables lack it', async () => {
  await demo.test.query(`INSERT INTO project VALUES ('late', 'late')`)
  const { items } = await read<Page<Schemas['Tenant']>>('/tenants?search=late')
  await demo.test.query(`DELETE FROM project WHERE id = 'late'`)
  expect(items).toMatchObject([
    { key: 'late', partitions: 0, bytes: 0, withoutPartitions: [{ name: 'event' }, { name: 'delivery_attempt' }] },
  ])
})

it('runs come with their steps, and one that failed says why', async () => {
  const pages = await readAll<Schemas['Run']>('/runs?limit=2')
  expect(pages.flat().map(({ id, outcome }) => [id, outcome])).toEqual([
    ['5', 'failed'],
    ['4', 'done'],
    ['3', 'done'],
    ['2', 'done'],
    ['1', 'done'],
  ])
  const { counts, steps } = await read<Schemas['RunDetail']>('/runs/5')
  expect(counts).toEqual({ done: steps.filter(({ outcome }) => outcome === 'done').length, failed: 18, skipped: 0 })
  expect(new Set(steps.filter(({ outcome }) => outcome === 'failed').map(({ model }) => model))).toEqual(new Set(['DeliveryAttempt']))
  expect(steps.find(({ outcome }) => outcome === 'failed')?.error).toContain('the bucket "webhook-archive" does not answer')
})

it('steps are counted, and holds are paged, where they are', async () => {
  const { database, rows } = recordedDatabase(demo.database)
  const dashboard = dashboardOn(demo.test, database, demo.document)
  const sent = async (path: string) => {
    rows.length = 0
    expect((await dashboard.get(path)).status).toBe(200)
    return rows.flat()
  }
  const runs = await sent('/runs')
  expect(runs.map((row) => Object.keys(row).sort())).toEqual(
    Array(5).fill(['counts', 'finished_at', 'holder', 'id', 'outcome', 'started_at']),
  )
  for (const reason of ['one', 'two', 'three']) await demo.post('/holds', { model: 'Session', reason })
  expect(await sent('/holds?limit=1')).toHaveLength(2)
  const pages = await readAll<Schemas['Hold']>('/holds?limit=2')
  expect(pages.map((page) => page.map(({ reason }) => reason))).toEqual([
    ['three', 'two'],
    ['one', 'Case 2026-17: keep all of it'],
  ])
  expect((await read<Page<Schemas['Hold']>>('/holds?limit=2')).total).toBe(4)
  await demo.test.query(`UPDATE partman.hold SET released_at = now(), released_by = 'a test' WHERE reason = 'two'`)
  await demo.test.query(`UPDATE partman.hold SET until = now() WHERE reason = 'one'`)
  expect((await read<Page<Schemas['Hold']>>('/holds')).items.map(({ reason }) => reason)).toEqual(['three', 'Case 2026-17: keep all of it'])
  const all = await read<Page<Schemas['Hold']>>('/holds?all=true')
  expect([all.total, all.items.map(({ state }) => state)]).toEqual([4, ['in-force', 'released', 'over', 'in-force']])
})

it('a run counts the steps of the tables that one sees', async () => {
  const whole = await read<Schemas['RunDetail']>('/runs/5')
  const dashboard = demo.mount({
    access: () => ({ user: 'narrowed', role: 'viewer', roleFor: ({ model }) => (model === 'DeliveryAttempt' ? 'none' : 'viewer') }),
  })
  const ask = async (path: string) => (await dashboard.fetch(new Request(`http://partman.test/api/v1${path}`))).json()
  const narrow = (await ask('/runs/5')) as Schemas['RunDetail']
  const { items } = (await ask('/runs')) as Page<Schemas['Run']>
  const of = (outcome: string) => whole.steps.filter((step) => step.outcome === outcome && step.model !== 'DeliveryAttempt').length
  expect(narrow.counts).toEqual({ done: of('done'), failed: 0, skipped: 0 })
  expect(items.find(({ id }) => id === '5')?.counts).toEqual(narrow.counts)
})

it('the words of a driver are for operators, and others get the SQLSTATE', async () => {
  const step = { kind: 'create-partition', model: 'Session', reason: 'x', outcome: 'failed', bound: { kind: 'default' } }
  const names = { table: { schema: 'public', name: 'session' }, partition: { schema: 'public', name: 'p' } }
  const steps = [
    { ...step, ...names, error: 'Key (email)=(ada@example.com) already exists.', sqlState: '23505' },
    { ...step, ...names, error: 'the hook says no' },
  ]
  const { rows } = await demo.test.query(
    `INSERT INTO partman.run (lease, holder, finished_at, outcome, report)
     VALUES ('maintainer of partman_partitions', 'somebody', now(), 'failed', $1) RETURNING id::text`,
    [JSON.stringify({ outcome: 'failed', models: [], steps, findings: [] })],
  )
  const errors = async (role: string) => {
    const detail = await read<Schemas['RunDetail']>(`/runs/${rows[0]?.['id']}`, { headers: { authorization: `Bearer ${role}` } })
    return detail.steps.map(({ error }) => error)
  }
  const seen = { viewer: await errors('viewer'), operator: await errors('operator') }
  await demo.test.query('DELETE FROM partman.run WHERE id = $1', [rows[0]?.['id']])
  expect(seen).toEqual({
    viewer: ['SQLSTATE 23505 (integrity constraint violation); operators see what the database said', 'the hook says no'],
    operator: steps.map(({ error }) => error),
  })
})

it('what was found of a table is told until a run has looked at it again', async () => {
  const found = async () => {
    const { findings } = await read<Schemas['Overview']>('/overview')
    const detail = await read<Schemas['TableDetail']>('/tables/Event')
    return [findings.map(({ code }) => code), detail.findings.info + detail.findings.warning]
  }
  const report = async (models: string[], findings: object[] = []) => {
    const { rows } = await demo.test.query(
      `INSERT INTO partman.run (lease, holder, finished_at, outcome, report)
       VALUES ('maintainer of partman_partitions', 'somebody', now(), 'done', $1) RETURNING id`,
      [JSON.stringify({ outcome: 'done', ...(models.length === 0 ? {} : { models }), steps: [], findings })],
    )
    return rows[0]?.['id']
  }
  const finding = { severity: 'warning', declaredAt: '', message: 'x', nextStep: 'y', table: { schema: 'public', name: 'x' } }
  // As it was written before reports told what they had looked at.
  const ids = [
    await report(
      [],
      [
        { ...finding, model: 'Event', code: 'HOLD_KEEPS' },
        { ...finding, model: 'Metric', code: 'DEFAULT_HOLDS_ROWS' },
      ],
    ),
  ]
  const before = await found()
  ids.push(await report(['Metric']))
  const narrowed = await found()
  ids.push(await report(['Event']))
  const looked = await found()
  await demo.test.query('DELETE FROM partman.run WHERE id = ANY ($1)', [ids])
  expect([before, narrowed, looked]).toEqual([
    [['HOLD_KEEPS', 'DEFAULT_HOLDS_ROWS'], 1],
    [['HOLD_KEEPS'], 1],
    [[], 0],
  ])
})

it('the audit log is read in pages, by act, table and actor', async () => {
  const pages = await readAll<Schemas['AuditEntry']>('/audit?limit=60')
  const all = pages.flat()
  const { rows } = await demo.test.query('SELECT id::text FROM partman.audit ORDER BY id::bigint DESC')
  expect(all.map(({ id }) => id)).toEqual(rows.map(({ id }) => id))
  const only = async (query: string) => (await read<Page<Schemas['AuditEntry']>>(`/audit?limit=200&${query}`)).items
  expect(await only('actor=legal')).toMatchObject([
    { act: 'hold', reason: 'Case 2026-17: keep all of it', table: { schema: 'public', name: 'event' } },
  ])
  expect(new Set((await only('act=drop')).map(({ act }) => act))).toEqual(new Set(['drop']))
  expect(new Set((await only('model=DeliveryAttempt')).map(({ table }) => table.name))).toEqual(new Set(['delivery_attempt']))
  expect(await only('model=Nothing')).toEqual([])
})

it('a plan that is the same is not sent again to the same one, and one that says something else is', async () => {
  const first = await demo.get('/plan')
  const plan = (await first.json()) as Schemas['Plan']
  const tag = first.headers.get('etag') ?? ''
  expect([tag, plan.destroysData]).toEqual([expect.stringMatching(/^"[\w-]{43}"$/), true])
  const again = await demo.get('/plan', { headers: { 'if-none-match': `"other", W/${tag}` } })
  expect([again.status, again.headers.get('etag'), await again.text()]).toEqual([304, tag, ''])
  const another = await demo.get('/plan', { headers: { 'if-none-match': tag, authorization: 'Bearer operator' } })
  expect(another.status).toBe(200)
  // Nothing of this table is to be done: only what is found differs.
  await demo.test.query('ALTER TABLE project RENAME id TO key')
  const found = await demo.get('/plan', { headers: { 'if-none-match': tag } })
  await demo.test.query('ALTER TABLE project RENAME key TO id')
  expect(found.status).toBe(200)
})

it('each finding is told once, with its next step', async () => {
  const { items } = await read<Schemas['Findings']>('/findings')
  expect(items.map(({ code, model }) => [code, model])).toEqual([
    ['HOLD_KEEPS', 'Event'],
    ['DEFAULT_HOLDS_ROWS', 'Metric'],
  ])
  expect(items.every(({ nextStep }) => nextStep !== '')).toBe(true)
})

it('an apply by somebody who does not see all tables tells of those that it has looked at', async () => {
  await demo.test.query(`INSERT INTO project VALUES ('seen in part', 'x')`)
  const dashboard = demo.mount({
    access: () => ({ user: 'narrowed', role: 'operator', roleFor: ({ model }) => (model === 'DeliveryAttempt' ? 'operator' : 'none') }),
  })
  const own = { 'content-type': 'application/json', 'x-partman-request': '1' }
  const ask = (path: string, body?: object) =>
    dashboard.fetch(
      new Request(`http://partman.test/api/v1${path}`, body ? { method: 'POST', headers: own, body: JSON.stringify(body) } : {}),
    )
  await demo.post('/holds', { model: 'DeliveryAttempt', reason: 'so that nothing is destroyed' })
  const { now, fingerprint } = (await (await ask('/plan')).json()) as Schemas['Plan']
  expect((await ask('/plan/apply', { now, fingerprint })).status).toBe(200)
  const { rows } = await demo.test.query(`SELECT report -> 'models' AS models FROM partman.run ORDER BY id DESC LIMIT 1`)
  expect(rows).toEqual([{ models: ['DeliveryAttempt'] }])
})
