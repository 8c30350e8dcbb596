import { describe, expect, it } from 'vitest'
import { diffState } from '../diff/diff-state.js'
import { byNumber, byTime, declare, documentOf } from '../fixtures/policies.js'
import type { PartitionPolicy, RetentionPolicy } from '../policy/policy.js'
import type { Hold } from '../state/hold.js'
import type { DetachedPartition, Partition, State } from '../state/state.js'
import { wantState } from '../state/want-state.js'
import { applyToState } from './apply-to-state.js'
import { planChanges } from './plan-changes.js'

const NOW = Date.parse('2026-03-11T12:00:00Z')
const day = (n: number) => `2026-03-${String(n).padStart(2, '0')}`

function partition(n: number, bytes = 10): Partition {
  const bound = { kind: 'range', from: [{ value: `${day(n)} 00:00:00+00` }], to: [{ value: `${day(n + 1)} 00:00:00+00` }] } as const
  return { schema: 'p', name: `d${n}`, oid: `${n}`, bound, partitionBy: null, partitions: [], detachPending: false, bytes }
}

/** Days 1 to 14 of a table: three are ahead, and ten have passed. */
function stateOf(days: readonly Partition[], detached: readonly DetachedPartition[] = []): State {
  return {
    tables: [{ schema: 'public', name: 'Event', oid: '99', partitionBy: { method: 'range', columns: ['at'] }, partitions: days }],
    detached,
  }
}

const days = (from: number, bytes?: number) => Array.from({ length: 15 - from }, (_, n) => partition(from + n, bytes))
const hold = (id: string, lower: string, upper: string): Hold => ({ id, tenant: null, lower, upper, reason: `why ${id}`, until: null })

function plan(retention: RetentionPolicy, state: State, holds: readonly Hold[], clocksApartMs = 0) {
  const document = documentOf(declare(byTime({ retention })))
  const wanted = wantState(document, { now: NOW, tenants: new Map(), holds: new Map([['public.Event', holds]]) })
  return planChanges(diffState(wanted, state), { now: NOW, takenNames: new Set(), clocksApartMs })
}

const steps = (made: ReturnType<typeof plan>) => made.operations.map(({ kind, partition: { name } }) => `${kind} ${name}`)

describe.each<[string, RetentionPolicy]>([
  ['age', { kind: 'age', after: '6 days', grace: '1 day' }],
  ['count', { kind: 'count', partitions: 6, grace: '1 day' }],
  // The present and six before it.
  ['size', { kind: 'size', size: '7 MB', grace: '1 day' }],
])('by %s', (kind, retention) => {
  const whole = stateOf(days(1, 1024 ** 2))

  it('a hold keeps what it is on, nothing else, and that is told of', () => {
    const free = steps(plan(retention, whole, []))
    expect(free).toEqual(
      kind === 'age'
        ? ['detach-partition d1', 'detach-partition d2', 'detach-partition d3', 'detach-partition d4']
        : expect.arrayContaining(['detach-partition d4']),
    )
    const held = plan(retention, whole, [hold('7', day(2), day(4)), hold('12', day(3), day(4))])
    expect(steps(held)).toEqual(free.filter((step) => !/ d[23]$/.test(step)))
    expect(held.findings.map(({ code, severity, message, nextStep }) => [code, severity, message, nextStep])).toEqual([
      [
        'HOLD_KEEPS',
        'info',
        '2 partitions of public.Event would go, but for hold 7 (why 7) and hold 12 (why 12)',
        'Nothing, while the hold lasts. `partman hold release 7` ends it.',
      ],
    ])
  })

  it('what has gone beside a held one is not made again', () => {
    const holds = [hold('7', day(2), day(3))]
    let state = whole
    for (const operation of plan(retention, state, holds).operations) state = applyToState(state, operation)
    state = { ...state, detached: [] }
    expect(state.tables[0]!.partitions.map(({ name }) => name)).toContain('d2')
    expect(steps(plan(retention, state, holds))).toEqual([])
  })
})

const AGE: RetentionPolicy = { kind: 'age', after: '6 days', grace: '1 day' }

it('a hold is told of only where something would go otherwise', () => {
  expect(plan(AGE, stateOf(days(1)), [hold('7', day(9), day(20))]).findings).toEqual([])
  expect(plan(AGE, stateOf(days(5)), [hold('7', day(1), day(20))]).findings).toEqual([])
  // Nothing is retired by a clock that may be wrong.
  const codes = plan(AGE, stateOf(days(1)), [hold('7', day(2), day(3))], 3_600_000).findings.map(({ code }) => code)
  expect(codes).toEqual(['CLOCKS_DISAGREE'])
})

it('a retired partition that a hold is on stays as it is, before and after its grace period', () => {
  const detached = (n: number, retiredAt: string): DetachedPartition => {
    const { schema, name, bound } = partition(n)
    const marker = {
      table: { schema: 'public', name: 'Event' },
      partition: { schema, name },
      parent: { schema: 'public', name: 'Event' },
      bound,
      retiredAt,
    }
    return { schema, name, oid: `${n}`, marker }
  }
  const long = '2026-03-09T00:00:00.000Z'
  const state = stateOf(days(5), [detached(1, long), detached(2, long), detached(3, '2026-03-11T00:00:00.000Z')])
  expect(steps(plan(AGE, state, []))).toEqual(['drop-partition d1', 'drop-partition d2'])
  const held = plan(AGE, state, [hold('7', day(2), day(4))])
  expect([steps(held), held.findings.map(({ message }) => message)]).toEqual([
    ['drop-partition d1'],
    ['1 partition of public.Event would go, but for hold 7 (why 7)'],
  ])
})

it('what a hold keeps attached does not weigh on a younger one that stands detached', () => {
  const { schema, name, bound } = partition(5)
  const table = { schema: 'public', name: 'Event' }
  const marker = { table, partition: { schema, name }, parent: table, bound, retiredAt: '2026-03-01T00:00:00.000Z' }
  const state = stateOf([partition(1, 1024 ** 2), ...days(6, 1)], [{ schema, name, oid: '5', marker, bytes: 10 }])
  expect(steps(plan({ kind: 'size', size: '1 MB', grace: '1 day' }, state, [hold('7', day(1), day(2))]))).toEqual([])
})

it('what is above a partition tells of its rows, and what is below it goes along with it', () => {
  const seen = byTime({ by: { field: 'seen', column: 'seen', type: 'timestamptz' }, retention: AGE })
  const [first, second] = [partition(1), partition(2)]
  const month = (below: Partition['partitionBy'], retention: RetentionPolicy | null, inner: PartitionPolicy, holds: readonly Hold[]) => {
    const of = (n: number, from: string, to: string): Partition => {
      const bound = { kind: 'range', from: [{ value: `${from} 00:00:00+00` }], to: [{ value: `${to} 00:00:00+00` }] } as const
      return { ...partition(n), bound, partitionBy: below, partitions: n === 20 && inner === seen ? [first, second, ...days(3)] : [] }
    }
    const state = stateOf([of(19, '2026-01-01', '2026-02-01'), of(20, '2026-02-01', '2026-03-01'), of(21, '2026-03-01', '2026-04-01')])
    const document = documentOf(declare(byTime({ interval: '1 month', retention, subpartition: inner })))
    const wanted = wantState(document, { now: NOW, tenants: new Map(), holds: new Map([['public.Event', holds]]) })
    const { operations } = planChanges(diffState(wanted, state), { now: NOW, takenNames: new Set(), clocksApartMs: 0 })
    return operations.filter(({ kind }) => kind === 'detach-partition').map(({ partition: { name } }) => name)
  }
  const bySeen = { method: 'range', columns: ['seen'] } as const
  expect(month(bySeen, null, seen, [])).toEqual(['d1', 'd2', 'd3', 'd4'])
  // In February, whenever they were seen; and what was seen on 2 March, whenever it was.
  expect(month(bySeen, null, seen, [hold('7', '2026-02-05', '2026-02-06')])).toEqual([])
  expect(month(bySeen, null, seen, [hold('7', day(2), day(3))])).toEqual(['d1', 'd3', 'd4'])

  const byId = { method: 'range', columns: ['id'] } as const
  expect(month(byId, { ...AGE, after: '1 day' }, byNumber(), [hold('7', '2026-02-05', '2026-02-06')])).toEqual(['d19'])
  expect(month(byId, { ...AGE, after: '1 day' }, byNumber(), [hold('7', '5000', '6000')])).toEqual([])
})
