import { firstInstant } from '../calendar/first-instant.js'
import type { TablePolicy } from '../policy/document.js'
import { parsePosition } from './position.js'
import type { Partition, Table } from './state.js'
import { wantState } from './want-state.js'

/**
 * The instant (milliseconds since 1970) at which the partition of a table that ends first passes its retention, which may be in the past;
 * null where nothing is ever retired or there is no partition that ends.
 */
export function nextRetirement(declared: TablePolicy, table: Table): number | null {
  const end = firstEnd(table.partitions)
  if (end === null) return null
  const retireBefore = retireBeforeAt(declared)
  return firstInstant((now) => (retireBefore(now) ?? end - 1n) >= end) ?? null
}

function retireBeforeAt(declared: TablePolicy): (now: number) => bigint | null {
  const { policy } = declared
  // One window is enough: what is wanted ahead has no part in this.
  const table = { ...declared, policy: policy.kind === 'list' ? policy : { ...policy, premake: 1 } }
  const document = { version: 1 as const, schemaHash: '-', partitionSchema: '-', tenantSets: [], tables: [table] }
  return (now) => wantState(document, { tables: [], detached: [] }, { now, tenants: new Map() })[0]?.retireBefore ?? null
}

function firstEnd(partitions: readonly Partition[]): bigint | null {
  let first: bigint | null = null
  for (const { bound, partitions: below } of partitions) {
    const end = bound.kind === 'range' ? parsePosition(bound.to[0] ?? 'maxvalue') : firstEnd(below)
    if (typeof end === 'bigint' && (first === null || end < first)) first = end
  }
  return first
}
