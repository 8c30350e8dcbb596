import { expect, test } from 'vitest'
import { byNumber, byTenant, byTime, declare } from '../fixtures/policies.js'
import { nextRetirement, nextRetirementKey } from './next-retirement.js'
import type { Partition, Table } from './state.js'

const range = byTime({ interval: '1 month', premake: 10_000, retention: { kind: 'age', after: '1 month', grace: '1 day' } })
const table = { schema: 'public', name: 'Event' }
const partition = (from: string, to: string): Partition => ({
  ...table,
  oid: '1',
  bound: { kind: 'range', from: [{ value: from }], to: [{ value: to }] },
  partitionBy: null,
  partitions: [],
  detachPending: false,
})
const tableOf = (...partitions: Partition[]): Table => ({ ...table, oid: '1', partitionBy: null, partitions })
const iso = (instant: number | null) => (instant === null ? null : new Date(instant).toISOString())

test('the partition that ends first is retired once its end is as long ago as the retention says, by the calendar', () => {
  const found = tableOf(
    partition('2026-02-01 00:00:00+00', '2026-03-01 00:00:00+00'),
    partition('2026-01-01 00:00:00+00', '2026-02-01 00:00:00+00'),
  )
  expect(iso(nextRetirement(declare(range), found))).toBe('2026-03-01T00:00:00.000Z')
})

test('a date counts in the time zone of the table', () => {
  const seoul = { ...range, by: { field: 'at', column: 'at', type: 'date' }, timeZone: 'Asia/Seoul' } as const
  expect(iso(nextRetirement(declare(seoul), tableOf(partition('2026-01-01', '2026-02-01'))))).toBe('2026-02-28T15:00:00.000Z')
})

test('tenants are looked through for the one that is first', () => {
  const tenant = (key: string, to: string): Partition => ({
    ...partition('', ''),
    bound: { kind: 'list', values: [key] },
    partitionBy: { method: 'range', columns: ['at'] },
    partitions: [partition('2026-01-01 00:00:00+00', to)],
  })
  const found = tableOf(tenant('a', '2026-06-01 00:00:00+00'), tenant('b', '2026-05-01 00:00:00+00'))
  expect(iso(nextRetirement(declare(byTenant(range)), found))).toBe('2026-06-01T00:00:00.000Z')
})

test('where nothing is retired there is no next time', () => {
  expect(
    nextRetirement(declare({ ...range, retention: null }), tableOf(partition('2026-01-01 00:00:00+00', '2026-02-01 00:00:00+00'))),
  ).toBeNull()
  expect(nextRetirement(declare(range), tableOf())).toBeNull()
})

test('by number, it is the number that the highest has to reach, and time says nothing', () => {
  const found = tableOf(partition('0', '1000'), partition('1000', '2000'), partition('2000', '3000'))
  const policy = byNumber({ retention: { kind: 'count', partitions: 1, grace: '1 day' } })
  expect([nextRetirementKey(declare(policy), found), nextRetirement(declare(policy), found)]).toEqual(['2000', null])
  expect(nextRetirementKey(declare(byNumber()), found)).toBeNull()
  expect(nextRetirementKey(declare(policy), tableOf(partition('0', '1000')))).toBeNull()
})
