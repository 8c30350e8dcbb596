import type { TableName } from '../policy/document.js'
import type { PartitionPolicy } from '../policy/policy.js'
import type { ComparedKey } from './default-proof.js'
import { type Partition, type State, sameKey, sameTable, type Table } from './state.js'
import { comparedKey, partitionKey, type WantedTable } from './want-state.js'

/** Rows of a DEFAULT partition are counted up to these numbers: all of them, and those of a bound. */
export const MOST_ROWS = 10_000
export const MOST_ROWS_IN_WAY = 1_000

/** Rows of a DEFAULT partition that were looked at. */
export interface SeenRows {
  /** One more than the most that are counted, where there are more. */
  readonly rows: number
  /** For each column of the key its lowest and highest value among them, as PostgreSQL prints it; null where all are NULL. */
  readonly keys: readonly (readonly [lowest: string | null, highest: string | null])[]
}

/** Some rows of a DEFAULT partition, and some of each bound that was asked for. */
export interface SeenDefault {
  readonly all: SeenRows
  readonly inWay: readonly SeenRows[]
}

/** A DEFAULT partition that was found, with the level that it is of. */
export interface DefaultPlace {
  readonly wanted: WantedTable
  readonly policy: PartitionPolicy
  readonly parent: TableName
  readonly partition: Partition
  readonly key: ComparedKey
}

/** The DEFAULT partitions of all parents that are partitioned as declared, at any depth. */
export function defaultPlaces(wanted: readonly WantedTable[], { tables }: State): DefaultPlace[] {
  return wanted.flatMap((one) => {
    const table = tables.find((found) => sameTable(found, one.policy.table))
    return table && table.extension === undefined ? placesBelow(one, one.policy.policy, table) : []
  })
}

function placesBelow(wanted: WantedTable, policy: PartitionPolicy, parent: Table | Partition): DefaultPlace[] {
  if (parent.alien || !sameKey(partitionKey(policy), parent.partitionBy)) return []
  return parent.partitions.flatMap((partition) => {
    if (partition.bound.kind === 'default') {
      return partition.detachPending ? [] : [{ wanted, policy, parent, partition, key: comparedKey(policy, partition) }]
    }
    return policy.subpartition === null ? [] : placesBelow(wanted, policy.subpartition, partition)
  })
}
