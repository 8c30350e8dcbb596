import { expect, it } from 'vitest'
import { byNumber, byTime, declare, documentOf } from '../fixtures/policies.js'
import { planChanges } from '../plan/plan-changes.js'
import type { PartitionPolicy, RetentionPolicy } from '../policy/policy.js'
import type { TenantSettings } from '../policy/tenant-settings.js'
import type { Partition, State, Table } from '../state/state.js'
import { partitionKey, wantState } from '../state/want-state.js'
import { diffState } from './diff-state.js'

const NOW = Date.parse('2026-11-22T12:00:00Z')
const DAY_MS = 86_400_000
const keep = (partitions: number): Extract<RetentionPolicy, { kind: 'count' }> => ({ kind: 'count', partitions, grace: '1 day' })

/** A partition of a range, by tenant where there is one. */
function range(from: string, to: string, given: Partial<Partition> & { tenant?: string } = {}): Partition {
  const { tenant, ...more } = given
  const key = tenant === undefined ? [] : [{ value: tenant }]
  const name = `${tenant ?? ''}${from}`
  const bound = { kind: 'range', from: [...key, { value: from }], to: [...key, { value: to }] } as const
  return { schema: 'p', name, oid: name, bound, partitionBy: null, partitions: [], detachPending: false, ...more }
}

const thousands = (count: number, tenant?: string) =>
  Array.from({ length: count }, (_, n) => range(String(n * 1000), String((n + 1) * 1000), tenant === undefined ? {} : { tenant }))
const days = (from: number, to: number, bytes = 0) =>
  Array.from({ length: to - from }, (_, n) => {
    const [start, end] = [from + n, from + n + 1].map((day) => `${new Date(NOW + day * DAY_MS).toISOString().slice(0, 10)} 00:00:00+00`)
    return range(start!, end!, { bytes: n + from > 0 ? 16_384 : bytes })
  })

function plan(policy: PartitionPolicy, table: Partial<Table>, settings: Record<string, TenantSettings> = {}) {
  const document = documentOf(declare(policy))
  const state: State = {
    tables: [{ schema: 'public', name: 'Event', oid: '1', partitionBy: partitionKey(policy), partitions: [], ...table }],
    detached: [],
  }
  const tenants = new Map([['Tenant', Object.keys(settings)]])
  const wanted = wantState(document, { now: NOW, tenants, settings: new Map([['Tenant', new Map(Object.entries(settings))]]) })
  const { operations } = planChanges(diffState(wanted, state), { now: NOW, takenNames: new Set(), clocksApartMs: 0 })
  const named = (kind: string) => operations.filter((one) => one.kind === kind).map(({ partition }) => partition.name)
  return { made: named('create-partition'), retired: named('detach-partition') }
}

it('a start above the ids there are makes none of them the past', () => {
  const ids = { partitions: thousands(5), highestKey: '2500' }
  expect(plan(byNumber({ start: '1000000', retention: keep(3) }), ids)).toMatchObject({ retired: [] })
  expect(plan(byNumber({ start: '1000000', retention: keep(1) }), ids)).toMatchObject({ retired: ['0'] })
})

it('ids below the start are counted as well', () => {
  const below = [range('-3000', '-2000'), range('-2000', '-1000'), range('-1000', '0'), range('0', '1000')]
  expect(plan(byNumber({ retention: keep(1), premake: 1 }), { partitions: below, highestKey: '-2500' })).toEqual({ made: [], retired: [] })
})

it('a table without rows has no past', () => {
  expect(plan(byNumber({ start: '1000000', retention: keep(1) }), { partitions: thousands(5), highestKey: null }).retired).toEqual([])
})

it('each tenant counts its own numbers', () => {
  const prefix = { by: { field: 'tenant', column: 'tenant', type: 'text' }, tenants: 'Tenant' } as const
  const found = { partitions: [...thousands(8, 'a'), ...thousands(4, 'b'), ...thousands(4, 'c')], highestKey: '4500' }
  const highestKeyOf = new Map([
    ['a', '4500'],
    ['b', '11'],
    ['c', null],
  ])
  expect(plan(byNumber({ prefix, retention: keep(2) }), { ...found, highestKeyOf })).toEqual({ made: [], retired: ['a0', 'a1000'] })
})

it('what is ahead is no reason to retire by size', () => {
  const policy = (premake: number) => byTime({ premake, retention: { kind: 'size', size: '1 MB', grace: '1 day' } })
  expect(plan(policy(60), { partitions: days(-3, 61, 262_144) }).retired).toEqual([])
  expect(plan(policy(60), { partitions: days(-4, 61, 262_144) }).retired).toHaveLength(1)
})

it("a tenant's own retention keeps more, and never less", () => {
  const prefix = { by: { field: 'tenant', column: 'tenant', type: 'text' }, tenants: 'Tenant' } as const
  const policy = byTime({ prefix, retention: { kind: 'age', after: '5 days', grace: '1 day' } })
  const partitions = ['less', 'more', 'all'].flatMap((tenant) =>
    days(-9, 4).map(({ bound }) => {
      const [from, to] = bound.kind === 'range' ? [bound.from[0], bound.to[0]] : []
      return range((from as { value: string }).value, (to as { value: string }).value, { tenant })
    }),
  )
  const settings = { less: { retention: '1 day' }, more: { retention: '8 days' }, all: { retention: null } }
  const { retired } = plan(policy, { partitions }, settings)
  expect(Object.keys(settings).map((tenant) => retired.filter((name) => name.startsWith(tenant)).length)).toEqual([4, 1, 0])
})

it('what rows of now need is made before any history', () => {
  const { made } = plan(byTime({ start: '2026-11-19', premake: 1 }), {})
  expect(made).toEqual(['22', '23', '19', '20', '21'].map((day) => `Event_p202611${day}`))
})

it('beside a bound that has no place on the axis nothing is made or retired', () => {
  const policy = byNumber({ retention: keep(1) })
  const found = { partitions: [...thousands(4), range('1e3', '2e3')], highestKey: '3500' }
  expect(plan(policy, { ...found, partitions: thousands(4) })).toMatchObject({ retired: ['0', '1000'] })
  expect(plan(policy, found)).toEqual({ made: [], retired: [] })
})
