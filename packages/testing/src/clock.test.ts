import { expect, test } from 'vitest'
import { simulatedClock } from './clock.js'

test('a simulated clock stands still until it is moved', () => {
  const clock = simulatedClock('2026-01-31T00:00:00Z')
  const seen = [clock.now()]
  clock.advance({ days: 1, hours: 2, minutes: 3, seconds: 4 })
  seen.push(clock.now())
  clock.advance(-500)
  seen.push(clock.now())
  clock.set('2026-03-01T09:00:00+09:00')
  seen.push(clock.now())
  expect(seen.map((at) => at.toISOString())).toEqual([
    '2026-01-31T00:00:00.000Z',
    '2026-02-01T02:03:04.000Z',
    '2026-02-01T02:03:03.500Z',
    '2026-03-01T00:00:00.000Z',
  ])
})

test('a simulated clock refuses a time without an offset', () => {
  expect(() => simulatedClock('2026-01-31T00:00:00')).toThrow(
    new RangeError('"2026-01-31T00:00:00" is not an instant such as 2026-01-31T00:00:00Z.'),
  )
})
