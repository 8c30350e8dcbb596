import { expect, test } from 'vitest'
import { resolveMigrationHistory } from './migration-history.js'

const at = new Date('2026-03-01T00:00:00Z')
const [first, second, third] = ['1_first', '2_second', '3_third'].map((name) => ({ name, path: `${name}/migration.sql`, sql: '' })) as [
  { name: string; path: string; sql: string },
  { name: string; path: string; sql: string },
  { name: string; path: string; sql: string },
]
const all = [first, second, third]

test('without bookkeeping every migration is pending', () => {
  expect(resolveMigrationHistory([], all)).toEqual({ applied: [], pending: all, failed: [] })
})

test('a migration is applied when its last attempt was finished, and failed when one stands neither finished nor rolled back', () => {
  const rows = [
    { migration_name: first.name, finished_at: null, rolled_back_at: at },
    { migration_name: first.name, finished_at: at, rolled_back_at: null },
    { migration_name: second.name, finished_at: null, rolled_back_at: at },
    { migration_name: third.name, finished_at: null, rolled_back_at: null },
    { migration_name: '0_of_another_branch', finished_at: at, rolled_back_at: null },
  ]
  expect(resolveMigrationHistory(rows, all)).toEqual({ applied: [first], pending: [second, third], failed: [third.name] })
})
