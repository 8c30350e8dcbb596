import type { TableName } from '../policy/document.js'
import type { Bound } from '../state/bound.js'
import type { DetachedPartition, Partition } from '../state/state.js'

/** A lock on a table that the application uses, held for the moment of the step. */
export interface OperationLock {
  readonly mode: 'SHARE UPDATE EXCLUSIVE' | 'SHARE ROW EXCLUSIVE' | 'ACCESS EXCLUSIVE'
  readonly on: TableName
}

/** What every operation tells of itself. */
interface Common {
  /** The declared table that it serves. */
  readonly table: TableName
  /** Prisma's name of the table. */
  readonly model: string
  /** file:line:column of the declaration that asks for it. */
  readonly declaredAt: string
  /** Why, in one sentence for people. */
  readonly reason: string
  /** The strongest lock on each table that the application uses; none where it uses none of them. */
  readonly locks: readonly OperationLock[]
}

/** Makes a partition, with all partitions of its own, beside the parent and attaches it as a whole. */
export interface CreatePartition extends Common {
  readonly kind: 'create-partition'
  readonly transactional: true
  readonly destroysData: false
  readonly parent: TableName
  readonly partition: Partition
  /** A row of this moment would have no partition without it. */
  readonly holdsPresent: boolean
}

/** A partition that is there, as an operation names it. */
export interface PartitionReference extends TableName {
  readonly oid: string
  readonly bound: Bound
}

/** Marks a partition as retired and detaches it concurrently; its rows stay in it. */
export interface DetachPartition extends Common {
  readonly kind: 'detach-partition'
  readonly transactional: false
  readonly destroysData: false
  readonly parent: TableName
  readonly partition: PartitionReference
  /** ISO 8601: the grace period counts from here. */
  readonly retiredAt: string
}

/** Ends a concurrent detach that was cut off. */
export interface FinalizeDetach extends Common {
  readonly kind: 'finalize-detach'
  readonly transactional: true
  readonly destroysData: false
  readonly parent: TableName
  readonly partition: PartitionReference
}

/** Takes the mark of a retirement off a partition that is attached, so that nobody takes it for a retired one later. */
export interface ClearMarker extends Common {
  readonly kind: 'clear-marker'
  readonly transactional: true
  readonly destroysData: false
  readonly parent: TableName
  readonly partition: PartitionReference
}

/** Drops a retired partition whose grace period is over: the one operation that destroys rows. */
export interface DropPartition extends Common {
  readonly kind: 'drop-partition'
  readonly transactional: true
  readonly destroysData: true
  readonly partition: DetachedPartition
}

/** A decision: one step that takes the database nearer to what is wanted. */
export type Operation = CreatePartition | DetachPartition | FinalizeDetach | ClearMarker | DropPartition
