import { expect, test } from 'vitest'
import { byNumber, byTenant, byTime, declare } from '../fixtures/policies.js'
import type { Bound } from './bound.js'
import { describeApart, describePartitions, type PartitionDescription } from './describe-partitions.js'
import type { Partition, Table } from './state.js'

const NOW = Date.parse('2026-02-10T12:00:00Z')
const days = byTime({ interval: '1 day' })

const range = (from: string, to: string): Bound => ({ kind: 'range', from: [{ value: from }], to: [{ value: to }] })
const leaf = (name: string, bound: Bound, more: Partial<Partition> = {}): Partition => ({
  schema: 'parts',
  name,
  oid: name,
  bound,
  partitionBy: null,
  partitions: [],
  detachPending: false,
  ...more,
})
const branch = (name: string, bound: Bound, partitions: readonly Partition[], more: Partial<Partition> = {}): Partition =>
  leaf(name, bound, { partitionBy: { method: 'range', columns: ['at'] }, partitions, ...more })
const tableOf = (...partitions: Partition[]): Table => ({
  schema: 'public',
  name: 'Event',
  oid: '1',
  partitionBy: { method: 'range', columns: ['at'] },
  partitions,
})
const day = (date: number) =>
  range(`2026-02-${String(date).padStart(2, '0')} 00:00:00+00`, `2026-02-${String(date + 1).padStart(2, '0')} 00:00:00+00`)
const brief = ({ name, tenant, from, to, time }: PartitionDescription) => [name, tenant, from, to, time]

test('each partition is told by its window where it lies to the present', () => {
  const table = tableOf(leaf('old', day(9)), leaf('now', day(10)), leaf('next', day(11)), leaf('rest', { kind: 'default' }))
  expect(describePartitions(declare(days), table, NOW).map(brief)).toEqual([
    ['old', null, '2026-02-09T00:00:00.000Z', '2026-02-10T00:00:00.000Z', 'history'],
    ['now', null, '2026-02-10T00:00:00.000Z', '2026-02-11T00:00:00.000Z', 'current'],
    ['next', null, '2026-02-11T00:00:00.000Z', '2026-02-12T00:00:00.000Z', 'ahead'],
    ['rest', null, null, null, 'other'],
  ])
})

test('a partition below a tenant is that tenant’s, and leaves with what it is a part of', () => {
  const table = tableOf(
    branch('a', { kind: 'list', values: ['a'] }, [leaf('a_10', day(10))]),
    branch('b', { kind: 'list', values: ['b'] }, [leaf('b_10', day(10))], { detachPending: true }),
  )
  const described = describePartitions(declare(byTenant(days)), table, NOW)
  expect(described.map(({ name, tenant, isLeaving }) => [name, tenant, isLeaving])).toEqual([
    ['a_10', 'a', false],
    ['b_10', 'b', true],
  ])
})

test('a number is present where the highest key is, and nowhere before anybody has looked', () => {
  const partitions = [leaf('p0', range('0', '1000')), leaf('p1000', range('1000', '2000')), leaf('p2000', range('2000', '3000'))]
  const policy = declare(byNumber({ interval: '1000' }))
  const times = (table: Table) => describePartitions(policy, table, NOW).map(({ time }) => time)
  expect(times(tableOf(...partitions))).toEqual(['other', 'other', 'other'])
  expect(times({ ...tableOf(...partitions), highestKey: '1500' })).toEqual(['history', 'current', 'ahead'])
})

test('a bound without end has none, and one that cannot be read has no window', () => {
  const endless: Bound = { kind: 'range', from: ['minvalue'], to: [{ value: '2026-02-10 00:00:00+00' }] }
  const unread: Bound = { kind: 'range', from: [{ value: 'x' }], to: [{ value: 'y' }] }
  expect(describePartitions(declare(days), tableOf(leaf('endless', endless), leaf('unread', unread)), NOW).map(brief)).toEqual([
    ['endless', null, null, '2026-02-10T00:00:00.000Z', 'history'],
    ['unread', null, null, null, 'other'],
  ])
})

test('what stands apart is told by the parent that it had, with all that is below it', () => {
  const table = tableOf(branch('a', { kind: 'list', values: ['a'] }, []))
  const apart = [
    { parent: { schema: 'parts', name: 'a' }, partition: leaf('a_09', day(9)) },
    { parent: { schema: 'public', name: 'Event' }, partition: branch('c', { kind: 'list', values: ['c'] }, [leaf('c_10', day(10))]) },
    { parent: { schema: 'parts', name: 'gone' }, partition: leaf('lost', day(9)) },
  ]
  expect(describeApart(declare(byTenant(days)), table, apart).map(({ name, tenant, from }) => [name, tenant, from])).toEqual([
    ['a_09', 'a', '2026-02-09T00:00:00.000Z'],
    ['c_10', 'c', '2026-02-10T00:00:00.000Z'],
    ['lost', null, null],
  ])
})
