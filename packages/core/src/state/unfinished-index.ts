import type { TableName } from '../policy/document.js'

/** An index, or a table, that is known by its object id. */
export interface Identified extends TableName {
  readonly oid: string
}

/** A partitioned index that PostgreSQL calls invalid: not every partition has its part of it, or nobody has looked whether all have. */
export interface UnfinishedIndex extends Identified {
  /** Object id of the partitioned table that it is on. */
  readonly tableOid: string
  /** Object id of the index that it is a part of; null for one of a declared table. */
  readonly parentOid: string | null
  readonly unique: boolean
  /** What follows the table's name in CREATE INDEX, as PostgreSQL prints it, every name outside pg_catalog qualified. */
  readonly definition: string
  /** Partitions without a part of it, and all partitions below those. */
  readonly lacking: readonly LackingPartition[]
  /** A part of it that is attached and valid; null where there is none. */
  readonly attachedPart: (Identified & { readonly partitionOid: string }) | null
  /** Parts that are attached and invalid, those left out that are unfinished themselves. */
  readonly brokenParts: readonly Identified[]
}

/** A partition that lacks its part of an index. */
export interface LackingPartition {
  readonly oid: string
  /** An index of the very same definition that belongs to no other one yet, and that can be attached. */
  readonly candidate: Identified | null
  /** The same, but invalid: what a concurrent build has left that was cut off, or one under way. */
  readonly leftover: Identified | null
  /** Somebody holds the lock that a concurrent build takes, beside such a remnant. */
  readonly busy: boolean
}
