import { createMaintainer, type Database, removeTenant, renderBookkeeping, renderFirstPartitions } from '@partman/core'
import { pgDatabase } from '@partman/core/pg'
import { testDatabase } from '@partman/testing/vitest'
import pg from 'pg'
import { expect, it, onTestFinished } from 'vitest'
import type { components } from '../client.js'
import { DEMO_TABLES, demoDocument } from '../fixtures/demo-document.js'
import { parseMetrics } from '../fixtures/parse-metrics.js'
import { dashboardOn } from '../fixtures/test-dashboard.js'

const DAY_MS = 86_400_000

/** What the catalog says of one table, with what was detached of it: by names, not by anything of ours. */
const CATALOG = `
SELECT parent.relname AS name, count(*)::int AS leaves, sum(pg_total_relation_size(leaf.oid))::float8 AS bytes,
  sum((xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %s', leaf.oid::regclass), false, true, '')))[1]::text::int)::int AS rows,
  count(DISTINCT split_part(pg_get_expr(owner.relpartbound, owner.oid), '''', 2)) FILTER (WHERE pg_get_expr(owner.relpartbound, owner.oid) LIKE 'FOR VALUES IN%')::int AS tenants,
  max(substring(pg_get_expr(leaf.relpartbound, leaf.oid) FROM 'TO \\(''(.*)''\\)')) AS until
FROM pg_class parent
CROSS JOIN LATERAL pg_partition_tree(parent.oid) AS tree JOIN pg_class leaf ON leaf.oid = tree.relid AND tree.isleaf
JOIN pg_class owner ON owner.oid = COALESCE(NULLIF(tree.parentrelid, parent.oid), leaf.oid)
WHERE parent.relnamespace = 'public'::regnamespace AND parent.relkind = 'p'
GROUP BY 1`

const DETACHED = `
SELECT c.obj_description ->> 'name' AS name, count(*)::int AS detached, sum(COALESCE((SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree(c.oid)), pg_total_relation_size(c.oid)))::float8 AS bytes
FROM (SELECT oid, substring(obj_description(oid, 'pg_class') FROM '"table":(\\{[^}]*\\})')::jsonb AS obj_description FROM pg_class
  WHERE relnamespace = 'partman_partitions'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition) c
GROUP BY 1`

it('after a month of daily runs, overview, metrics, tables and tenants all agree with the catalog', async () => {
  const test = await testDatabase()
  const pool = new pg.Pool({ connectionString: test.url, max: 3 })
  onTestFinished(() => pool.end())
  const database = pgDatabase(pool)
  const document = demoDocument()
  for (const statement of DEMO_TABLES) await test.query(statement)
  await test.query(`INSERT INTO project VALUES ('acme', 'acme'), ('globex', 'globex')`)
  await test.query(renderBookkeeping())
  await database.query(renderFirstPartitions(document, []))
  const now = Date.now()
  for (let day = 31; day >= 0; day--) {
    const at = new Date(now - day * DAY_MS)
    if (day === 20) await test.query(`INSERT INTO project VALUES ('initech', 'initech')`)
    if (day === 3) await removeTenant(database, document, { tenants: 'Project', key: 'globex', by: 'a test', reason: 'it left' })
    const { outcome } = await createMaintainer({ document, database, clock: { now: () => at } }).runOnce()
    expect(outcome).toBe('done')
    await insertDay(database, at, day)
  }
  await test.query('ANALYZE')

  const dashboard = dashboardOn(test, database, document)
  const read = async <T>(path: string) => (await (await dashboard.get(path)).json()) as T
  const { tables } = await read<components['schemas']['Overview']>('/overview')
  const metrics = parseMetrics(await (await dashboard.get('/metrics')).text())
  const metric = (name: string, labels: Readonly<Record<string, string>>) =>
    metrics
      .find((one) => one.name === name)
      ?.samples.find((sample) => Object.entries(labels).every(([key, value]) => sample.labels[key] === value))?.value
  const catalog = (await test.query(CATALOG)).rows
  const detached = (await test.query(DETACHED)).rows
  expect(detached.length).toBeGreaterThanOrEqual(2)
  expect(tables).toHaveLength(document.tables.length)
  for (const { model, table, ...told } of tables) {
    const own = catalog.find(({ name }) => name === table.name)!
    const gone = detached.find(({ name }) => name === table.name)
    const bytes = own['bytes'] + (gone?.['bytes'] ?? 0)
    const hasTenants = told.tenants !== null
    expect({ model, leaves: told.leaves, detached: told.detached, tenants: told.tenants ?? 0, bytes: told.bytes }).toEqual({
      model,
      leaves: own['leaves'],
      detached: gone?.['detached'] ?? 0,
      tenants: hasTenants ? own['tenants'] : 0,
      bytes,
    })
    if (told.until !== null && told.runwayDays !== null) expect(Date.parse(told.until)).toBe(Date.parse(own['until']))
    const states = ['retiring', 'history', 'current', 'ahead', 'other'].map((state) => metric('partman_partitions', { model, state }) ?? 0)
    expect([
      states.reduce((sum, count) => sum + count, 0),
      metric('partman_partitions', { model, state: 'detached' }),
      metric('partman_table_bytes', { model }),
      metric('partman_table_rows', { model }),
    ]).toEqual([own['leaves'], gone?.['detached'] ?? 0, bytes, told.rows])
    if (!gone) expect(told.rows).toBe(own['rows'])
    const detail = await read<components['schemas']['TableDetail']>(`/tables/${model}`)
    expect([model, detail.leaves, detail.bytes, detail.ribbon.every(({ missing }) => missing === 0)]).toEqual([
      model,
      told.leaves,
      told.bytes,
      true,
    ])
  }
  const apart = await read<{ items: components['schemas']['Partition'][] }>('/tables/Event/partitions?state=detached&limit=200')
  const gone = detached.find(({ name }) => name === 'event')
  expect(apart.items.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(gone?.['bytes'])
  const { items } = await read<{ items: components['schemas']['Tenant'][] }>('/tenants')
  for (const { key, rows } of items.filter((tenant) => tenant.key !== 'globex')) {
    const [{ n } = {}] = (
      await test.query(
        'SELECT (SELECT count(*) FROM event WHERE project_id = $1) + (SELECT count(*) FROM delivery_attempt WHERE project_id = $1) AS n',
        [key],
      )
    ).rows
    expect([key, rows]).toEqual([key, Number(n)])
  }
})

/** A few rows of the day, at the instant of the run. */
async function insertDay(database: Database, at: Date, day: number): Promise<void> {
  const send = (text: string) => database.query(text as Parameters<Database['query']>[0], [at.toISOString()])
  const tenants = `(VALUES ('acme', 30)${day > 3 ? `, ('globex', 10)` : ''}${day <= 20 ? `, ('initech', 3)` : ''}) AS p (id, n)`
  await send(`INSERT INTO event (project_id, received_at, type, payload) SELECT p.id, $1, 'x', '{}' FROM ${tenants}, generate_series(1, n)`)
  await send(
    `INSERT INTO delivery_attempt (project_id, attempted_at, event_id, status) SELECT p.id, $1, gen_random_uuid(), 'ok' FROM ${tenants}, generate_series(1, n)`,
  )
  await send(`INSERT INTO audit_log (at, actor, action) SELECT $1, 'ada', 'x' FROM generate_series(1, 5)`)
  await send(`INSERT INTO session (started_at) SELECT $1 FROM generate_series(1, 7)`)
  await send(`INSERT INTO metric SELECT 'm' || n, $1, n FROM generate_series(1, 4) AS n`)
  await send(
    `INSERT INTO invoice SELECT COALESCE(max(id), 0) + n, 1 FROM (SELECT max(id) AS id FROM invoice WHERE $1::text IS NOT NULL) AS i, generate_series(1, 60) AS n GROUP BY n`,
  )
}
