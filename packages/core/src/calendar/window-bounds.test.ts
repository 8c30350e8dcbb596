import { describe, expect, it } from 'vitest'
import { type LocalDates, localDates, ZONES } from '../fixtures/local-dates.js'
import { parseDuration } from '../policy/duration.js'
import { createGrid, type Grid, windowIndexAt, windowStart } from './window.js'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const [FIRST, LAST] = [Date.UTC(1970, 0, 2), Date.UTC(2100, 0, 1)]

/** Intervals of days, with the local date that window n begins at, reckoned apart from the grid. */
const BY_DATE: readonly [interval: string, origin: string | null, dateOf: (n: number) => number][] = [
  ['1 day', null, days('1970-01-01', 1)],
  ['2 days', null, days('1970-01-01', 2)],
  ['3 days', '2020-02-28', days('2020-02-28', 3)],
  ['10 days', null, days('1970-01-01', 10)],
  ['1 week', null, days('1970-01-05', 7)],
  ['1 week', '1970-01-04', days('1970-01-04', 7)],
  ['2 weeks', '2020-02-28', days('2020-02-28', 14)],
  ['1 month', null, months('1970-01-01', 1)],
  ['2 months', '2020-02-28', months('2020-02-28', 2)],
  ['5 months', '2020-02-28', months('2020-02-28', 5)],
  ['1 quarter', null, months('1970-01-01', 3)],
  ['1 quarter', '2021-02-15', months('2021-02-15', 3)],
  ['1 year', null, months('1970-01-01', 12)],
  ['1 year', '2020-04-06', months('2020-04-06', 12)],
  ['10 years', null, months('1970-01-01', 120)],
]

function days(origin: string, step: number): (n: number) => number {
  return (n) => Date.parse(origin) + n * step * DAY_MS
}

function months(origin: string, step: number): (n: number) => number {
  const [year = 0, month = 0, day = 0] = origin.split('-').map(Number)
  return (n) => Date.UTC(year, month - 1 + n * step, day)
}

const BY_CLOCK = ['1 minute', '5 minutes', '15 minutes', '90 minutes', '1 hour', '5 hours', '6 hours', '7 hours']

/** The windows in which or beside which the clocks change, and some in between. */
function worthALook(grid: Grid, { changes }: LocalDates): number[] {
  const [first, last] = [windowIndexAt(grid, FIRST) + 1, windowIndexAt(grid, LAST)]
  const indexes = new Set<number>()
  const stride = Math.max(1, Math.floor((last - first) / 30))
  for (let index = first; index <= last; index += stride) indexes.add(index)
  for (const change of changes.filter(isWorthALook)) {
    const index = windowIndexAt(grid, change)
    for (let near = index - 1; near <= index + 1; near++) if (near >= first && near <= last) indexes.add(near)
  }
  return [...indexes]
}

/** What is wrong with one window: its start, that it follows the one before, and that its first and last instants are its own. */
function* faults(grid: Grid, index: number, date: number, { firstInstantOf, wallClock }: LocalDates): Generator<string> {
  const [start, end] = [windowStart(grid, index), windowStart(grid, index + 1)]
  const expected = firstInstantOf(date)
  if (expected !== undefined && start !== expected) yield `begins at ${iso(start)} instead of ${iso(expected)}`
  // A date that was left out: the window begins where the clocks leapt over it.
  if (expected === undefined && !(wallClock(start) >= date && wallClock(start - 1) < date))
    yield `begins at ${iso(start)}, which is no leap`
  if (end < start || (end === start && expected !== undefined)) yield `ends at ${iso(end)}, before it begins`
  if (end === start) return
  for (const instant of [start, start + 1, Math.floor((start + end) / 2), end - HOUR_MS, end - 1]) {
    if (windowIndexAt(grid, instant) !== index) yield `is not said to hold ${iso(instant)}`
  }
}

/** Most zones have the same rule for ever, from some year on. */
function isWorthALook(_: number, n: number): boolean {
  return n < 30 || n % 29 === 0
}

function iso(instant: number): string {
  return new Date(instant).toISOString()
}

describe.each(ZONES)('in %s', (timeZone) => {
  it.each(BY_DATE)(
    'the windows of %s of origin %s begin with their dates, and follow each other from 1970 to 2100',
    (interval, origin, dateOf) => {
      const grid = createGrid(parseDuration(interval), timeZone, origin)
      const dates = localDates(timeZone)
      const found = worthALook(grid, dates).flatMap((index) =>
        [...faults(grid, index, dateOf(index), dates)].map((fault) => `window ${index} of ${iso(dateOf(index))} ${fault}`),
      )
      expect(found).toEqual([])
    },
  )

  it.each(BY_CLOCK)('the windows of %s are of one length through every change of the clocks', (interval) => {
    for (const origin of [null, '2017-03-26 06:30']) {
      const grid = createGrid(parseDuration(interval), timeZone, origin)
      const { changes, wallClock } = localDates(timeZone)
      const length = windowStart(grid, 1) - windowStart(grid, 0)
      const found: string[] = []
      if (wallClock(windowStart(grid, 0)) !== Date.parse(`${origin ?? '1970-01-01 00:00'}Z`)) found.push('window 0 is not at the origin')
      for (const change of changes.filter(isWorthALook)) {
        for (let instant = change - HOUR_MS; instant <= change + HOUR_MS; instant += MINUTE_MS) {
          const index = windowIndexAt(grid, instant)
          const start = windowStart(grid, index)
          if (start > instant || start + length <= instant || windowStart(grid, index + 1) !== start + length) found.push(iso(instant))
        }
      }
      expect(found).toEqual([])
    }
  })

  it('every minute around a change of the clocks lies in the day of its date, or in the one after it where its date came before and comes back', () => {
    const grid = createGrid(parseDuration('1 day'), timeZone)
    const { changes, wallClock } = localDates(timeZone)
    const found: string[] = []
    for (const change of changes.filter(isWorthALook)) {
      let latest = Math.floor(wallClock(change - 2 * HOUR_MS) / DAY_MS)
      for (let minutes = -60; minutes <= 60; minutes += Math.abs(minutes) <= 5 ? 1 : 5) {
        const instant = change + minutes * MINUTE_MS
        latest = Math.max(latest, Math.floor(wallClock(instant) / DAY_MS))
        if (windowIndexAt(grid, instant) !== latest) found.push(iso(instant))
      }
    }
    expect(found).toEqual([])
  })
})
