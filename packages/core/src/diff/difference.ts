import type { TableName } from '../policy/document.js'
import type { DetachedPartition, Partition, PartitionKey } from '../state/state.js'
import type { Identified, LackingPartition, UnfinishedIndex } from '../state/unfinished-index.js'
import type { WantedTable } from '../state/want-state.js'

/** A fact about a declared table: one way in which what was found is not what is wanted. Deciding what to do is the plan's. */
export type Difference =
  /** The table is not in the database. */
  | { readonly kind: 'table-missing'; readonly wanted: WantedTable }
  /** The table is there, and is not partitioned. */
  | { readonly kind: 'table-plain'; readonly wanted: WantedTable }
  /** The table, or a partition of it, is partitioned in another way. */
  | {
      readonly kind: 'key-different'
      readonly wanted: WantedTable
      readonly at: TableName
      readonly wantedKey: PartitionKey
      readonly foundKey: PartitionKey | null
    }
  /** Rows that should have a partition have none; the bound of `partition` is the part that nothing covers yet. */
  | { readonly kind: 'partition-missing'; readonly wanted: WantedTable; readonly parent: TableName; readonly partition: Partition }
  /** The upper bound has passed the retention. */
  | {
      readonly kind: 'partition-expired'
      readonly wanted: WantedTable
      readonly parent: TableName
      readonly partition: Partition
      /** Microseconds on the key's axis. */
      readonly upper: bigint
      /** How many partitions the parent has beside it, expired ones included. */
      readonly siblings: number
    }
  /** A concurrent detach was begun and never ended. */
  | { readonly kind: 'detach-unfinished'; readonly wanted: WantedTable; readonly parent: TableName; readonly partition: Partition }
  /** A partition is attached and bears the mark of a retirement. */
  | { readonly kind: 'marker-stale'; readonly wanted: WantedTable; readonly parent: TableName; readonly partition: Partition }
  /** A retired partition stands detached. */
  | { readonly kind: 'partition-detached'; readonly wanted: WantedTable; readonly partition: DetachedPartition }
  /** A DEFAULT partition, which PostgreSQL refuses concurrent detach beside. */
  | { readonly kind: 'default-present'; readonly wanted: WantedTable; readonly parent: TableName; readonly partition: Partition }
  | IndexDifference

/** A way in which an index of a partitioned table is not whole. `index` is one that is there; `parent` is its table, or one below it. */
export type IndexDifference =
  /** A partition has no part of an index of its parent. */
  | (IndexPlace & { readonly kind: 'index-missing'; readonly lacking: LackingPartition })
  /** Every partition has its part, and PostgreSQL has not noticed. */
  | (IndexPlace & { readonly kind: 'index-unnoticed'; readonly part: Identified })
  /** A partition has its part, and that one is invalid. */
  | { readonly kind: 'index-broken'; readonly wanted: WantedTable; readonly index: UnfinishedIndex; readonly part: Identified }

/** Where an index is to get a part. */
export interface IndexPlace {
  readonly wanted: WantedTable
  readonly index: UnfinishedIndex
  /** The index that it is a part of in the end, of the declared table as a rule. */
  readonly whole: UnfinishedIndex
  readonly parent: TableName
  readonly partition: Partition
}
