import { createGrid, type Grid, instantBefore, localDateTime, startOfDay, windowIndexAt, windowStart } from '../calendar/window.js'
import { parseDuration } from '../policy/duration.js'
import type { NumberRangePolicy, RangePolicy } from '../policy/policy.js'
import { type KeyAxis, keyAxis, timeAxis } from './key-axis.js'
import { windowLabel } from './partition-name.js'

/** One window of a series, half-open. */
export interface Window {
  readonly label: string
  readonly from: bigint
  readonly to: bigint
}

/** The endless series of windows that a level declares, as it is at an instant; windows are counted from the present one, 0. */
export interface WindowSeries {
  readonly axis: KeyAxis
  /** What ends after this is present or future, and never retired. */
  readonly present: bigint
  /** The window that holds a place. */
  readonly offsetAt: (position: bigint) => number
  /** Undefined for a date that the time zone left out, as it has no instants, and beyond the last value of the key's type. */
  readonly window: (offset: number) => Window | undefined
  /** The declared start, before which no window is wanted unless partitions are found there. */
  readonly start: bigint | null
  /** The place a duration before the present; null on an axis of numbers. */
  readonly before: (duration: string) => bigint | null
}

/** The series of a level by time at an instant (milliseconds since 1970). */
export function timeSeries(policy: RangePolicy, instant: number): WindowSeries {
  const axis = timeAxis(policy.by)
  const isDate = policy.by.type === 'date'
  const timeZone = isDate ? 'UTC' : policy.timeZone
  const interval = parseDuration(policy.interval)
  const grid: Grid = createGrid(interval, timeZone, policy.origin)
  const now = isDate ? wallClock(instant, policy.timeZone) : instant
  const current = windowIndexAt(grid, now)
  const starts = new Map<number, number>()
  const startAt = (offset: number): number => remember(starts, offset, () => windowStart(grid, current + offset))
  const resolve = (offset: number): Window | undefined => {
    const [start, end] = [startAt(offset), startAt(offset + 1)]
    const [from, to] = [axis.at(start), axis.at(end)]
    return from === to || isBeyond(axis, from) ? undefined : { label: windowLabel(interval, grid, start), from, to }
  }
  const [windows, cutoffs, offsets] = [new Map<number, Window | undefined>(), new Map<string, bigint>(), new Map<bigint, number>()]
  return {
    axis,
    present: axis.at(now),
    offsetAt: (position) => remember(offsets, position, (place) => windowIndexAt(grid, axis.instantAt(place)) - current),
    window: (offset) => remember(windows, offset, resolve),
    start: policy.start === null ? null : axis.at(startOfDay(Date.parse(`${policy.start}T00:00:00Z`), timeZone)),
    before: (duration) => remember(cutoffs, duration, (text) => axis.at(instantBefore(now, parseDuration(text), timeZone))),
  }
}

/** The series of a level by number; its present is the highest number there is, in the place of a clock. */
export function numberSeries(policy: NumberRangePolicy, highest: bigint | null): WindowSeries {
  const axis = keyAxis(policy)
  const [interval, start] = [BigInt(policy.interval), BigInt(policy.start)]
  const present = highest ?? start
  const indexAt = (position: bigint): bigint => {
    const distance = position - start
    return distance / interval - (distance % interval < 0n ? 1n : 0n)
  }
  const current = indexAt(present)
  return {
    axis,
    present,
    offsetAt: (position) => Number(indexAt(position) - current),
    window: (offset) => {
      const from = start + (current + BigInt(offset)) * interval
      return isBeyond(axis, from) ? undefined : { label: `p${from}`, from, to: from + interval }
    },
    start: null,
    before: () => null,
  }
}

function isBeyond({ last }: KeyAxis, position: bigint): boolean {
  return last !== null && position > last
}

/** The local date and time of an instant, written as if it were UTC. */
export function wallClock(instant: number, timeZone: string): number {
  const { year, month, day, hour, minute, second } = localDateTime(Math.floor(instant), timeZone)
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

/** A window, a place or a cutoff is worked out once, however many tenants ask. */
function remember<Key, Value>(known: Map<Key, Value>, key: Key, resolve: (key: Key) => Value): Value {
  const value = known.get(key)
  if (value !== undefined) return value
  const resolved = resolve(key)
  known.set(key, resolved)
  return resolved
}
