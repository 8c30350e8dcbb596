import { type PartmanDocument, parseDocument, resolvePendingChanges } from '@partman/core'
import { testDatabase } from '@partman/testing/vitest'
import { beforeAll, describe, expect, test } from 'vitest'
import { findPendingBreaks } from './find-pending-breaks.js'

const column = (name: string, type: string) => ({ field: name, column: name, type })
const range = {
  kind: 'range',
  by: column('at', 'timestamptz'),
  interval: '1 day',
  timeZone: 'UTC',
  premake: 1,
  retention: null,
}

/** `Event` by tenant and then by time, as it is declared; nothing else is. */
const DOCUMENT: PartmanDocument = parseDocument({
  version: 1,
  schemaHash: 'x',
  partitionSchema: 'partman_partitions',
  tenantSets: [{ name: 'default', type: 'text', source: null }],
  tables: [
    {
      model: 'Event',
      table: { schema: 'public', name: 'Event' },
      policy: { kind: 'tenants', by: column('tenant', 'text'), tenants: 'default', subpartition: range },
      declaredAt: 'schema.prisma:1:5',
    },
  ],
})

let database: Awaited<ReturnType<typeof testDatabase>>

beforeAll(async () => {
  database = await testDatabase()
  await database.query(`
    CREATE TABLE "Event" (tenant text NOT NULL, at timestamptz NOT NULL, id int) PARTITION BY LIST (tenant);
    CREATE INDEX "Event_id_idx" ON "Event" (id);
    CREATE TABLE log (at timestamptz NOT NULL, id int) PARTITION BY RANGE (at);
    CREATE TABLE log_sub PARTITION OF log FOR VALUES FROM ('2026-01-01') TO ('2026-02-01') PARTITION BY HASH (id);
    CREATE TABLE plain (at timestamptz NOT NULL, id int);
    CREATE INDEX plain_id_idx ON plain (id);
  `)
})

async function find(sql: string, options = {}) {
  const pending = await resolvePendingChanges([{ name: '1_x', path: '', sql }])
  return findPendingBreaks(database, DOCUMENT, pending, options)
}
const told = async (sql: string) =>
  (await find(sql)).map(({ code, severity, declaredAt, message }) => [code, severity, declaredAt, message])

describe('a unique that lacks a key column is found, at every level', () => {
  test.each([
    ['CREATE UNIQUE INDEX u ON "Event" (id, at)', 'unique index', 'Event', 'tenant'],
    // The level below is declared, and no tenant is there yet.
    ['ALTER TABLE "Event" ADD CONSTRAINT u UNIQUE (tenant, id)', 'unique constraint', 'Event', 'at'],
    ['ALTER TABLE "Event" ADD PRIMARY KEY (id)', 'primary key', 'Event', 'tenant and at'],
    // Nobody has declared it; the level below is there.
    ['CREATE UNIQUE INDEX u ON log (at)', 'unique index', 'log', 'id'],
    ['SELECT 1; ALTER TABLE log ADD COLUMN c int UNIQUE', 'unique constraint', 'log', 'at and id'],
  ])('%s', async (sql, what, table, lacking) => {
    const place = `1_x/migration.sql:1:${sql.indexOf(';') < 0 ? 1 : 11}`
    expect(await told(sql)).toEqual([
      ['PENDING_UNIQUE_WITHOUT_KEY', 'error', place, `makes a ${what} of public.${table} without ${lacking}, which it is partitioned by`],
    ])
    // PostgreSQL, too, refuses it; the level that is only declared comes later.
    if (lacking !== 'at') await expect(database.query(sql)).rejects.toMatchObject({ code: '0A000' })
  })

  test('in a table that the migration makes', async () => {
    expect(await told('CREATE TABLE n (a int, b int) PARTITION BY HASH (a);\nCREATE UNIQUE INDEX u ON n (b);')).toEqual([
      [
        'PENDING_UNIQUE_WITHOUT_KEY',
        'error',
        '1_x/migration.sql:2:1',
        'makes a unique index of public.n without a, which it is partitioned by',
      ],
    ])
  })

  test('and not one that has them all, under whatever name', async () => {
    const sql =
      'ALTER TABLE "Event" RENAME at TO "when";\nALTER TABLE "Event" ADD PRIMARY KEY (id, "when", tenant);\nCREATE UNIQUE INDEX u ON plain (id);'
    expect(await find(sql)).toEqual([])
  })
})

test('a key column whose type is changed is found, and one that is not of the key is not', async () => {
  const sql = 'ALTER TABLE log ALTER COLUMN "at" SET DATA TYPE timestamptz(3)'
  expect(await told(`${sql};\nALTER TABLE "Event" ALTER id TYPE bigint;\nALTER TABLE plain ALTER at TYPE date;`)).toEqual([
    ['PENDING_KEY_TYPE', 'error', '1_x/migration.sql:1:1', 'changes the type of the column at, which public.log is partitioned by'],
  ])
  await expect(database.query(sql)).rejects.toMatchObject({ code: '42P16' })
})

test('a range key that may be NULL is found; a list may hold it', async () => {
  expect(
    await told('ALTER TABLE log ALTER at DROP NOT NULL;\nALTER TABLE "Event" ALTER tenant DROP NOT NULL, ALTER id DROP NOT NULL;'),
  ).toEqual([
    ['PENDING_KEY_NULLABLE', 'warning', '1_x/migration.sql:1:1', 'lets the column at be NULL, which public.log is partitioned by'],
  ])
})

test('an index of a partitioned table that goes is found, and one of a plain table is not', async () => {
  expect(await told('DROP INDEX "plain_id_idx";\nDROP INDEX IF EXISTS none;\n-- DropIndex\nDROP INDEX "Event_id_idx";')).toEqual([
    [
      'PENDING_INDEX_DROP',
      'warning',
      '1_x/migration.sql:4:1',
      'drops the index public.Event_id_idx of the partitioned table public.Event, and of every partition',
    ],
  ])
})

test('a partitioned table that goes is found under the name it has by then, and let go where it may', async () => {
  const sql = 'DROP TABLE plain;\nALTER TABLE log RENAME TO old;\nDROP TABLE old;'
  const finding = ['PENDING_DROP', 'error', '1_x/migration.sql:3:1', 'drops the partitioned table public.old with all its rows']
  expect(await told(sql)).toEqual([finding])
  expect(await find(sql, { allowDrops: true })).toMatchObject([{ code: 'PENDING_DROP', severity: 'warning' }])
  // What the migrations make themselves has no rows.
  expect(await find('CREATE TABLE n (a int) PARTITION BY HASH (a);\nDROP TABLE n;')).toEqual([])
})
