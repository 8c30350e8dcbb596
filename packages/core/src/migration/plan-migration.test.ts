import { describe, expect, test } from 'vitest'
import { byTime } from '../fixtures/policies.js'
import type { TablePolicy } from '../policy/document.js'
import { type MigrationRequest, planMigration } from './plan-migration.js'
import type { FoundTable } from './table-step.js'

const at = new Date('2026-03-01T00:00:00Z')
const CLAUSE = 'PARTITION BY RANGE ("createdAt")'

const policyOf = (model: string): TablePolicy => ({
  model,
  table: { schema: 'public', name: model },
  declaredAt: `prisma/schema.prisma:${model.length}:5`,
  policy: byTime({ by: { field: 'createdAt', column: 'createdAt', type: 'timestamptz' } }),
})
const event = policyOf('Event')
const audit = policyOf('AuditLog')
const migration = (name: string, sql: string) => ({ name, path: `/m/${name}/migration.sql`, sql })
const applied = (name: string) => ({ migration_name: name, finished_at: at, rolled_back_at: null })
const ofTables = (...tables: [TablePolicy, FoundTable][]) => tables.map(([policy, found]) => ({ policy, found }))
const plan = (request: Partial<MigrationRequest>) =>
  planMigration({ tables: [], migrations: [], rows: [], bookkeepingVersion: 1, ...request })

const init = migration('1_init', 'CREATE TABLE "Event" ("createdAt" date);\nCREATE TABLE "AuditLog" ("createdAt" date);\n')
const absent: FoundTable = { kind: 'absent' }
const partman = migration(
  '2_partman',
  '-- partman bookkeeping version 1\n-- partman table ["public","Event"]\n-- partman table ["public","AuditLog"]\n',
)

test('the pending migration that creates the tables is edited once for all of them', async () => {
  expect(await plan({ tables: ofTables([event, absent], [audit, absent]), migrations: [init] })).toEqual({
    kind: 'write',
    edits: [
      {
        migration: init,
        sql: `CREATE TABLE "Event" ("createdAt" date) ${CLAUSE};\nCREATE TABLE "AuditLog" ("createdAt" date) ${CLAUSE};\n`,
        tables: [event, audit],
      },
    ],
    bookkeeping: true,
    firstPartitions: [event, audit],
  })
})

test('a second run has nothing to do, before and after the migrations are applied', async () => {
  const edited = migration('1_init', `CREATE TABLE "Event" ("createdAt" date) partition by range("createdAt");`)
  const migrations = [edited, partman]
  expect(await plan({ tables: ofTables([event, absent]), migrations })).toEqual({ kind: 'nothing' })
  expect(
    await plan({
      tables: ofTables([event, { kind: 'partitioned', clause: 'PARTITION BY RANGE ("createdAt")' }]),
      migrations,
      rows: migrations.map(({ name }) => applied(name)),
    }),
  ).toEqual({ kind: 'nothing' })
})

test('a run that ended between the edit and the new migration is taken up again', async () => {
  const edited = migration('1_init', `CREATE TABLE "Event" ("createdAt" date) ${CLAUSE};`)
  expect(await plan({ tables: ofTables([event, absent]), migrations: [edited] })).toEqual({
    kind: 'write',
    edits: [],
    bookkeeping: true,
    firstPartitions: [event],
  })
})

test('bookkeeping is written once, and again for a newer version', async () => {
  const add = migration('3_add', 'CREATE TABLE "Late" ("createdAt" date);')
  const late = policyOf('Late')
  const request = {
    tables: ofTables([event, { kind: 'partitioned', clause: CLAUSE }], [late, absent]),
    migrations: [init, partman, add],
    rows: [applied('1_init'), applied('2_partman')],
  }
  const edits = [{ migration: add, sql: `CREATE TABLE "Late" ("createdAt" date) ${CLAUSE};`, tables: [late] }]
  expect(await plan(request)).toEqual({ kind: 'write', edits, bookkeeping: false, firstPartitions: [late] })
  expect(await plan({ ...request, bookkeepingVersion: 2 })).toEqual({ kind: 'write', edits, bookkeeping: true, firstPartitions: [late] })
})

test('an empty plain table is let go when a pending migration drops it and creates it again', async () => {
  const again = migration('2_again', 'DROP TABLE "Event";\nCREATE TABLE "Event" ("createdAt" date);')
  expect(
    await plan({
      tables: ofTables([event, { kind: 'plain', isEmpty: true }]),
      migrations: [init, again],
      rows: [applied('1_init')],
    }),
  ).toMatchObject({
    kind: 'write',
    edits: [{ sql: `DROP TABLE "Event";\nCREATE TABLE "Event" ("createdAt" date) ${CLAUSE};` }],
    firstPartitions: [event],
  })
})

test('a table that a pending migration renames is looked for under its old name, and its key by the old columns', async () => {
  const rename = migration('2_rename', 'ALTER TABLE "Old" RENAME TO "Event";\nALTER TABLE "Event" RENAME "at" TO "createdAt";')
  const request = { migrations: [init, partman, rename], rows: [applied('1_init'), applied('2_partman')] }
  expect(await plan({ ...request, tables: ofTables([event, { kind: 'partitioned', clause: 'PARTITION BY RANGE (at)' }]) })).toEqual({
    kind: 'nothing',
  })
  expect(await plan({ ...request, tables: ofTables([event, { kind: 'partitioned', clause: CLAUSE }]) })).toMatchObject({ kind: 'refused' })
})

test('nothing annotated is nothing to do', async () => {
  expect(await plan({ migrations: [init] })).toEqual({ kind: 'nothing' })
})

const refusals: [name: string, request: Partial<MigrationRequest>, reason: string][] = [
  [
    'a table that no migration creates',
    { tables: ofTables([event, absent]), migrations: [] },
    'the table "public"."Event" does not exist, and no pending migration creates it',
  ],
  [
    'a table that is there already, with rows',
    { tables: ofTables([event, { kind: 'plain', isEmpty: false }]), migrations: [init], rows: [applied('1_init')] },
    'the table "public"."Event" exists already and is not partitioned; PostgreSQL cannot turn it into a partitioned one in place',
  ],
  [
    'a table that is partitioned by something else',
    { tables: ofTables([event, { kind: 'partitioned', clause: 'PARTITION BY HASH (id)' }]), migrations: [init], rows: [applied('1_init')] },
    'the table "public"."Event" is partitioned already, but otherwise: PARTITION BY HASH (id) instead of PARTITION BY RANGE ("createdAt")',
  ],
  [
    'a migration that partitions by something else',
    { tables: ofTables([event, absent]), migrations: [migration('1_x', '\n CREATE TABLE "Event" (a int) PARTITION BY HASH (a);')] },
    '1_x/migration.sql:2:15 creates "public"."Event" with PARTITION BY HASH (a) instead of PARTITION BY RANGE ("createdAt")',
  ],
  [
    'a table that the connection puts into another schema',
    { tables: ofTables([event, absent]), migrations: [init], defaultSchema: 'app' },
    'a pending migration creates "app"."Event", because the connection names that schema, and the model belongs to "public"."Event"',
  ],
  [
    'a view',
    { tables: ofTables([event, { kind: 'other', description: 'a view' }]), migrations: [] },
    '"public"."Event" is a view, not a table',
  ],
  [
    'a pending migration behind which there is another',
    { tables: ofTables([event, absent]), migrations: [init, migration('2_more', 'SELECT 1;')] },
    '1_init/migration.sql:1:14 creates "public"."Event", but there are newer migrations; only the newest may be changed',
  ],
  [
    'a pending migration while older ones are not applied',
    { tables: ofTables([event, absent]), migrations: [migration('0_zero', 'SELECT 1;'), init] },
    '1_init/migration.sql:1:14 creates "public"."Event", but older migrations are not applied to this database, so it may have been deployed elsewhere',
  ],
]

test.each(refusals)('%s is refused', async (_name, request, reason) => {
  expect(await plan(request)).toEqual({
    kind: 'refused',
    refusals: [{ policy: event, reason, hint: expect.stringMatching(/\.$/) }],
  })
})

test('one refused table refuses all', async () => {
  expect(await plan({ tables: ofTables([event, absent], [audit, { kind: 'plain', isEmpty: true }]), migrations: [init] })).toMatchObject({
    kind: 'refused',
    refusals: [{ policy: audit }],
  })
})

test('a half-applied migration stops everything', async () => {
  await expect(
    plan({
      tables: ofTables([event, absent]),
      migrations: [init],
      rows: [{ migration_name: '1_init', finished_at: null, rolled_back_at: null }],
    }),
  ).rejects.toMatchObject({
    code: 'MIGRATION_HISTORY_FAILED',
    message: 'Not finished and not rolled back in the database: 1_init',
    hint: 'Repair the database, then run `prisma migrate resolve --rolled-back 1_init` (or `--applied`).',
  })
})

describe('an index that a pending migration makes on a table that is partitioned in the database', () => {
  const found: FoundTable = { kind: 'partitioned', clause: CLAUSE }
  const both = ofTables([event, found], [audit, found])
  const indexSql = 'CREATE INDEX i ON "Event"(id);\nCREATE INDEX j ON "Other"(id);\nCREATE UNIQUE INDEX k ON "AuditLog"(id, "createdAt");\n'
  const index = migration('3_index', indexSql)
  const rows = [applied('1_init'), applied('2_partman')]

  test('is made on the table alone', async () => {
    expect(await plan({ tables: both, migrations: [init, partman, index], rows })).toEqual({
      kind: 'write',
      edits: [
        {
          migration: index,
          sql: 'CREATE INDEX i ON ONLY "Event"(id);\nCREATE INDEX j ON "Other"(id);\nCREATE UNIQUE INDEX k ON ONLY "AuditLog"(id, "createdAt");\n',
          tables: [],
          indexes: [
            { policy: event, migration: index, name: 'i', position: '1:1', statement: 'CREATE INDEX i ON "public"."Event"(id)' },
            {
              policy: audit,
              migration: index,
              name: 'k',
              position: '3:1',
              statement: 'CREATE UNIQUE INDEX k ON "public"."AuditLog"(id, "createdAt")',
            },
          ],
        },
      ],
      bookkeeping: false,
      firstPartitions: [],
    })
  })

  test('stays as it is in a migration that must not be changed, and is told of', async () => {
    const newer = migration('4_newer', 'SELECT 1;')
    const leftIndexes = [
      { policy: event, migration: index, name: 'i', position: '1:1', statement: expect.any(String) },
      { policy: audit, migration: index, name: 'k', position: '3:1', statement: expect.any(String) },
    ]
    expect(await plan({ tables: both, migrations: [init, partman, index, newer], rows })).toEqual({ kind: 'nothing', leftIndexes })
    const older = migration('0_older', 'SELECT 1;')
    expect(await plan({ tables: both, migrations: [older, init, partman, index], rows })).toEqual({ kind: 'nothing', leftIndexes })
    expect(await plan({ tables: both, migrations: [init, partman, index], rows: [...rows, applied('3_index')] })).toEqual({
      kind: 'nothing',
    })
  })

  test('stays as it is where the migration makes the table anew, where PostgreSQL refuses it, and in a migration of ours', async () => {
    const anew = migration(
      '3_anew',
      'DROP TABLE "Event";\nCREATE TABLE "Event" ("createdAt" date);\nCREATE INDEX i ON "Event"("createdAt");',
    )
    const planned = await plan({ tables: both, migrations: [init, partman, anew], rows })
    expect(planned).toMatchObject({ kind: 'write', edits: [{ sql: anew.sql.replace('date)', `date) ${CLAUSE}`) }] })
    const refused = migration('3_refused', 'CREATE UNIQUE INDEX i ON "Event"(id);')
    expect(await plan({ tables: both, migrations: [init, partman, refused], rows })).toEqual({ kind: 'nothing' })
    const ours = migration('3_ours', '-- partman table ["public","Event"]\nCREATE INDEX i ON "Event"(id);')
    expect(await plan({ tables: both, migrations: [init, partman, ours], rows })).toEqual({ kind: 'nothing' })
  })

  test('is edited together with a table that the same migration makes', async () => {
    const visit = policyOf('Visit')
    const mixed = migration(
      '3_mixed',
      'CREATE TABLE "Visit" ("createdAt" date);\nCREATE INDEX v ON "Visit"("createdAt");\nCREATE INDEX i ON "Event"(id);',
    )
    expect(await plan({ tables: [...both, ...ofTables([visit, absent])], migrations: [init, partman, mixed], rows })).toMatchObject({
      edits: [
        {
          sql: `CREATE TABLE "Visit" ("createdAt" date) ${CLAUSE};\nCREATE INDEX v ON "Visit"("createdAt");\nCREATE INDEX i ON ONLY "Event"(id);`,
          tables: [visit],
          indexes: [{ name: 'i', position: '3:1' }],
        },
      ],
      firstPartitions: [visit],
    })
  })
})
