import { expect, test } from 'vitest'
import { resolvePendingChanges } from './pending-changes.js'

const named = (name: string) => ({ schema: 'public', name })
const migration = (name: string, sql: string) => ({ name, path: `/m/${name}/migration.sql`, sql })

test('a table and its columns are followed through renames, over several migrations', async () => {
  const pending = await resolvePendingChanges([
    migration('1_a', 'ALTER TABLE a RENAME TO b;\nALTER TABLE b RENAME x TO y;'),
    migration('2_b', 'ALTER TABLE b RENAME y TO z;\nALTER TABLE b RENAME w TO y;\nALTER TABLE b DROP COLUMN z;'),
  ])
  const name = pending.databaseName(named('b'))
  expect([name?.table, ...['z', 'y', 'x'].map((column) => name?.columnOf(column))]).toEqual([named('a'), 'x', 'w', 'x'])
  expect(pending.databaseName(named('a'))).toBeNull()
  expect(pending.databaseName(named('other'))?.table).toEqual(named('other'))
  expect(pending.changes.map(({ place, inDatabase }) => [place, inDatabase?.table.name])).toEqual([
    ['1_a/migration.sql:1:1', 'a'],
    ['1_a/migration.sql:2:1', 'a'],
    ['2_b/migration.sql:1:1', 'a'],
    ['2_b/migration.sql:2:1', 'a'],
    ['2_b/migration.sql:3:1', 'a'],
  ])
})

test('two tables that change names are told apart', async () => {
  const pending = await resolvePendingChanges([migration('1', 'ALTER TABLE a RENAME TO old;\nALTER TABLE b RENAME TO a;\nDROP TABLE old;')])
  expect(pending.databaseName(named('a'))?.table).toEqual(named('b'))
  expect(pending.changes.at(-1)?.inDatabase?.table).toEqual(named('a'))
})

test('what the migrations make themselves is not in the database, and has the key that they give it', async () => {
  const pending = await resolvePendingChanges([
    migration(
      '1',
      'DROP TABLE a;\nCREATE TABLE a (x int, y int) PARTITION BY LIST (x);\nALTER TABLE a RENAME x TO z;\nALTER TABLE a ADD UNIQUE (y);',
    ),
  ])
  expect(pending.databaseName(named('a'))).toBeNull()
  expect(pending.changes.map(({ inDatabase, madeKey }) => [inDatabase?.table, madeKey])).toEqual([
    [named('a'), []],
    [undefined, []],
    [undefined, ['x']],
    [undefined, ['z']],
  ])
})

test('what is made under a name that nothing was taken from may be there already', async () => {
  const pending = await resolvePendingChanges([
    migration('1', 'CREATE TABLE a (x int) PARTITION BY LIST (x);\nALTER TABLE a ADD UNIQUE (x);'),
  ])
  expect(pending.databaseName(named('a'))?.table).toEqual(named('a'))
  expect(pending.changes.at(-1)).toMatchObject({ inDatabase: { table: named('a') }, madeKey: ['x'] })
})
