import type { TableSummary } from '../api/shapes.js'
import { resolveRunway } from '../format/runway.js'

export type Order = 'urgency' | 'name' | 'bytes'

export const ORDERS: readonly { readonly order: Order; readonly name: string }[] = [
  { order: 'urgency', name: 'Most urgent first' },
  { order: 'name', name: 'By name' },
  { order: 'bytes', name: 'Largest first' },
]

const RANKS = { out: 0, short: 1, fine: 2, none: 2 }

/** Tables in an order that somebody chose. */
export function sortTables(tables: readonly TableSummary[], order: Order, now: number): TableSummary[] {
  const compare = {
    urgency: (a: TableSummary, b: TableSummary) =>
      RANKS[resolveRunway(a, now).urgency] - RANKS[resolveRunway(b, now).urgency] ||
      b.findings.error - a.findings.error ||
      b.findings.warning - a.findings.warning,
    name: (a: TableSummary, b: TableSummary) => a.model.localeCompare(b.model),
    bytes: (a: TableSummary, b: TableSummary) => b.bytes - a.bytes,
  }[order]
  return [...tables].sort(compare)
}
