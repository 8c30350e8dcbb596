import type { z } from '@hono/zod-openapi'
import type { RelationMeasure } from '@partman/core'
import type { RibbonCell } from '../api/schemas.js'
import type { PlacedPartition, StateOfPartition } from './observe-table.js'

type Measure = Pick<RelationMeasure, 'bytes' | 'rows'>

/** All partitions of one window, the windows in order; what has no window comes last. */
export function resolveRibbon(
  partitions: readonly PlacedPartition[],
  measures: ReadonlyMap<string, Measure>,
): z.input<typeof RibbonCell>[] {
  const windows = new Map<string, PlacedPartition[]>()
  for (const partition of partitions) {
    const key = JSON.stringify([partition.from, partition.to])
    const known = windows.get(key)
    if (known) known.push(partition)
    else windows.set(key, [partition])
  }
  return [...windows.values()].sort(([a], [b]) => byPosition(a!, b!)).map((window) => resolveCell(window, measures))
}

/** What has no beginning comes first where it has an end, and last where it has none. */
export function byPosition(a: PlacedPartition, b: PlacedPartition): number {
  if (a.position !== null && b.position !== null) return a.position < b.position ? -1 : a.position > b.position ? 1 : 0
  return rank(a) - rank(b)
}

function rank({ position, to }: PlacedPartition): number {
  return position === null ? (to === null ? 2 : 0) : 1
}

function resolveCell(window: readonly PlacedPartition[], measures: ReadonlyMap<string, Measure>): z.input<typeof RibbonCell> {
  const [first] = window
  const found = window.filter(({ state }) => state !== 'missing')
  const sizes = found.flatMap(({ oid }) => (oid === null ? [] : (measures.get(oid) ?? [])))
  const rows = sizes.flatMap((size) => size.rows ?? [])
  return {
    from: first!.from,
    to: first!.to,
    state: stateOf(window),
    partitions: found.length,
    missing: window.length - found.length,
    bytes: sizes.reduce((sum, size) => sum + size.bytes, 0),
    rows: rows.length === 0 ? null : rows.reduce((sum, one) => sum + one, 0),
  }
}

/** Where tenants differ, what still takes rows counts before what leaves, and that before what is not there. */
const PRECEDENCE: readonly StateOfPartition[] = ['current', 'ahead', 'history', 'other', 'retiring', 'detached', 'missing']

function stateOf(window: readonly PlacedPartition[]): StateOfPartition {
  const states = new Set(window.map(({ state }) => state))
  return PRECEDENCE.find((state) => states.has(state)) ?? 'other'
}
