import type { TablePolicy } from '../policy/document.js'
import { type PartitionPolicy, tenantsOf } from '../policy/policy.js'
import { coveringHolds, type Hold } from './hold.js'
import { type KeySpan, narrowSpans, spansBelow } from './key-span.js'
import { tenantIn } from './range-span.js'
import { type DetachedPartition, formatTableName, type Partition, type State, sameTable } from './state.js'

/** What a hold is on at the moment. */
export interface HeldPartitions {
  /** Attached ones that hold rows. */
  readonly attached: readonly Partition[]
  /** Those of them whose detach has begun, and ends. */
  readonly retiring: readonly Partition[]
  /** Retired ones; they stay as they are, with their rows. */
  readonly detached: readonly DetachedPartition[]
}

interface Place {
  readonly tenant: string | null
  readonly spans: readonly KeySpan[]
}

/** Finds the partitions of a table that a hold is on. */
export function heldPartitions(
  { table, policy }: TablePolicy,
  { tables, detached }: Pick<State, 'tables' | 'detached'>,
  hold: Hold,
): HeldPartitions {
  const attached: Partition[] = []
  const retiring: Partition[] = []
  const parents = new Map<string, { readonly level: PartitionPolicy; readonly place: Place }>()
  const covers = ({ tenant, spans }: Place) => coveringHolds([hold], tenant, spans).length > 0

  const visit = (parent: Pick<Partition, 'schema' | 'name' | 'partitions'>, level: PartitionPolicy, place: Place, isRetiring: boolean) => {
    parents.set(formatTableName(parent), { level, place })
    for (const partition of parent.partitions) {
      const own = { tenant: tenantOf(level, partition.bound, place), spans: narrowSpans(place.spans, level, partition.bound) }
      const goes = isRetiring || partition.detachPending
      if (partition.partitionBy && level.subpartition) visit(partition, level.subpartition, own, goes)
      else if (covers({ ...own, spans: spansBelow(own.spans, level) })) {
        attached.push(partition)
        if (goes) retiring.push(partition)
      }
    }
  }
  const found = tables.find((one) => sameTable(one, table))
  if (found) visit(found, policy, { tenant: null, spans: [] }, false)
  return {
    attached,
    retiring,
    detached: detached.filter(({ marker }) => {
      if (!sameTable(marker.table, table)) return false
      const parent = parents.get(formatTableName(marker.parent))
      // Nobody knows any more what it was a part of.
      if (!parent) return true
      const { level, place } = parent
      const spans = spansBelow(narrowSpans(place.spans, level, marker.bound), level)
      return covers({ tenant: tenantOf(level, marker.bound, place), spans })
    }),
  }
}

function tenantOf(level: PartitionPolicy, bound: Partition['bound'], { tenant }: Place): string | null {
  return tenantsOf(level) ? tenantIn(bound) : tenant
}
