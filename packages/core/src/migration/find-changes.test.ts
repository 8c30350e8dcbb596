import { expect, test } from 'vitest'
import { findChanges } from './find-changes.js'

const event = { schema: 'public', name: 'Event' }

test.each([
  ['CREATE TABLE "Event" (id int, at date) PARTITION BY RANGE (at)', [{ kind: 'create-table', table: event, keyColumns: ['at'] }]],
  ['ALTER TABLE "Event" ADD x int; CREATE TABLE "Event" (id int)', [{ kind: 'create-table', table: event, keyColumns: [] }]],
  [
    'DROP TABLE IF EXISTS "Event", app.b CASCADE',
    [
      { kind: 'drop-table', table: event },
      { kind: 'drop-table', table: { schema: 'app', name: 'b' } },
    ],
  ],
  ['ALTER TABLE "Event" RENAME TO "Entry"', [{ kind: 'rename-table', table: event, to: { schema: 'public', name: 'Entry' } }]],
  ['ALTER TABLE "Event" SET SCHEMA app', [{ kind: 'rename-table', table: event, to: { schema: 'app', name: 'Event' } }]],
  ['ALTER TABLE "Event" RENAME at TO "createdAt"', [{ kind: 'rename-column', table: event, column: 'at', to: 'createdAt' }]],
  ['ALTER TABLE "Event" RENAME CONSTRAINT a TO b; ALTER INDEX a RENAME TO b', []],
  [
    'ALTER TABLE "Event" DROP COLUMN a, ALTER b SET DATA TYPE date USING b::date, ALTER c DROP NOT NULL',
    [
      { kind: 'drop-column', table: event, column: 'a' },
      { kind: 'change-type', table: event, column: 'b' },
      { kind: 'drop-not-null', table: event, column: 'c' },
    ],
  ],
  [
    'CREATE UNIQUE INDEX u ON ONLY "Event" (id, lower(name))',
    [{ kind: 'add-unique', table: event, what: 'unique index', columns: ['id'] }],
  ],
  ['CREATE INDEX unique_like ON "Event" (id)', []],
  [
    'ALTER TABLE "Event" ADD PRIMARY KEY (id, at), ADD CONSTRAINT u UNIQUE (name), ADD c int UNIQUE, ADD UNIQUE USING INDEX ready',
    [
      { kind: 'add-unique', table: event, what: 'primary key', columns: ['id', 'at'] },
      { kind: 'add-unique', table: event, what: 'unique constraint', columns: ['name'] },
      { kind: 'add-unique', table: event, what: 'unique constraint', columns: ['c'] },
    ],
  ],
  [
    'CREATE TABLE "Event" (a text REFERENCES b, CONSTRAINT k FOREIGN KEY (c) REFERENCES app.d)',
    [
      { kind: 'create-table', table: event, keyColumns: [] },
      { kind: 'add-foreign-key', table: event, constraint: null, to: { schema: 'public', name: 'b' } },
      { kind: 'add-foreign-key', table: event, constraint: 'k', to: { schema: 'app', name: 'd' } },
    ],
  ],
  [
    'ALTER TABLE "Event" ADD COLUMN a text REFERENCES b, ADD CONSTRAINT k FOREIGN KEY (c) REFERENCES app.d (e), DROP CONSTRAINT f',
    [
      { kind: 'add-foreign-key', table: event, constraint: null, to: { schema: 'public', name: 'b' } },
      { kind: 'add-foreign-key', table: event, constraint: 'k', to: { schema: 'app', name: 'd' } },
      { kind: 'drop-constraint', table: event, constraint: 'f' },
    ],
  ],
  [
    'DROP INDEX "Event_at_idx", app.i',
    [
      { kind: 'drop-index', index: { schema: 'public', name: 'Event_at_idx' } },
      { kind: 'drop-index', index: { schema: 'app', name: 'i' } },
    ],
  ],
  ['DO $$ BEGIN DROP TABLE "Event"; END $$; SELECT \'DROP TABLE "Event"\' -- DROP TABLE "Event"', []],
])('%s', async (sql, changes) => {
  expect((await findChanges(sql)).map(({ position: _, ...change }) => change)).toEqual(changes)
})

test('each is told with its place, behind comments and whatever the characters are', async () => {
  const sql = '-- DropTable\nDROP TABLE "É";\n\n-- 事件\n  /* x */ DROP TABLE b;'
  expect(await findChanges(sql, { defaultSchema: 'app' })).toEqual([
    { kind: 'drop-table', table: { schema: 'app', name: 'É' }, position: '2:1' },
    { kind: 'drop-table', table: { schema: 'app', name: 'b' }, position: '5:11' },
  ])
})
