import { expect, it } from 'vitest'
import { EARLIEST, LATEST, parseTime } from './position.js'

it.each([
  ['1970-01-01', 0n],
  ['1970-01-01 00:00:00.000001+00', 1n],
  ['1969-12-31 23:59:59.5', -500_000n],
  ['0044-03-15 BC', -63_517_824_000_000_000n],
  ['-infinity', EARLIEST],
  ['infinity', LATEST],
  // The last timestamp and the last date of PostgreSQL, which a Date cannot hold.
  ['294276-12-31 23:59:59.999999+00', LATEST],
  ['5874897-12-31', LATEST],
  ['noon', undefined],
])('%s', (value, position) => {
  expect(parseTime(value)).toBe(position)
})
