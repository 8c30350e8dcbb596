import { type Figure, ratioOf } from './figure.js'

/** One part of a bar. */
export interface Condition {
  readonly text: string
  /** Null: not measured here, and judged by nobody. */
  readonly holds: boolean | null
}

export function atMost(value: number | null, limit: number, what: string): Condition {
  return { text: `at most ${limit} ${what}`, holds: value === null ? null : value <= limit }
}

export function atMostTimesFloor(ours: Figure | null, floor: Figure | null, limit: number): Condition {
  const ratio = ratioOf(ours, floor)
  return { text: `<= ${limit} x floor`, holds: ratio === null ? null : ratio <= limit }
}

export function fasterThanPeer(ours: Figure | null, peer: Figure | null, times: number): Condition {
  const ratio = ratioOf(peer, ours)
  return { text: `>= ${times} x faster than peer`, holds: ratio === null ? null : ratio >= times }
}

export function formatBar(conditions: readonly Condition[]): string {
  return conditions.map(({ text, holds }) => (holds === null ? `${text} (not measured)` : text)).join('; ')
}

/** Whether everything holds that was measured. */
export function doHold(conditions: readonly Condition[]): boolean {
  return conditions.every(({ holds }) => holds !== false)
}
