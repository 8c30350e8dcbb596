import { expect, it } from 'vitest'
import { formatMarker, parseMarker } from './marker.js'

const name = { schema: 'public', name: 'event' }
const bound = { kind: 'range', from: ['minvalue'], to: [{ value: '2026-01-01' }] } as const
const marker = { table: name, partition: name, parent: name, bound, retiredAt: '2026-01-01T00:00:00.000Z' }

it('a marker is read as it was written', () => {
  for (const each of [
    bound,
    { kind: 'list', values: ['a', null] },
    { kind: 'hash', modulus: 2, remainder: 0 },
    { kind: 'default' },
  ] as const) {
    expect(parseMarker(formatMarker({ ...marker, bound: each }))).toEqual({ ...marker, bound: each })
  }
})

it.each([
  null,
  1,
  [],
  {},
  { ...marker, table: { schema: 'public' } },
  { ...marker, partition: undefined },
  { ...marker, parent: { schema: '', name: 'event' } },
  { ...marker, retiredAt: 2000 },
  { ...marker, retiredAt: 'long ago' },
  { ...marker, bound: undefined },
  { ...marker, bound: { kind: 'range' } },
  { ...marker, bound: { kind: 'range', from: [], to: [null] } },
  { ...marker, bound: { kind: 'range', from: [], to: [{ value: 5 }] } },
  { ...marker, bound: { kind: 'list', values: 'a' } },
  { ...marker, bound: { kind: 'other' } },
])('%j is none', (value) => {
  expect(parseMarker(`partman:retired ${JSON.stringify(value)}`)).toBeUndefined()
})
