import { testDatabase } from '@partman/testing/vitest'
import pg from 'pg'
import { expect, it, onTestFinished } from 'vitest'
import { byTenant, byTime, declare, documentOf } from '../fixtures/policies.js'
import { renderBookkeeping } from './bookkeeping.js'
import { renderFirstPartitions } from './first-partitions.js'

const document = documentOf()
const table = (name: string, ofTenants: boolean) => {
  const range = byTime({ premake: 1 })
  return declare(ofTenants ? byTenant(range) : range, name)
}

it.each([
  ['RANGE (at)', false, 2],
  ['LIST (tenant)', true, 3],
])('a table BY %s that a migration renames keeps the partitions it has, and gets no others', async (by, ofTenants, count) => {
  const database = await testDatabase()
  const partitions = async (table: string) => {
    const { rows } = await database.query<{ oid: number }>(
      'SELECT relid::oid AS oid FROM pg_partition_tree($1::regclass) WHERE level > 0 ORDER BY 1',
      [`public."${table}"`],
    )
    return rows.map(({ oid }) => oid)
  }
  await database.query(renderBookkeeping())
  await database.query(`CREATE TABLE "Old ""one" (tenant text NOT NULL, at timestamptz NOT NULL) PARTITION BY ${by}`)
  if (ofTenants) await database.query("INSERT INTO partman.tenant (tenants, key) VALUES ('Tenant', 'acme')")
  await database.query(renderFirstPartitions(document, [table('Old "one', ofTenants)]))
  const before = await partitions('Old ""one')
  await database.query('ALTER TABLE "Old ""one" RENAME TO "New ""one"')

  await database.query(renderFirstPartitions(document, [table('New "one', ofTenants)]))

  expect(before).toHaveLength(count)
  expect(await partitions('New ""one')).toEqual(before)
})

it('a maintainer that has begun is waited for, and is left to make the rest', async () => {
  const database = await testDatabase()
  await database.query(renderBookkeeping())
  await database.query('CREATE TABLE "Event" (at timestamptz NOT NULL) PARTITION BY RANGE (at)')
  await database.query('CREATE SCHEMA partman_partitions')
  const maintainer = new pg.Client({ connectionString: database.url })
  await maintainer.connect()
  onTestFinished(() => maintainer.end())
  await maintainer.query('BEGIN')
  await maintainer.query('CREATE TABLE partman_partitions.made (LIKE "Event")')
  await maintainer.query(
    `ALTER TABLE "Event" ATTACH PARTITION partman_partitions.made FOR VALUES FROM (CURRENT_DATE) TO (CURRENT_DATE + 1)`,
  )
  const deployed = database.query(renderFirstPartitions(document, [table('Event', false)]))
  await expect
    .poll(
      async () =>
        (await maintainer.query(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)).rowCount,
    )
    .toBe(1)
  await maintainer.query('COMMIT')
  await deployed
  expect((await database.query(`SELECT relid::text AS name FROM pg_partition_tree('"Event"') WHERE level > 0`)).rows).toEqual([
    { name: 'partman_partitions.made' },
  ])
})

it('a table that is in use is not waited for', async () => {
  const database = await testDatabase()
  await database.query(renderBookkeeping())
  await database.query('CREATE TABLE "Event" (at timestamptz NOT NULL) PARTITION BY RANGE (at)')
  await database.query(renderFirstPartitions(document, [table('Event', false)]))
  const reader = new pg.Client({ connectionString: database.url })
  await reader.connect()
  onTestFinished(() => reader.end())
  await reader.query('BEGIN')
  await reader.query('SELECT FROM "Event"')
  await database.query(`SET lock_timeout = '100ms'`)
  await database.query(renderFirstPartitions(document, [table('Event', false)]))
})

it('several tables together use no more locks than there are', async () => {
  const database = await testDatabase()
  await database.query(renderBookkeeping())
  await database.query(`INSERT INTO partman.tenant SELECT 'Tenant', 't' || n FROM generate_series(1, 200) AS n`)
  const tables = Array.from({ length: 8 }, (_, n) => table(`Event${n}`, true))
  for (const { table: one } of tables) {
    await database.query(
      `CREATE TABLE "${one.name}" (tenant text, at timestamptz, note text, PRIMARY KEY (tenant, at)) PARTITION BY LIST (tenant)`,
    )
    await database.query(`CREATE INDEX ON "${one.name}" (note)`)
  }
  await database.query('BEGIN')
  await database.query(renderFirstPartitions(document, tables))
  const { rows } = await database.query('SELECT count(*)::int < 6400 / 2 AS half FROM pg_locks WHERE pid = pg_backend_pid()')
  await database.query('COMMIT')
  expect(rows).toEqual([{ half: true }])
})
