import type { TableName } from '../policy/document.js'
import type { Bound } from '../state/bound.js'
import type { DetachedPartition, Partition } from '../state/state.js'

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
  /** The strongest lock on a table that the application uses, and which. */
  readonly lock: { readonly mode: 'SHARE UPDATE EXCLUSIVE' | 'none'; readonly on: TableName | null }
}

/** Makes a partition, with all partitions of its own, beside the parent and attaches it as a whole. */
export interface CreatePartition extends Common {
  readonly kind: 'create-partition'
  readonly transactional: true
  readonly destroysData: false
  readonly parent: TableName
  readonly partition: Partition
}

/** Marks a partition as retired and detaches it concurrently; its rows stay in it. */
export interface DetachPartition extends Common {
  readonly kind: 'detach-partition'
  readonly transactional: false
  readonly destroysData: false
  readonly parent: TableName
  readonly partition: Pick<Partition, 'schema' | 'name' | 'bound'> & { readonly oid: string }
  /** ISO 8601: the grace period counts from here. */
  readonly retiredAt: string
}

/** Ends a concurrent detach that was cut off. */
export interface FinalizeDetach extends Common {
  readonly kind: 'finalize-detach'
  readonly transactional: true
  readonly destroysData: false
  readonly parent: TableName
  readonly partition: { readonly oid: string; readonly schema: string; readonly name: string; readonly bound: Bound }
}

/** Takes the mark of a retirement off a partition that is attached, so that nobody takes it for a retired one later. */
export interface ClearMarker extends Common {
  readonly kind: 'clear-marker'
  readonly transactional: true
  readonly destroysData: false
  readonly parent: TableName
  readonly partition: { readonly oid: string; readonly schema: string; readonly name: string; readonly bound: Bound }
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
