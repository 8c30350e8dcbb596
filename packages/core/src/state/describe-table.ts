import type { TableName } from '../policy/document.js'
import { policyLevels, tenantsOf } from '../policy/policy.js'
import { type FoundSeries, formatPlace, foundSeries } from './found-series.js'
import { isFinitePosition } from './range-span.js'
import { type DetachedPartition, type Partition, type State, sameTable } from './state.js'
import type { WantedTable } from './want-state.js'

/** A declared table in a few figures. */
export interface TableDescription {
  readonly model: string
  readonly table: TableName
  readonly state: 'partitioned' | 'plain' | 'missing'
  /** Tenants that have partitions; null where it has none by tenant. */
  readonly tenants: number | null
  /** Partitions that hold rows. */
  readonly leaves: number
  /** Retired ones in their grace period. */
  readonly detached: readonly DetachedPartition[]
  /**
   * Where the oldest series of the outermost level of windows begins, and where the one that ends first ends: ISO 8601, or a number where that level
   * is by number. null where no level has windows, or a series is empty or open.
   */
  readonly from: string | null
  readonly until: string | null
}

/** Describes each wanted table as it was found. */
export function describeTables(wanted: readonly Pick<WantedTable, 'policy'>[], found: State): TableDescription[] {
  return wanted.map(({ policy: declared }) => {
    const { policy } = declared
    const table = found.tables.find((one) => sameTable(one, declared.table))
    const windows = policyLevels(policy).find(({ kind }) => kind === 'range' || kind === 'number-range')
    const series = table ? foundSeries(policy, table.partitions).filter((one) => one.policy === windows) : []
    return {
      model: declared.model,
      table: declared.table,
      state: !table ? 'missing' : table.partitionBy ? 'partitioned' : 'plain',
      tenants:
        tenantsOf(policy) === null
          ? null
          : policy.kind === 'tenants'
            ? countTenants(table?.partitions ?? [])
            : series.filter(({ spans }) => spans.length > 0).length,
      leaves: countLeaves(table?.partitions ?? []),
      detached: found.detached.filter(({ marker }) => sameTable(marker.table, declared.table)),
      from: earliest(series, series.flatMap(({ spans }) => spans.map(({ from }) => from)).filter(isFinitePosition)),
      until: earliest(series, series.map(lastEnd)),
    }
  })
}

function countTenants(partitions: readonly Partition[]): number {
  return partitions.filter(({ bound }) => bound.kind === 'list').length
}

/** The partitions that hold rows, at any depth. */
export function countLeaves(partitions: readonly Partition[]): number {
  let leaves = 0
  for (const { partitionBy, partitions: below } of partitions) leaves += partitionBy ? countLeaves(below) : 1
  return leaves
}

function lastEnd({ spans }: FoundSeries): bigint | undefined {
  const to = spans.at(-1)?.to
  return to !== undefined && isFinitePosition(to) ? to : undefined
}

function earliest([first]: readonly FoundSeries[], places: readonly (bigint | undefined)[]): string | null {
  let least: bigint | undefined
  for (const place of places) {
    if (place === undefined) return null
    if (least === undefined || place < least) least = place
  }
  return first && least !== undefined ? formatPlace(first.policy, least) : null
}
