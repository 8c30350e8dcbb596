import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { webhookDocument } from '../fixtures/webhook-tables.js'
import { applyToState } from '../plan/apply-to-state.js'
import { planChanges } from '../plan/plan-changes.js'
import type { PartmanDocument, TablePolicy } from '../policy/document.js'
import type { Bound } from '../state/bound.js'
import { formatPosition, parsePosition } from '../state/position.js'
import type { Partition, State, Table } from '../state/state.js'
import { wantState } from '../state/want-state.js'
import { diffState } from './diff-state.js'

const INTERVALS = ['1 hour', '6 hours', '1 day', '3 days', '1 week', '1 month', '1 quarter', '1 year']
const ZONES = ['UTC', 'America/Sao_Paulo', 'America/Havana', 'Australia/Lord_Howe', 'Asia/Seoul', 'Pacific/Apia']
const DAY_MICROS = 86_400_000_000n

/** A found range partition, in whole hours around now, off any grid of ours. */
const span = fc.record({ offsetHours: fc.integer({ min: -1000, max: 500 }), hours: fc.integer({ min: 1, max: 400 }) })

const world = fc.record({
  now: fc.integer({ min: Date.parse('2015-01-01T00:00:00Z'), max: Date.parse('2035-01-01T00:00:00Z') }),
  interval: fc.constantFrom(...INTERVALS),
  timeZone: fc.constantFrom(...ZONES),
  type: fc.constantFrom('timestamptz' as const, 'timestamp' as const, 'date' as const),
  premake: fc.integer({ min: 1, max: 12 }),
  retention: fc.constantFrom(null, '1 day', '30 days', '2 months'),
  tenants: fc.constantFrom(null, [], ['a'], ['a', 'b']),
  found: fc.array(span, { maxLength: 6 }),
})
type World = typeof world extends fc.Arbitrary<infer T> ? T : never

function declare({ interval, timeZone, type, premake, retention, tenants }: World): PartmanDocument {
  const document = webhookDocument()
  const [byTenant, byTime] = document.tables as [TablePolicy, TablePolicy]
  const range = {
    kind: 'range' as const,
    by: { field: 'createdAt', column: 'createdAt', type },
    // A date has no hours to be cut at.
    interval: type === 'date' && /minute|hour/.test(interval) ? '1 day' : interval,
    timeZone,
    premake,
    retention: retention === null ? null : { after: retention, grace: '1 day' },
  }
  const policy = byTenant.policy.kind === 'list' ? { ...byTenant.policy, subpartition: range } : byTenant.policy
  return { ...document, tables: [tenants === null ? { ...byTime, policy: range } : { ...byTenant, policy }] }
}

function rangePartition(name: string, type: 'timestamptz' | 'timestamp' | 'date', from: bigint, to: bigint): Partition {
  const bound: Bound = { kind: 'range', from: [{ value: formatPosition(type, from) }], to: [{ value: formatPosition(type, to) }] }
  return { schema: 's', name, oid: name, bound, partitionBy: null, partitions: [], detachPending: false }
}

/** The database before the first run: foreign partitions that do not overlap, under every parent of windows. */
function invent(document: PartmanDocument, world: World): State {
  const policy = document.tables[0]!
  const unit = world.type === 'date' ? DAY_MICROS : DAY_MICROS / 24n
  const start = (BigInt(world.now) * 1000n) / unit
  const partitions: Partition[] = []
  let end: bigint | undefined
  const offset = (hours: number) => (world.type === 'date' ? BigInt(Math.trunc(hours / 24)) : BigInt(hours))
  for (const { offsetHours, hours } of [...world.found].sort((a, b) => a.offsetHours - b.offsetHours)) {
    const from = start + offset(offsetHours)
    const to = from + (offset(hours) > 0n ? offset(hours) : 1n)
    if (end === undefined || from >= end) {
      partitions.push(rangePartition(`foreign${partitions.length}`, world.type, from * unit, to * unit))
      end = to
    }
  }
  const rangeKey = { method: 'range' as const, columns: ['createdAt'] }
  const table: Table =
    policy.policy.kind === 'range'
      ? { ...policy.table, oid: '1', partitionBy: rangeKey, partitions }
      : {
          ...policy.table,
          oid: '1',
          partitionBy: { method: 'list', columns: ['projectId'] },
          partitions: (world.tenants ?? []).slice(0, 1).map((key) => ({
            schema: 's',
            name: key,
            oid: key,
            bound: { kind: 'list', values: [key] },
            partitionBy: rangeKey,
            partitions,
            detachPending: false,
          })),
        }
  return { tables: [table], detached: [] }
}

function applyTo(state: State, document: PartmanDocument, now: number, tenants: readonly string[]): { state: State; plan: string[] } {
  const wanted = wantState(document, state, { now, tenants: new Map([['Project', tenants]]) })
  const { operations } = planChanges(diffState(wanted, state), { now, takenNames: new Set(), clocksApartMs: 0 })
  return {
    state: operations.reduce(applyToState, { ...state, detached: [] }),
    plan: operations.map(({ kind, reason }) => `${kind}: ${reason}`),
  }
}

function leafLevels(state: State): (readonly Partition[])[] {
  return state.tables.flatMap((table) =>
    table.partitionBy?.method === 'list' ? table.partitions.map(({ partitions }) => partitions) : [table.partitions],
  )
}

function ends({ bound }: Partition): [bigint, bigint] {
  if (bound.kind !== 'range') throw new Error('not a range')
  return [parsePosition(bound.from[0]!) as bigint, parsePosition(bound.to[0]!) as bigint]
}

describe('the plan, whatever is declared and whatever was found,', () => {
  const run = (check: (world: World, document: PartmanDocument, before: State, after: State) => void) =>
    fc.assert(
      fc.property(world, (one) => {
        const document = declare(one)
        const before = invent(document, one)
        check(one, document, before, applyTo(before, document, one.now, one.tenants ?? []).state)
      }),
      // One seed for everybody; another one to look further.
      { numRuns: 500, seed: Number(process.env['PARTMAN_SEED'] ?? 1) },
    )

  it('converges: a second plan for the same instant has nothing to do', () => {
    run((one, document, _before, after) => {
      expect(applyTo(after, document, one.now, one.tenants ?? []).plan).toEqual([])
    })
  })

  it('covers: no overlap, and no gap from the present to as many windows ahead as are declared', () => {
    run((one, document, _before, after) => {
      const wanted = wantState(document, after, { now: one.now, tenants: new Map([['Project', one.tenants ?? []]]) })[0]!
      for (const level of leafLevels(after)) {
        const spans = level.map(ends).sort((a, b) => (a[0] < b[0] ? -1 : 1))
        for (const [index, [from]] of spans.entries()) if (index > 0) expect(from >= spans[index - 1]![1]).toBe(true)
        const windows = (
          wanted.table.partitionBy?.method === 'list' ? wanted.table.partitions[0]!.partitions : wanted.table.partitions
        ).map(ends)
        const last = windows.at(-1)![1]
        let reached = wanted.present
        for (const [from, to] of spans) if (from <= reached && to > reached) reached = to
        expect(reached >= last).toBe(true)
      }
    })
  })

  it('retires only what has wholly passed its retention, and leaves no parent empty', () => {
    run((one, document, before, after) => {
      const wanted = wantState(document, after, { now: one.now, tenants: new Map() })[0]!
      const kept = new Set(
        leafLevels(after)
          .flat()
          .map(({ oid }) => oid),
      )
      expect(leafLevels(after).filter((level) => level.length === 0)).toEqual([])
      for (const level of leafLevels(before)) {
        const retired = level.filter(({ oid }) => !kept.has(oid))
        for (const partition of retired) {
          expect(wanted.retireBefore !== null && ends(partition)[1] <= wanted.retireBefore && ends(partition)[1] <= wanted.present).toBe(
            true,
          )
        }
      }
    })
  })
})
