import { existsSync } from 'node:fs'
import { createMaintainer, type PartmanDocument, planMaintenance, renderBookkeeping } from '@partman/core'
import { pgDatabase } from '@partman/core/pg'
import { createTestDatabase, simulatedClock, startPostgres, type TestDatabase } from '@partman/testing'
import { testDatabase } from '@partman/testing/vitest'
import pg from 'pg'
import { expect, it, onTestFinished } from 'vitest'
import { schemaFolder } from '../packages/generator/src/fixtures/schema-folder.js'
import { readDocument } from '../packages/generator/src/generate.js'
import { blocks, readPage } from './fixtures/read-page.js'

const PAGE = await readPage('docs/moving.md')

/** A section with the document that its annotation becomes, and its SQL. */
function section(heading: string): { document: PartmanDocument; statements: string[] } {
  const [, text = ''] = PAGE.split(`\n## ${heading}\n`)
  const [body = ''] = text.split('\n## ')
  const { document, warnings } = readDocument(schemaFolder({ 'schema.prisma': blocks(body, 'prisma')[0] ?? '' }).options)
  expect(warnings).toEqual([])
  return { document, statements: blocks(body, 'sql') }
}

/** The partitions of a table, and what is in each. */
async function contents(test: TestDatabase, table: string): Promise<string[]> {
  const { rows } = await test.query<{ partition: string }>(
    `SELECT i.inhrelid::regclass::text AS partition FROM pg_inherits i WHERE i.inhparent = 'public."${table}"'::regclass ORDER BY 1`,
  )
  const count = async (name: string) => (await test.query<{ rows: string }>(`SELECT count(*)::text AS rows FROM ${name}`)).rows[0]?.rows
  const counted: string[] = []
  for (const { partition } of rows) counted.push(`${partition}: ${await count(partition)}`)
  return counted
}

/** Follows the steps: a plan that takes nothing, a run that makes what is missing, and what was there before is there as it was. */
async function adopt(test: TestDatabase, document: PartmanDocument, clock?: { now(): Date }) {
  const database = pgDatabase(test)
  const { name } = document.tables[0]!.table
  const options = clock ? { clock } : {}
  await test.query(renderBookkeeping(document.tenantSets))
  await test.query('CREATE SCHEMA IF NOT EXISTS partman_partitions')
  const before = await contents(test, name)
  const { plan } = await planMaintenance(database, document, options)
  expect([...new Set(plan.operations.map(({ kind }) => kind))]).toEqual(['create-partition'])
  expect(await createMaintainer({ document, database, ...options }).runOnce()).toMatchObject({ outcome: 'done' })
  expect(await contents(test, name)).toEqual(expect.arrayContaining(before))
  expect((await planMaintenance(database, document, options)).plan.operations).toEqual([])
  return { made: plan.operations.map(({ partition }) => partition.name).sort(), findings: plan.findings.map(({ code }) => code), before }
}

const NOON = () => simulatedClock('2026-11-22T12:00:00Z')

it('a table as pg_partman lays it out is taken over, without the extension', async () => {
  const { document, statements } = section('From pg_partman')
  const [create = '', , dropDefault = ''] = statements
  const test = await testDatabase()
  await test.query(create)
  // Four days before and after, and the DEFAULT partition, under the names that it gives.
  for (let day = 18; day <= 26; day++) {
    await test.query(
      `CREATE TABLE public."Reading_p202611${day}" PARTITION OF public."Reading" FOR VALUES FROM ('2026-11-${day} 00:00:00+00') TO ('2026-11-${day + 1} 00:00:00+00')`,
    )
  }
  await test.query('CREATE TABLE public."Reading_default" PARTITION OF public."Reading" DEFAULT')
  await test.query(
    `INSERT INTO public."Reading" SELECT n, timestamptz '2026-11-18 06:00:00+00' + n * interval '3 hours', n FROM generate_series(0, 63) AS n`,
  )
  const clock = NOON()
  const database = pgDatabase(test)
  await test.query(renderBookkeeping())
  const { plan } = await planMaintenance(database, document, { clock })
  expect([plan.operations, plan.findings.map(({ code }) => code)]).toEqual([[], ['DEFAULT_PARTITION_PRESENT']])
  await test.query(dropDefault)
  clock.advance({ days: 2 })
  const { made, findings, before } = await adopt(test, document, clock)
  expect(made).toEqual(['Reading_p20261127', 'Reading_p20261128'])
  expect([findings, before.length]).toEqual([[], 9])
})

it.skipIf(!existsSync('/usr/share/postgresql/15/extension/pg_partman.control'))(
  'a table that pg_partman has made is taken over by the statements of the page',
  async () => {
    const { document, statements } = section('From pg_partman')
    const [create = '', handsOff = '', dropDefault = ''] = statements
    // An extension cannot be faked: Debian's package postgresql-15-partman.
    const server = await startPostgres({ installation: '/usr/lib/postgresql/15', version: 15 })
    onTestFinished(() => server.stop())
    const test = await createTestDatabase(server.url)
    onTestFinished(() => test.drop())
    await test.query('CREATE SCHEMA partman')
    await test.query('CREATE EXTENSION pg_partman SCHEMA partman')
    await test.query(create)
    await test.query(`SET TimeZone TO 'UTC'`)
    await test.query(`SELECT partman.create_parent('public.Reading', 'at', 'native', 'daily', p_premake := 3)`)
    await test.query(
      `UPDATE partman.part_config SET retention = '30 days', retention_keep_table = false WHERE parent_table = 'public.Reading'`,
    )
    await test.query(`INSERT INTO public."Reading" SELECT n, now() - n * interval '1 hour', n FROM generate_series(0, 48) AS n`)
    await test.query(renderBookkeeping())
    const { plan } = await planMaintenance(pgDatabase(test), document)
    expect([plan.operations, plan.findings.map(({ code }) => code)]).toEqual([[], ['TABLE_OF_EXTENSION']])
    await test.query(handsOff)
    await test.query(dropDefault)
    const { made, findings, before } = await adopt(test, document)
    // It was declared to make one more ahead.
    expect([made.length, findings]).toEqual([1, []])
    expect(before.length).toBeGreaterThan(6)
  },
)

it('a table of go_partman is taken over with its tenants', async () => {
  const { document, statements } = section('From go_partman')
  const test = await testDatabase()
  for (const statement of statements) await test.query(statement)
  await test.query('CREATE TABLE public."Project" (id text PRIMARY KEY)')
  await test.query(`INSERT INTO public."Project" VALUES ('acme')`)
  await test.query(`INSERT INTO public."Attempt" SELECT gen_random_uuid(), 'acme', '2026-11-21 12:00:00+00' FROM generate_series(1, 10)`)
  const { made, findings, before } = await adopt(test, document, NOON())
  expect(before).toEqual(['attempt_acme_20261121: 10', 'attempt_acme_20261122: 0'])
  expect([made.length, findings]).toEqual([10, []])
})

it('what a job has made is taken over', async () => {
  const { document, statements } = section('From jobs of your own')
  const test = await testDatabase()
  for (const statement of statements) await test.query(statement)
  await test.query(
    `INSERT INTO public."Click" SELECT n, timestamptz '2026-10-01 00:00:00+00' + n * interval '1 day' FROM generate_series(0, 50) AS n`,
  )
  const { made, findings, before } = await adopt(test, document, NOON())
  expect(before).toEqual(['click_2026_10: 31', 'click_2026_11: 20'])
  expect([made, findings]).toEqual([['Click_p202612', 'Click_p202701', 'Click_p202702'], []])
})

it('a plain table becomes the first partition of a new one, and is taken over', async () => {
  const { document, statements } = section('From a table without partitions')
  const test = await testDatabase()
  const [create = '', prove = '', swap = ''] = statements
  await test.query(create)
  await test.query(prove)
  const told: string[] = []
  const session = new pg.Client({ connectionString: test.url })
  session.on('notice', ({ message }) => told.push(message ?? ''))
  await session.connect()
  await session.query('SET client_min_messages = debug1')
  await session.query(swap)
  await session.end()
  // PostgreSQL reads no row.
  expect(told).toContain('partition constraint for table "Log_before" is implied by existing constraints')
  const { made, findings, before } = await adopt(test, document, NOON())
  expect(before).toEqual(['"Log_before": 100'])
  expect([made, findings]).toEqual([['Log_p202612', 'Log_p202701', 'Log_p202702'], []])
  await test.query(`INSERT INTO public."Log" VALUES (101, '2026-11-25', 'new'), (102, '2026-12-25', 'new')`)
})
