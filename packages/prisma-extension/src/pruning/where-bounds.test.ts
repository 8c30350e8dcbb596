import { describe, expect, it } from 'vitest'
import { bindsField, valuesOf } from './where-bounds.js'

const AT = new Date('2026-11-22T12:00:00Z')
const FIELD_OF_ROW = { modelName: 'Event', name: 'at', typeName: 'DateTime' }
/** As `Prisma.skip` is. */
const SKIP = { ifUndefined: () => undefined }

describe('a where binds a key', () => {
  it.each([
    { at: AT },
    { at: { equals: AT } },
    { at: { in: [AT] } },
    { at: { gte: AT } },
    { at: { lt: AT }, other: 1 },
    { AND: { at: { gt: AT } } },
    { AND: [{ other: 1 }, { AND: [{ at: AT }] }] },
    { OR: [{ at: AT }, { at: { lt: AT }, other: 1 }] },
  ])('%o', (where) => {
    expect(bindsField(where, 'at', 'any', false)).toBe(true)
  })

  it('below the name of a compound key, where the operation is on one row', () => {
    const where = { id_at: { id: 'a', at: AT } }
    expect([bindsField(where, 'at', 'any', true), bindsField(where, 'at', 'any', false)]).toEqual([true, false])
  })

  it('of a hash only where it says what the key is equal to', () => {
    expect([{ at: AT }, { at: { in: [AT] } }, { at: { gte: AT } }].map((where) => bindsField(where, 'at', 'equality', false))).toEqual([
      true,
      true,
      false,
    ])
  })
})

describe('a where binds no key', () => {
  it.each([
    undefined,
    {},
    { other: 1 },
    { at: undefined },
    { at: SKIP },
    { at: { not: AT } },
    { at: { notIn: [AT] } },
    { at: { gte: undefined } },
    { at: { gte: FIELD_OF_ROW } },
    { at: FIELD_OF_ROW },
    { at: { in: FIELD_OF_ROW } },
    { NOT: { at: AT } },
    { OR: [] },
    { OR: [{ at: AT }, { other: 1 }] },
    { event: { at: AT } },
  ])('%o', (where) => {
    expect(bindsField(where, 'at', 'any', false)).toBe(false)
  })
})

it('tells the values that a field has to have', () => {
  const wheres = [
    { id: 'a' },
    { id: { in: ['a', 'b'] } },
    { AND: [{ other: 1 }, { id: { equals: 'a' } }] },
    { OR: [{ id: 'a' }] },
    { id: { gt: 'a' } },
    {},
  ]
  expect(wheres.map((where) => valuesOf(where, 'id'))).toEqual([['a'], ['a', 'b'], ['a'], undefined, undefined, undefined])
})
