import { expect, it } from 'vitest'
import type { CreatePartition, Operation, OperationLock } from '../plan/operation.js'
import type { Partition } from '../state/state.js'
import { batchSteps } from './batch-steps.js'
import { Step } from './step.js'

const table = { schema: 'public', name: 'Event' }
const reference = { schema: 'public', name: 'Event_a', oid: '16384', bound: { kind: 'list', values: ['a'] } } as const
const common = { table, model: 'Event', declaredAt: 'schema.prisma:1:1', reason: 'test', destroysData: false, parent: table } as const
const leaf: Partition = { ...reference, oid: null, partitionBy: null, partitions: [], detachPending: false }
const on = (mode: OperationLock['mode']): OperationLock[] => [{ mode, on: table }]

const create = (partition = leaf, locks = on('SHARE UPDATE EXCLUSIVE')): CreatePartition => ({
  ...common,
  kind: 'create-partition',
  transactional: true,
  partition,
  holdsPresent: false,
  time: 'ahead',
  isBeyondLike: false,
  locks,
})
const clear: Operation = { ...common, kind: 'clear-marker', transactional: true, partition: reference, locks: [] }

/** How many steps each transaction begins with, on a server with room for so many locks. */
function sizes(operations: readonly Operation[], lockCapacity = 6_400): number[] {
  const steps = operations.map((operation) => new Step(operation, { lockTimeoutMs: 0 }))
  return batchSteps(steps, lockCapacity).map((batch) => batch.length)
}

it('steps of one kind that follow each other are one transaction, of no more than twenty', () => {
  expect(sizes(Array(45).fill(create()))).toEqual([20, 20, 5])
  expect(sizes([create(), create(), clear, clear, create()])).toEqual([2, 2, 1])
})

it('a transaction makes no more tables than the server has locks for', () => {
  const subtree = { ...leaf, partitions: [leaf, leaf, leaf] }
  expect(sizes(Array(5).fill(create(subtree)), 320)).toEqual([2, 2, 1])
})

it('a drop of one that has partitions of its own, which are locked with it, is a transaction of its own', () => {
  const marker = { table, partition: table, parent: table, bound: reference.bound, retiredAt: '2026-01-01T00:00:00.000Z' }
  const drop = (partition: object): Operation => ({
    ...common,
    kind: 'drop-partition',
    transactional: true,
    destroysData: true,
    partition: { ...reference, marker, ...partition },
    tenant: null,
    locks: [],
  })
  expect([sizes([drop({}), drop({})]), sizes([drop({ isPartitioned: true }), drop({ isPartitioned: true })])]).toEqual([[2], [1, 1]])
})

it('what others would wait behind is a transaction of its own', () => {
  expect(sizes(Array(2).fill(create(leaf, [...on('SHARE UPDATE EXCLUSIVE'), ...on('SHARE ROW EXCLUSIVE')])))).toEqual([1, 1])
})

it.each<[string, Operation]>([
  [
    'a detach, before which is asked whether it may be',
    {
      ...common,
      kind: 'detach-partition',
      transactional: false,
      partition: reference,
      tenant: null,
      retiredAt: '2026-01-01T00:00:00.000Z',
      locks: on('SHARE UPDATE EXCLUSIVE'),
    },
  ],
  [
    'the end of a detach, which waits for others',
    { ...common, kind: 'finalize-detach', transactional: true, partition: reference, locks: on('SHARE UPDATE EXCLUSIVE') },
  ],
])('%s, is a transaction of its own', (_what, operation) => {
  expect(sizes([operation, operation])).toEqual([1, 1])
})
