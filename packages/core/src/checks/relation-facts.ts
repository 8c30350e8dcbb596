import type { TableName } from '../policy/document.js'
import type { Check } from './check.js'

/** What one look at the catalog tells of partitions, beyond what a plan needs. No rows, and no lock on any table. */
export interface RelationFacts {
  /** The partitioned tables that are declared, or have partitions in the partition schema. */
  readonly tables: readonly PartitionedTable[]
  readonly pending: readonly PendingDetach[]
  readonly foreignOwners: readonly ForeignOwner[]
  readonly invalidIndexes: readonly InvalidIndex[]
  readonly unattached: readonly UnattachedTable[]
  readonly marked: readonly MarkedRelation[]
  /** Locks that the server has room for, of all sessions together, and what it is made of. */
  readonly locks: { readonly perTransaction: number; readonly sessions: number }
}

export interface PartitionedTable extends TableName {
  readonly leaves: number
  /** Tables and indexes below it, and those of its own: a query that binds no key locks each. */
  readonly relations: number
}

/** A partition whose concurrent detach was begun and not ended. */
export interface PendingDetach {
  readonly partition: TableName
  readonly parent: TableName
}

/** Partitions of one parent that belong to another role than it does. */
export interface ForeignOwner {
  readonly parent: TableName
  readonly parentOwner: string
  readonly owner: string
  readonly partitions: readonly TableName[]
  /** Whether the role can act as that owner. */
  readonly isOurs: boolean
}

/** An invalid index of a partition that is no part of an index of its parent, and that nobody is building. */
export interface InvalidIndex {
  readonly index: TableName
  readonly table: TableName
}

/** A table that stands like a partition, with neither a parent nor a mark. */
export interface UnattachedTable {
  readonly table: TableName
  /** As the statistics have it; null where there are none. */
  readonly estimatedRows: number | null
  /** The partitioned tables that have its very columns. */
  readonly candidates: readonly TableName[]
}

/** A table that stands detached and bears a comment of ours. */
export interface MarkedRelation {
  readonly table: TableName
  readonly comment: string
  /** Whether the table that it was retired from is still there. */
  readonly isTableThere: boolean
}

export type RelationCheck = Check<{ readonly relations: RelationFacts }>
