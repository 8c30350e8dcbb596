import { describe, expect, it } from 'vitest'
import { parseDuration } from '../policy/duration.js'
import { createGrid, type Grid, instantBefore, windowIndexAt, windowStart } from './window.js'

const grid = (interval: string, timeZone = 'UTC'): Grid => createGrid(parseDuration(interval), timeZone)
const windowAt = (at: Grid, iso: string) => {
  const index = windowIndexAt(at, Date.parse(iso))
  return [index, index + 1].map((n) => new Date(windowStart(at, n)).toISOString())
}

describe('the window around an instant', () => {
  it.each([
    ['15 minutes', 'UTC', '2026-11-22T10:44:59.999Z', '2026-11-22T10:30:00.000Z', '2026-11-22T10:45:00.000Z'],
    ['1 hour', 'Asia/Kolkata', '2026-11-22T10:44:00Z', '2026-11-22T10:30:00.000Z', '2026-11-22T11:30:00.000Z'],
    ['1 day', 'UTC', '2026-11-22T00:00:00Z', '2026-11-22T00:00:00.000Z', '2026-11-23T00:00:00.000Z'],
    ['1 day', 'Asia/Seoul', '2026-11-22T15:00:00Z', '2026-11-22T15:00:00.000Z', '2026-11-23T15:00:00.000Z'],
    // The 25-hour day on which New York's clocks go back.
    ['1 day', 'America/New_York', '2026-11-01T12:00:00Z', '2026-11-01T04:00:00.000Z', '2026-11-02T05:00:00.000Z'],
    // Midnight did not exist: the clocks went from 23:59:59 to 01:00.
    ['1 day', 'America/Sao_Paulo', '2018-11-04T12:00:00Z', '2018-11-04T03:00:00.000Z', '2018-11-05T02:00:00.000Z'],
    // Midnight came twice: from 00:59:59 back to 00:00.
    ['1 day', 'America/Havana', '2026-11-01T04:30:00Z', '2026-11-01T04:00:00.000Z', '2026-11-02T05:00:00.000Z'],
    // The date that Samoa left out, 30 December 2011, is no window of its own.
    ['1 day', 'Pacific/Apia', '2011-12-30T12:00:00Z', '2011-12-30T10:00:00.000Z', '2011-12-31T10:00:00.000Z'],
    ['1 week', 'UTC', '2027-01-01T00:00:00Z', '2026-12-28T00:00:00.000Z', '2027-01-04T00:00:00.000Z'],
    ['2 weeks', 'UTC', '1970-01-05T00:00:00Z', '1970-01-05T00:00:00.000Z', '1970-01-19T00:00:00.000Z'],
    ['1 month', 'UTC', '2028-02-29T23:59:59Z', '2028-02-01T00:00:00.000Z', '2028-03-01T00:00:00.000Z'],
    ['1 quarter', 'UTC', '2026-11-22T00:00:00Z', '2026-10-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    ['1 year', 'Asia/Tokyo', '2026-12-31T15:00:00Z', '2026-12-31T15:00:00.000Z', '2027-12-31T15:00:00.000Z'],
    ['1 day', 'UTC', '1969-12-31T23:59:59Z', '1969-12-31T00:00:00.000Z', '1970-01-01T00:00:00.000Z'],
  ])('of %s in %s at %s begins at %s', (interval, timeZone, at, start, end) => {
    expect(windowAt(grid(interval, timeZone), at)).toEqual([start, end])
  })
})

/** Around each day of two years that is not 24 hours long, and now and then between. */
function instantsOf(timeZone: string): number[] {
  const instants: number[] = []
  const days = grid('1 day', timeZone)
  const first = windowIndexAt(days, Date.parse('2018-01-01T00:00:00Z'))
  let start = windowStart(days, first)
  for (let index = first; index < first + 730; index++) {
    const end = windowStart(days, index + 1)
    if (end - start !== 86_400_000)
      for (const edge of [start, end]) for (const minutes of [-61, -31, -1, 0, 1, 31, 61, 121]) instants.push(edge + minutes * 60_000)
    if (index % 11 === 0) instants.push(start + (index % 23) * 3_600_000 + 1)
    start = end
  }
  return instants
}

const ZONES = ['UTC', 'America/Sao_Paulo', 'America/Havana', 'Australia/Lord_Howe', 'Africa/Casablanca', 'Asia/Kathmandu', 'Europe/Berlin']

describe.each(ZONES)('in %s', (timeZone) => {
  const instants = instantsOf(timeZone)
  it.each(['6 hours', '1 day', '3 days', '1 week', '1 month', '1 quarter', '1 year'])(
    'every instant of 2018 and 2019 lies in the one window of %s that its number names',
    (interval) => {
      const at = grid(interval, timeZone)
      const wrong: string[] = []
      for (const instant of instants) {
        const index = windowIndexAt(at, instant)
        if (windowStart(at, index) > instant || windowStart(at, index + 1) <= instant) wrong.push(new Date(instant).toISOString())
      }
      expect(wrong).toEqual([])
    },
  )
})

describe('an instant before another', () => {
  it.each([
    ['1 month', 'UTC', '2026-03-31T10:00:00Z', '2026-02-28T10:00:00.000Z'],
    ['1 quarter', 'UTC', '2026-05-31T00:00:00Z', '2026-02-28T00:00:00.000Z'],
    ['1 day', 'America/New_York', '2026-11-02T05:00:00Z', '2026-11-01T04:00:00.000Z'],
    ['24 hours', 'America/New_York', '2026-11-02T05:00:00Z', '2026-11-01T05:00:00.000Z'],
  ])('%s in %s before %s is %s', (duration, timeZone, at, expected) => {
    expect(new Date(instantBefore(Date.parse(at), parseDuration(duration), timeZone)).toISOString()).toBe(expected)
  })
})
