import type { TableName } from '../policy/document.js'
import type { Bound } from '../state/bound.js'
import type { ComparedKey, DefaultProof } from '../state/default-proof.js'
import type { DetachedPartition, Partition } from '../state/state.js'
import type { Identified } from '../state/unfinished-index.js'

/** A lock on a table, or an index, that the application uses, held for the moment of the step. */
export interface OperationLock {
  readonly mode: 'SHARE UPDATE EXCLUSIVE' | 'SHARE' | 'SHARE ROW EXCLUSIVE' | 'ACCESS EXCLUSIVE'
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

/** When the rows of a window come: `near` is the present one, the next, and whatever is no window. */
export type CreationTime = 'past' | 'near' | 'ahead'

/** Makes a partition, with all partitions of its own, beside the parent and attaches it as a whole. */
export interface CreatePartition extends Common {
  readonly kind: 'create-partition'
  readonly transactional: true
  readonly destroysData: false
  readonly parent: TableName
  readonly partition: Partition
  /** A row of this moment would have no partition without it. */
  readonly holdsPresent: boolean
  readonly time: CreationTime
  /** The parent has an access method, a tablespace or exclusion constraints for its partitions, which CREATE TABLE LIKE does not copy as PARTITION OF would. */
  readonly isBeyondLike: boolean
  /** Absent where the parent has no DEFAULT partition. */
  readonly beside?: BesideDefault
}

/** The DEFAULT partition beside a new one, and how it is proven to hold no row of it. */
export interface BesideDefault {
  readonly partition: PartitionReference
  readonly key: ComparedKey
  /** The CHECK that proves it, while the new partition is made; null: ATTACH looks, as that takes no time. */
  readonly check: string | null
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
  /** Whose rows it holds; null where there are no tenants, or several in it. */
  readonly tenant: string | null
  /** ISO 8601: the grace period counts from here. */
  readonly retiredAt: string
  /** It goes because its tenant was removed. */
  readonly removed?: RemovedTenant
}

/** A tenant that somebody has removed. */
export interface RemovedTenant {
  /** Where the partitions of the document live: a set of the same name of another one is another. */
  readonly partitionSchema: string
  /** The name of its set. */
  readonly tenants: string
  readonly key: string
  /** ISO 8601: since when its grace period counts. */
  readonly graceFrom: string
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

/** Takes a CHECK off a DEFAULT partition that a run which was cut off has left there: it refuses rows. */
export interface DropCheck extends Common {
  readonly kind: 'drop-check'
  readonly transactional: true
  readonly destroysData: false
  readonly parent: TableName
  readonly partition: PartitionReference
  readonly check: DefaultProof
}

/** An index of a partitioned table, `parent` or one above it, that a partition is to have its part of. */
export interface WholeIndex extends Identified {
  readonly unique: boolean
  /** What follows the table's name in CREATE INDEX. */
  readonly definition: string
}

/** Makes a partition's part of an index and attaches it to that of the parent. */
export interface CreateIndex extends Common {
  readonly kind: 'create-index'
  /** Where there are partitions below, the part has no rows and is made in one transaction; otherwise it is built concurrently. */
  readonly transactional: boolean
  readonly destroysData: false
  readonly parent: TableName
  readonly partition: PartitionReference
  readonly index: WholeIndex
  /** The part's own name, beside the partition. */
  readonly name: string
  /** An invalid remnant of a build of ours that was cut off; it is dropped first. */
  readonly leftover: Identified | null
}

/** Attaches an index that a partition has already to that of the parent; where it is attached, PostgreSQL looks whether all are there. */
export interface AttachIndex extends Common {
  readonly kind: 'attach-index'
  readonly transactional: true
  readonly destroysData: false
  readonly parent: TableName
  readonly partition: PartitionReference
  readonly index: WholeIndex
  readonly part: Identified
  readonly isAttached: boolean
}

/** Drops a retired partition whose grace period is over: the one operation that destroys rows. */
export interface DropPartition extends Common {
  readonly kind: 'drop-partition'
  readonly transactional: true
  readonly destroysData: true
  readonly partition: DetachedPartition
  /** Whose rows it holds; null where there are no tenants, or several in it. */
  readonly tenant: string | null
  /** It goes because its tenant was removed. */
  readonly removed?: RemovedTenant
}

/** Moves a retired partition whose grace period is over, and all below it, to a schema where nothing looks at it again. */
export interface MovePartition extends Common {
  readonly kind: 'move-partition'
  readonly transactional: true
  readonly destroysData: false
  readonly partition: DetachedPartition
  /** Whose rows it holds; null where there are no tenants, or several in it. */
  readonly tenant: string | null
  /** It goes because its tenant was removed. */
  readonly removed?: RemovedTenant
  /** It is made where it is missing. */
  readonly schema: string
  /** ISO 8601. */
  readonly movedAt: string
}

/** A decision: one step that takes the database nearer to what is wanted. */
export type Operation =
  | CreatePartition
  | DetachPartition
  | FinalizeDetach
  | ClearMarker
  | DropCheck
  | DropPartition
  | MovePartition
  | CreateIndex
  | AttachIndex
