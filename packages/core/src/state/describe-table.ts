import type { TableName } from '../policy/document.js'
import { parsePosition } from './position.js'
import { type DetachedPartition, type Partition, type State, sameTable } from './state.js'
import type { WantedTable } from './want-state.js'

/** A declared table in a few figures. Instants are ISO 8601. */
export interface TableDescription {
  readonly model: string
  readonly table: TableName
  readonly state: 'partitioned' | 'plain' | 'missing'
  /** Partitions of the first level of a table of tenants; null where it is not one. */
  readonly tenants: number | null
  /** Partitions that hold rows. */
  readonly leaves: number
  /** Retired ones in their grace period. */
  readonly detached: readonly DetachedPartition[]
  /** Where the oldest and the present series of partitions begin and end; with tenants, the end of the one that ends first. */
  readonly from: string | null
  readonly until: string | null
}

/** Describes each wanted table as it was found. */
export function describeTables(wanted: readonly WantedTable[], found: State): TableDescription[] {
  return wanted.map(({ policy }) => {
    const table = found.tables.find((one) => sameTable(one, policy.table))
    const series = policy.policy.kind === 'list' ? (table?.partitions ?? []).map((tenant) => tenant.partitions) : [table?.partitions ?? []]
    const ends = series.map(lastEnd)
    return {
      model: policy.model,
      table: policy.table,
      state: !table ? 'missing' : table.partitionBy ? 'partitioned' : 'plain',
      tenants: policy.policy.kind === 'list' ? series.length : null,
      leaves: series.reduce((sum, partitions) => sum + partitions.length, 0),
      detached: found.detached.filter(({ marker }) => sameTable(marker.table, policy.table)),
      from: formatMicros(series.flat().map(lower).reduce(earlier, undefined)),
      until: formatMicros(ends.some((end) => end === undefined) ? undefined : ends.reduce(earlier, undefined)),
    }
  })
}

function lastEnd(partitions: readonly Partition[]): bigint | undefined {
  return partitions.map(upper).reduce((a, b) => (a === undefined || (b !== undefined && b > a) ? b : a), undefined)
}

function earlier(a: bigint | undefined, b: bigint | undefined): bigint | undefined {
  return a === undefined || (b !== undefined && b < a) ? b : a
}

function lower({ bound }: Partition): bigint | undefined {
  return finite(bound.kind === 'range' ? parsePosition(bound.from[0] ?? 'minvalue') : undefined)
}

function upper({ bound }: Partition): bigint | undefined {
  return finite(bound.kind === 'range' ? parsePosition(bound.to[0] ?? 'maxvalue') : undefined)
}

function finite(position: bigint | number | undefined): bigint | undefined {
  return typeof position === 'bigint' ? position : undefined
}

function formatMicros(position: bigint | undefined): string | null {
  return position === undefined ? null : new Date(Number(position / 1000n)).toISOString()
}
