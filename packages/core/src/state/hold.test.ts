import { expect, it } from 'vitest'
import { byNumber, byTime } from '../fixtures/policies.js'
import type { RangePolicy, WindowPolicy } from '../policy/policy.js'
import { coveringHolds, type Hold, holdsInForce } from './hold.js'
import { resolveHoldRange } from './hold-range.js'
import { keyAxis } from './key-axis.js'
import { type KeySpan, narrowSpans, spansBelow } from './key-span.js'
import { EARLIEST, LATEST } from './position.js'
import { placeWritten } from './written-key.js'

const hold = (given: Partial<Hold> = {}): Hold => ({
  id: '1',
  tenant: null,
  lower: null,
  upper: null,
  reason: 'lawsuit',
  until: null,
  ...given,
})

function span(policy: WindowPolicy, from: string, to: string): KeySpan {
  const axis = keyAxis(policy)
  return { policy, from: axis.parse(from) ?? EARLIEST, to: axis.parse(to) ?? LATEST }
}

const covers = (one: Hold, tenant: string | null, ...spans: readonly KeySpan[]) => coveringHolds([one], tenant, spans).length > 0
const MARCH = { lower: '2026-03-01', upper: '2026-04-01' }
const march = (policy: WindowPolicy, from: string, to: string) => covers(hold(MARCH), null, span(policy, from, to))

it('a hold is on what overlaps its range, of which the end is excluded', () => {
  const policy = byTime()
  const day = (from: string, to: string) => march(policy, `${from} 00:00:00+00`, `${to} 00:00:00+00`)
  expect([day('2026-02-27', '2026-02-28'), day('2026-02-28', '2026-03-01'), day('2026-02-28', '2026-03-02')]).toEqual([false, false, true])
  expect([day('2026-03-10', '2026-03-11'), day('2026-03-31', '2026-04-01'), day('2026-04-01', '2026-04-02')]).toEqual([true, true, false])
  expect(march(policy, '-infinity', 'infinity')).toBe(true)
})

it('a hold without a begin, or without an end, goes on for ever', () => {
  const at = span(byTime(), '2026-03-01 00:00:00+00', '2026-03-02 00:00:00+00')
  expect(covers(hold(), null, at)).toBe(true)
  expect([covers(hold({ lower: '2026-03-02' }), null, at), covers(hold({ lower: '2020-01-01' }), null, at)]).toEqual([false, true])
  expect([covers(hold({ upper: '2026-03-01' }), null, at), covers(hold({ upper: '2030-01-01' }), null, at)]).toEqual([false, true])
})

it('a hold of one tenant is on the partitions of that tenant, and on those that may have rows of several', () => {
  const at = span(byTime(), '2026-03-01 00:00:00+00', '2026-03-02 00:00:00+00')
  const acme = hold({ tenant: 'acme' })
  expect([covers(acme, 'acme', at), covers(acme, 'other', at), covers(acme, null, at)]).toEqual([true, false, true])
  expect([covers(hold(), 'acme', at), covers(hold(), null, at)]).toEqual([true, true])
})

it('a local date begins at midnight in the time zone of the level', () => {
  const seoul = byTime({ timeZone: 'Asia/Seoul' })
  expect(march(seoul, '2026-02-28 00:00:00+00', '2026-02-28 15:00:00+00')).toBe(false)
  expect(march(seoul, '2026-02-28 15:00:00+00', '2026-03-01 15:00:00+00')).toBe(true)
  expect(march(seoul, '2026-03-31 15:00:00+00', '2026-04-01 15:00:00+00')).toBe(false)
})

it.each<[string, RangePolicy['by'], [from: string, to: string], [from: string, to: string]]>([
  [
    'timestamp',
    { field: 'at', column: 'at', type: 'timestamp' },
    ['2026-03-01 00:00:00', '2026-03-02 00:00:00'],
    ['2026-04-01 00:00:00', '2026-04-02 00:00:00'],
  ],
  ['date', { field: 'at', column: 'at', type: 'date' }, ['2026-03-31', '2026-04-01'], ['2026-04-01', '2026-04-02']],
  [
    'uuid7',
    { field: 'id', column: 'id', type: 'uuid', encoding: 'uuid7' },
    ['019ca6d3-0000-0000-0000-000000000000', '019cac00-0000-0000-0000-000000000000'],
    ['019d4700-0000-0000-0000-000000000000', '019d5000-0000-0000-0000-000000000000'],
  ],
  [
    'epoch-seconds',
    { field: 'id', column: 'id', type: 'integer', encoding: 'epoch-seconds' },
    ['1772323200', '1772409600'],
    ['1775001600', '1775088000'],
  ],
])('a time is placed among keys of %s', (_, by, inside, outside) => {
  const policy = byTime({ by })
  expect([march(policy, ...inside), march(policy, ...outside)]).toEqual([true, false])
})

it('an end between two keys counts up to the later one, a begin from the earlier one', () => {
  const policy = byTime({ by: { field: 'id', column: 'id', type: 'bigint', encoding: 'epoch-seconds' } })
  expect([placeWritten(policy, '1970-01-01T00:01:00.500Z', 'lower'), placeWritten(policy, '1970-01-01T00:01:00.500Z', 'upper')]).toEqual([
    60n,
    61n,
  ])
  expect([placeWritten(policy, '1970-01-01T00:01:00Z', 'upper'), placeWritten(policy, '75', 'upper')]).toEqual([60n, 75n])
})

it('what PostgreSQL prints of a bound is a place too', () => {
  const exact = hold({ lower: '2026-03-01 12:00:00.000001+00', upper: '2026-03-01 13:00:00+00' })
  const policy = byTime()
  expect(covers(exact, null, span(policy, '2026-03-01 12:00:00+00', '2026-03-01 12:00:00.000001+00'))).toBe(false)
  expect(covers(exact, null, span(policy, '2026-03-01 12:00:00.000001+00', '2026-03-01 12:00:00.000002+00'))).toBe(true)
})

it('a bound that has no place among the keys is on everything', () => {
  const number = span(byNumber(), '0', '1000')
  expect([covers(hold(MARCH), null, number), covers(hold({ lower: '2000' }), null, number)]).toEqual([true, false])
  const time = span(byTime(), '2020-01-01 00:00:00+00', '2020-01-02 00:00:00+00')
  expect([covers(hold({ lower: '2000' }), null, time), covers(hold({ lower: '2026-02-30' }), null, time)]).toEqual([true, true])
  expect(covers(hold({ ...MARCH, upper: 'soon' }), null, time)).toBe(true)
  expect(covers(hold({ lower: '2026-04-01', upper: '2026-03-01' }), null, time)).toBe(true)
  expect(covers(hold(MARCH), null)).toBe(true)
})

it('below a level by another key a hold counts by whichever of the keys it has a place among', () => {
  const inner = byNumber()
  const outer = byTime({ subpartition: inner })
  const bound = { kind: 'range', from: [{ value: '2020-01-01 00:00:00+00' }], to: [{ value: '2020-01-02 00:00:00+00' }] } as const
  const above = narrowSpans([], outer, bound)
  const below = narrowSpans(above, inner, { kind: 'range', from: [{ value: '1000' }], to: [{ value: '2000' }] })
  // The outer partition takes all numbers below it along.
  const whole = spansBelow(above, outer)
  expect([covers(hold(MARCH), null, ...whole), covers(hold({ lower: '5000' }), null, ...whole)]).toEqual([false, true])
  expect([covers(hold({ lower: '5000' }), null, ...below), covers(hold({ lower: '1500' }), null, ...below)]).toEqual([false, true])
  expect([covers(hold(MARCH), null, ...below), covers(hold({ upper: '2020-01-02' }), null, ...below)]).toEqual([false, true])
})

it('below a level by the same key the inner bounds tell, and a second time is a key of its own', () => {
  const days = byTime({ interval: '1 day' })
  const months = byTime({ interval: '1 month', subpartition: days })
  const bound = (from: string, to: string) =>
    ({ kind: 'range', from: [{ value: `${from} 00:00:00+00` }], to: [{ value: `${to} 00:00:00+00` }] }) as const
  const above = narrowSpans([], months, bound('2026-03-01', '2026-04-01'))
  expect(spansBelow(above, months)).toEqual(above)
  const day = narrowSpans(above, days, bound('2026-03-05', '2026-03-06'))
  expect([covers(hold({ lower: '2026-03-20' }), null, ...day), covers(hold({ lower: '2026-03-20' }), null, ...above)]).toEqual([
    false,
    true,
  ])
  const other = byTime({ by: { field: 'seen', column: 'seen', type: 'timestamptz' } })
  expect(covers(hold({ lower: '2030-01-01' }), null, ...spansBelow(above, { ...months, subpartition: other }))).toBe(true)
})

it('a hold is over at the instant that it lasts until, and one that cannot be read never is', () => {
  const until = hold({ until: '2026-03-01T00:00:00.000Z' })
  const instant = Date.parse('2026-03-01T00:00:00Z')
  expect([holdsInForce([until], instant - 1).length, holdsInForce([until], instant).length]).toEqual([1, 0])
  expect(holdsInForce([hold({ until: 'some day' }), hold()], instant).length).toBe(2)
})

it('what people write is kept as instants, and what is on nothing is refused', () => {
  const seoul = byTime({ timeZone: 'Asia/Seoul' })
  expect(resolveHoldRange(seoul, MARCH)).toEqual({ lower: '2026-02-28T15:00:00.000Z', upper: '2026-03-31T15:00:00.000Z' })
  expect(resolveHoldRange(seoul, { lower: '2026-03-01T12:00+02:00', upper: null })).toEqual({
    lower: '2026-03-01T10:00:00.000Z',
    upper: null,
  })
  const date = byTime({ by: { field: 'at', column: 'at', type: 'date' }, timeZone: 'Asia/Seoul' })
  expect(resolveHoldRange(date, MARCH)).toEqual(MARCH)
  expect(resolveHoldRange(byNumber(), { lower: null, upper: '500' })).toEqual({ lower: null, upper: '500' })
  expect(resolveHoldRange(byTime({ subpartition: byNumber() }), { lower: '1', upper: '500' })).toEqual({ lower: '1', upper: '500' })
  expect(() => resolveHoldRange(seoul, { lower: 'soon', upper: null })).toThrow('"soon" is no place among the values of at')
  expect(() => resolveHoldRange(seoul, { lower: '2026-01-01', upper: '2026-02-30' })).toThrow('"2026-02-30" is no place')
  expect(() => resolveHoldRange(seoul, { lower: '2026-03-01', upper: '2026-03-01' })).toThrow('is on nothing')
  expect(() => resolveHoldRange(byNumber(), MARCH)).toThrow('is no place among the values of id')
})
