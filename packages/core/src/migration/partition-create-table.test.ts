import { expect, test } from 'vitest'
import { partitionCreateTable } from './partition-create-table.js'

const CLAUSE = 'PARTITION BY RANGE ("createdAt")'
const event = { schema: 'public', name: 'Event' }
const hostile = { schema: 'my "schema"', name: 'Évents ""; 事件' }

const cases: [name: string, table: { schema: string; name: string }, before: string, after: string][] = [
  [
    'as Prisma writes it',
    event,
    '-- CreateTable\nCREATE TABLE "Event" (\n    "id" TEXT NOT NULL,\n    "createdAt" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,\n\n    CONSTRAINT "Event_pkey" PRIMARY KEY ("id","createdAt")\n);\n\n-- CreateIndex\nCREATE INDEX "Event_id_idx" ON "Event"("id");\n',
    '-- CreateTable\nCREATE TABLE "Event" (\n    "id" TEXT NOT NULL,\n    "createdAt" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,\n\n    CONSTRAINT "Event_pkey" PRIMARY KEY ("id","createdAt")\n) PARTITION BY RANGE ("createdAt");\n\n-- CreateIndex\nCREATE INDEX "Event_id_idx" ON "Event"("id");\n',
  ],
  [
    'among others of nearly the same name',
    event,
    'CREATE TABLE "event" (a int);CREATE TABLE "Event" ("createdAt" date);CREATE TABLE audit."Event" (b int);',
    'CREATE TABLE "event" (a int);CREATE TABLE "Event" ("createdAt" date) PARTITION BY RANGE ("createdAt");CREATE TABLE audit."Event" (b int);',
  ],
  [
    'with its schema, behind multi-byte text',
    hostile,
    '-- 事件 😀\nCREATE TABLE "my ""schema"""."Évents """"; 事件" ("ñ" text DEFAULT \'😀);(\', "createdAt" date) -- é\n;\nSELECT \'é\';',
    '-- 事件 😀\nCREATE TABLE "my ""schema"""."Évents """"; 事件" ("ñ" text DEFAULT \'😀);(\', "createdAt" date) PARTITION BY RANGE ("createdAt") -- é\n;\nSELECT \'é\';',
  ],
  [
    'before storage options and tablespace',
    event,
    'create table if not exists public."Event" ("createdAt" date, check (("createdAt" > \'2020-01-01\'))) with (fillfactor = 70) tablespace fast',
    'create table if not exists public."Event" ("createdAt" date, check (("createdAt" > \'2020-01-01\'))) PARTITION BY RANGE ("createdAt") with (fillfactor = 70) tablespace fast',
  ],
  [
    'beside comments, strings and DO blocks that look like it',
    event,
    '/* CREATE TABLE "Event" (a int); /* nested ) */ */\nDO $x$ BEGIN CREATE TABLE "Event" (a int); END $x$;\nSELECT \'CREATE TABLE "Event" (a int);\', $$ ; ( $$;\nCREATE TABLE "Event" (/* ( */ "createdAt" date -- )\n);',
    '/* CREATE TABLE "Event" (a int); /* nested ) */ */\nDO $x$ BEGIN CREATE TABLE "Event" (a int); END $x$;\nSELECT \'CREATE TABLE "Event" (a int);\', $$ ; ( $$;\nCREATE TABLE "Event" (/* ( */ "createdAt" date -- )\n) PARTITION BY RANGE ("createdAt");',
  ],
  [
    'with Windows line ends and control characters in a string',
    event,
    'CREATE TABLE "Event" (\r\n  a text DEFAULT \'\u0001\t\u0007)\',\r\n  "createdAt" date\r\n);\r\n',
    'CREATE TABLE "Event" (\r\n  a text DEFAULT \'\u0001\t\u0007)\',\r\n  "createdAt" date\r\n) PARTITION BY RANGE ("createdAt");\r\n',
  ],
  [
    'each time it is created',
    event,
    'CREATE TABLE "Event" ("createdAt" date);DROP TABLE "Event";CREATE TABLE "Event" ("createdAt" date, b int);',
    'CREATE TABLE "Event" ("createdAt" date) PARTITION BY RANGE ("createdAt");DROP TABLE "Event";CREATE TABLE "Event" ("createdAt" date, b int) PARTITION BY RANGE ("createdAt");',
  ],
]

test.each(cases)('a table is partitioned %s', async (_name, table, before, after) => {
  expect(await partitionCreateTable(before, table, CLAUSE)).toEqual({ kind: 'edited', sql: after })
})

test('an unqualified name belongs to the default schema', async () => {
  const sql = 'CREATE TABLE t (d date);'
  expect(await partitionCreateTable(sql, { schema: 'app', name: 't' }, 'PARTITION BY RANGE (d)', { defaultSchema: 'app' })).toEqual({
    kind: 'edited',
    sql: 'CREATE TABLE t (d date) PARTITION BY RANGE (d);',
  })
  expect(await partitionCreateTable(sql, { schema: 'public', name: 't' }, 'PARTITION BY RANGE (d)', { defaultSchema: 'app' })).toEqual({
    kind: 'not-found',
  })
})

test('a table that is partitioned already is left alone and its clause returned as written', async () => {
  const sql = 'CREATE TABLE "Event" (a int, "createdAt" date) partition by list (a, (lower("é"))) WITH (fillfactor=70);'
  expect(await partitionCreateTable(sql, event, CLAUSE)).toEqual({
    kind: 'already-partitioned',
    clause: 'partition by list (a, (lower("é")))',
  })
})

test.each(['', '-- nothing', 'CREATE TEMP TABLE "Event" (a int);', 'CREATE VIEW "Event" AS SELECT 1;', 'ALTER TABLE "Event" ADD b int;'])(
  'nothing is found in %j',
  async (sql) => {
    expect(await partitionCreateTable(sql, event, CLAUSE)).toEqual({ kind: 'not-found' })
  },
)

test.each(['CREATE TABLE "Event" (a int) INHERITS (b);', 'CREATE TABLE "Event" OF t;', 'CREATE TABLE "Event" PARTITION OF t DEFAULT;'])(
  'a table without columns of its own is refused: %s',
  async (sql) => {
    await expect(partitionCreateTable(`\n  ${sql}`, event, CLAUSE, { file: 'x/migration.sql' })).rejects.toMatchObject({
      code: 'MIGRATION_NOT_EDITABLE',
      message: 'x/migration.sql:2:16: this CREATE TABLE cannot be given a partition clause',
    })
  },
)

test('a clause that is more than a clause is refused', async () => {
  await expect(partitionCreateTable('CREATE TABLE "Event" (a int);', event, 'PARTITION BY RANGE (a); DROP TABLE x')).rejects.toMatchObject({
    code: 'MIGRATION_NOT_EDITABLE',
  })
})

test('text that PostgreSQL cannot read is refused with its place, counted in characters', async () => {
  await expect(partitionCreateTable("SELECT 'é😀';\nSELECT '😀' FORM x y;", event, CLAUSE)).rejects.toMatchObject({
    code: 'MIGRATION_UNREADABLE',
    message: 'migration.sql:2:17: syntax error at or near "x"',
  })
})
