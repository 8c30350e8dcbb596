import type { RangePolicy } from '@partman/core'
import { expect, test } from 'vitest'
import { rangeAdder } from './derive-range.js'

const AT = Date.UTC(2026, 10, 22, 12)

type By = NonNullable<RangePolicy['orderedId']>['by']

function level(by: Pick<By, 'type' | 'encoding'>, type: 'timestamptz' | 'date' = 'timestamptz') {
  return {
    kind: 'range',
    by: { field: 'at', column: 'at', type },
    prefix: null,
    interval: '1 day',
    timeZone: 'UTC',
    origin: null,
    start: null,
    premake: 1,
    retention: null,
    default: false,
    subpartition: null,
    orderedId: { by: { field: 'id', column: 'id', ...by }, skew: '1 minute' },
  } as const satisfies RangePolicy
}

const digits = (instant: number, radix: number, length: number) => Math.floor(instant).toString(radix).padStart(length, '0')
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const crockford = (instant: number) => digits(instant, 32, 10).replace(/./g, (digit) => CROCKFORD[Number.parseInt(digit, 32)]!)
const uuid = (instant: number, version: number) => {
  const time = digits(instant, 16, 12)
  return `${time.slice(0, 8)}-${time.slice(8)}-${version}000-8000-000000000000`
}

test.each<[Pick<By, 'type' | 'encoding'>, string]>([
  [{ type: 'uuid', encoding: 'uuid7' }, uuid(AT, 7)],
  [{ type: 'text', encoding: 'uuid7' }, uuid(AT, 7)],
  [{ type: 'text', encoding: 'ulid' }, `${crockford(AT)}0123456789ABCDEF`],
  [{ type: 'uuid', encoding: 'ulid' }, uuid(AT, 1)],
  [{ type: 'text', encoding: 'cuid' }, `c${digits(AT, 36, 8)}0123456789abcdef`],
  [{ type: 'text', encoding: 'object-id' }, `${digits(AT / 1000, 16, 8)}0123456789abcdef`],
])('an id of %o tells the range of the key', (by, id) => {
  const range = { at: { gte: new Date(AT - 60_000), lt: new Date(AT + 61_000) } }
  expect(rangeAdder(level(by))({ id }, false)).toEqual({ id, AND: [range] })
  expect(rangeAdder(level(by))({ id, AND: { other: 1 } }, false)).toEqual({ id, AND: [{ other: 1 }, range] })
})

test('an AND that is skipped is not there, and very many ids are looked for as they are', () => {
  const add = rangeAdder(level({ type: 'uuid', encoding: 'uuid7' }))
  expect(add({ id: uuid(AT, 7), AND: { ifUndefined: () => undefined } }, false)).toEqual({
    id: uuid(AT, 7),
    AND: [{ at: expect.anything() }],
  })
  const many = { id: { in: Array(1_001).fill(uuid(AT, 7)) } }
  expect(add(many, false)).toBe(many)
})

test('a date is as far from the time as any time zone takes it', () => {
  const added = rangeAdder(level({ type: 'uuid', encoding: 'uuid7' }, 'date'))({ id: uuid(AT, 7) }, false)
  const day = 86_400_000
  expect(added).toMatchObject({ AND: [{ at: { gte: new Date(AT - 60_000 - 2 * day), lt: new Date(AT + 61_000 + 2 * day) } }] })
})

test.each<[Pick<By, 'type' | 'encoding'>, unknown]>([
  [{ type: 'uuid', encoding: 'uuid7' }, uuid(AT, 4)],
  [{ type: 'uuid', encoding: 'uuid7' }, 'no uuid'],
  [{ type: 'text', encoding: 'uuid7' }, uuid(AT, 7).slice(0, 20)],
  [{ type: 'text', encoding: 'cuid' }, 'customer'],
  [{ type: 'text', encoding: 'cuid' }, 'c0'],
  [{ type: 'text', encoding: 'ulid' }, crockford(AT)],
  [{ type: 'text', encoding: 'ulid' }, 'ZZZZZZZZZZ0123456789ABCDEF'],
  [{ type: 'uuid', encoding: 'ulid' }, 'f47ac10b-58cc-4372-a567-0e02b2c3d479'],
  [{ type: 'text', encoding: 'object-id' }, 'f'.repeat(24)],
  [{ type: 'text', encoding: 'cuid' }, undefined],
  [{ type: 'text', encoding: 'cuid' }, { startsWith: 'c' }],
])('of %o, %o tells none', (by, id) => {
  const where = { id }
  expect(rangeAdder(level(by))(where, false)).toBe(where)
})
