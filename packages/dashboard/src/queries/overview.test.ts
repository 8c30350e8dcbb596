import type { Database } from '@partman/core'
import { pgDatabase } from '@partman/core/pg'
import { testDatabase } from '@partman/testing/vitest'
import pg from 'pg'
import { beforeAll, expect, it, onTestFinished } from 'vitest'
import type { components } from '../client.js'
import { demoDocument } from '../fixtures/demo-document.js'
import { recordedDatabase } from '../fixtures/recorded-database.js'
import { dashboardOn, demoDashboard, type TestDashboard } from '../fixtures/test-dashboard.js'

type Overview = components['schemas']['Overview']

let demo: TestDashboard
beforeAll(async () => {
  demo = await demoDashboard()
})

const overview = async (dashboard = demo) => (await dashboard.get('/overview')).json() as Promise<Overview>

async function client(): Promise<pg.Client> {
  const session = new pg.Client({ connectionString: demo.test.url })
  await session.connect()
  onTestFinished(() => session.end())
  return session
}

it('agrees with the catalog, table by table', async () => {
  const { tables } = await overview()
  const { rows } = await demo.test.query(`
    SELECT c.relname AS name, count(*) FILTER (WHERE t.isleaf)::int AS leaves, sum(pg_total_relation_size(t.relid))::float8 AS bytes, sum(l.reltuples) FILTER (WHERE t.isleaf)::float8 AS rows
    FROM pg_class c, pg_partition_tree(c.oid) t JOIN pg_class l ON l.oid = t.relid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'p' GROUP BY 1`)
  const attached = tables.filter(({ detached }) => detached === 0)
  expect(attached.map(({ model }) => model)).toEqual(['DeliveryAttempt', 'AuditLog', 'Session', 'Metric', 'Invoice'])
  for (const { table, leaves, bytes, rows: estimate } of attached) {
    expect({ name: table.name, leaves, bytes, rows: estimate }).toEqual(rows.find(({ name }) => name === table.name))
  }
})

it('counts what stands detached to its table, too', async () => {
  const event = (await overview()).tables.find(({ model }) => model === 'Event')
  const { rows } = await demo.test.query(`
    SELECT sum(pg_total_relation_size(c.oid))::float8 AS bytes FROM pg_class c
    WHERE c.relkind = 'r' AND c.relnamespace = 'partman_partitions'::regnamespace AND c.relname LIKE 'event\\_%'`)
  expect([event?.detached, event?.bytes]).toEqual([18, rows[0]?.['bytes']])
})

it('tells when a table runs out of partitions, who ran last, and that it failed', async () => {
  const { tables, lease, health, hasBookkeeping } = await overview()
  const runway = Object.fromEntries(tables.map(({ model, runwayDays }) => [model, runwayDays === null ? null : Math.ceil(runwayDays)]))
  expect(runway).toMatchObject({ Event: 9, DeliveryAttempt: 9, Session: 3, Invoice: null })
  expect([lease.holder, typeof lease.lastRunAt, health, hasBookkeeping]).toEqual([null, 'string', 'error', true])
})

it('takes three statements', async () => {
  const { database, statements } = recordedDatabase(demo.database)
  await dashboardOn(demo.test, database, demo.document).get('/overview')
  expect(statements).toHaveLength(3)
})

it('is asked whether it answers once by all who want to know', async () => {
  const { database, statements } = recordedDatabase(demo.database)
  const { get } = dashboardOn(demo.test, database, demo.document)
  const answers = await Promise.all(Array.from({ length: 20 }, () => get('/health', { headers: { authorization: '' } })))
  expect([new Set(answers.map(({ status }) => status)), statements.length]).toEqual([new Set([200]), 1])
})

it('runs so many statements at a time as it is told to, whoever reads', async () => {
  let [under, most] = [0, 0]
  const database: Database = {
    async query<Row extends object>(...[statement, values]: Parameters<Database['query']>): Promise<Row[]> {
      most = Math.max(most, ++under)
      return demo.database.query<Row>(statement, values).finally(() => under--)
    },
  }
  const dashboard = demo.mount({ database, readsAtOnce: 1 })
  const ask = (path: string) =>
    dashboard.fetch(new Request(`http://partman.test/api/v1${path}`, { headers: { authorization: 'Bearer viewer' } }))
  const paths = ['/overview', '/plan', '/tables/Event', '/runs', '/audit', '/tenants']
  const answers = await Promise.all(paths.map(ask))
  expect([answers.map(({ status }) => status), most]).toEqual([paths.map(() => 200), 1])
})

it('leaves no lock on a partition, even where it runs in a transaction', async () => {
  const session = await client()
  await session.query('BEGIN')
  const response = await dashboardOn(demo.test, pgDatabase(session), demo.document).get('/overview')
  const { rows } = await session.query(`
    SELECT l.relation::regclass::text AS relation, l.mode FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
    WHERE l.pid = pg_backend_pid() AND c.relnamespace::regnamespace::text IN ('public', 'partman_partitions')`)
  await session.query('COMMIT')
  expect([response.status, rows]).toEqual([200, []])
})

it('waits for no partition that somebody has locked, and tells what the catalog knew of it', async () => {
  const before = await overview()
  const session = await client()
  await session.query('BEGIN')
  await session.query('LOCK TABLE partman_partitions.metric_default IN ACCESS EXCLUSIVE MODE')
  const { database, statements } = recordedDatabase(demo.database)
  const after = await overview(dashboardOn(demo.test, database, demo.document))
  await session.query('ROLLBACK')
  // Whoever had waited would have had to ask once more.
  expect(statements).toHaveLength(3)
  const size = ({ tables }: Overview) => tables.find(({ model }) => model === 'Metric')?.bytes ?? 0
  expect(size(after)).toBeGreaterThan(0)
  expect(size(after)).toBeLessThanOrEqual(size(before))
})

it('is there before the first migration is', async () => {
  const test = await testDatabase()
  const session = new pg.Client({ connectionString: test.url })
  await session.connect()
  onTestFinished(() => session.end())
  const { hasBookkeeping, health, tables, findings } = await overview(dashboardOn(test, pgDatabase(session), demoDocument()))
  expect([hasBookkeeping, health, tables.map(({ state }) => state), findings]).toEqual([false, 'error', Array(6).fill('missing'), []])
})

it('answers with a problem, and tells nothing of the network, where the database is gone', async () => {
  const gone = pgDatabase(new pg.Pool({ connectionString: 'postgresql://127.0.0.1:1/none' }))
  const logged: object[] = []
  const logger = { info() {}, warn() {}, error: (fields: object) => void logged.push(fields) }
  const dashboard = demo.mount({ database: gone, logger })
  const ask = (path: string) =>
    dashboard.fetch(new Request(`http://partman.test/api/v1${path}`, { headers: { authorization: 'Bearer viewer' } }))
  for (const path of ['/health', '/overview']) {
    const response = await ask(path)
    const text = await response.text()
    expect([response.status, JSON.parse(text).code]).toEqual([503, 'DATABASE_UNAVAILABLE'])
    expect(text).not.toMatch(/127\.0\.0\.1|ECONNREFUSED/)
  }
  expect(logged.length).toBeGreaterThan(0)
})
