import type { TableName } from '../policy/document.js'
import type { Bound } from './bound.js'
import type { DefaultProof, KeyComparison } from './default-proof.js'
import type { UnfinishedIndex } from './unfinished-index.js'

/** How a table or a partition is partitioned: the key columns as the table has them. */
export interface PartitionKey {
  readonly method: 'range' | 'list' | 'hash'
  /** An expression in the key has no column name: null. */
  readonly columns: readonly (string | null)[]
}

/** A partition, wanted or found; a wanted one has no oid yet, and its name is a proposal. */
export interface Partition extends TableName {
  readonly oid: string | null
  readonly bound: Bound
  readonly partitionBy: PartitionKey | null
  readonly partitions: readonly Partition[]
  /** A concurrent detach of it was begun and not ended. */
  readonly detachPending: boolean
  /** It bears the mark of a retirement that did not come about, or was undone. */
  readonly marked?: true
  /** The highest key below it, as PostgreSQL prints it; observed where a level by number is declared. */
  readonly highestKey?: string | null
  /** The same for each tenant that has a series of its own there. */
  readonly highestKeyOf?: ReadonlyMap<string, string | null>
  /** Bytes on disk, with indexes and TOAST, of all that is below it; observed where a retention by size is declared. */
  readonly bytes?: number
  readonly unread?: Unread
  /** Of a DEFAULT partition: how the key of its parent compares, where any column of it does not as ever. */
  readonly comparisons?: readonly (KeyComparison | null)[]
  /** Of a DEFAULT partition: CHECKs that a run which was cut off has left on it. */
  readonly proofs?: readonly DefaultProof[]
  /** What makes it a thing that partman leaves alone. */
  readonly alien?: Alien
  readonly isBeyondLike?: true
}

/** What the windows below a parent are judged by and could not be read, and why: nothing below it retires by what is not known. */
export interface Unread {
  readonly what: 'highest-key' | 'sizes'
  readonly why: string
}

/** Why partman leaves a relation alone: the role it runs as does not own it, or it is a foreign table. */
export type Alien = { readonly kind: 'owner'; readonly owner: string } | { readonly kind: 'foreign-table'; readonly server: string }

/** A declared table, wanted or found. */
export interface Table extends TableName {
  readonly oid: string | null
  /** null: a plain table. */
  readonly partitionBy: PartitionKey | null
  readonly partitions: readonly Partition[]
  readonly highestKey?: string | null
  /** The same for each tenant that has a series of its own there. */
  readonly highestKeyOf?: ReadonlyMap<string, string | null>
  readonly unread?: Unread
  readonly alien?: Alien
  /** Its partitions get an access method, a tablespace or an exclusion constraint of it, which CREATE TABLE LIKE does not see to. */
  readonly isBeyondLike?: true
  /** The extension that has it in its care: `pg_partman`, `timescaledb`, or one that it is a member of. */
  readonly extension?: string
  /** The type of each column, as a policy calls it, or by its name in the catalog. */
  readonly columnTypes?: ReadonlyMap<string, string>
  /** The tables that its foreign keys refer to: making a partition locks them for a moment. */
  readonly references?: readonly TableName[]
  /** Foreign keys of others that refer to it; those of their own partitions follow from them. */
  readonly referredBy?: readonly Referrer[]
}

/** A table whose rows refer to those of another one. */
export interface Referrer extends TableName {
  readonly constraint: string
  /** Its columns, each with the one that it refers to. */
  readonly columns: readonly (readonly [referring: string, referred: string])[]
}

/** A former partition that bears our marker: detached, and kept for its grace period. */
export interface DetachedPartition extends TableName {
  readonly oid: string
  readonly marker: RetiredMarker
  readonly bytes?: number
  /** It has partitions of its own, which go with it. */
  readonly isPartitioned?: true
  readonly alien?: Alien
}

/** What we write on a partition, as its comment, before we detach it; it survives dump and restore. */
export interface RetiredMarker {
  /** The declared table that it was a partition of, at whatever depth. */
  readonly table: TableName
  /** Its own name when it was retired: one that was renamed or moved since is somebody else's. */
  readonly partition: TableName
  /** The direct parent, which a re-attach needs. */
  readonly parent: TableName
  readonly bound: Bound
  /** Whose rows it holds; absent where they are of no tenant, or of several. */
  readonly tenant?: string
  /** The set of its tenant, where it went because that was removed: it comes back with it. */
  readonly removed?: string
  /** ISO 8601, UTC. */
  readonly retiredAt: string
}

/** The mark of a partition that was moved to a schema for good, and that no maintenance looks at again. */
export interface MovedMarker extends RetiredMarker {
  /** ISO 8601, UTC. */
  readonly movedAt: string
}

/** Everything about partitions, in one shape for what is wanted and what was found. */
export interface State {
  readonly tables: readonly Table[]
  readonly detached: readonly DetachedPartition[]
  /** Indexes of the tables that not all partitions have; absent where there is none. */
  readonly unfinishedIndexes?: readonly UnfinishedIndex[]
}

export function sameKey(a: PartitionKey, b: PartitionKey | null): boolean {
  return (
    b !== null && a.method === b.method && a.columns.length === b.columns.length && a.columns.every((column, i) => column === b.columns[i])
  )
}

/** Whether two names are of one table. */
export function sameTable(a: TableName, b: TableName): boolean {
  return a.schema === b.schema && a.name === b.name
}

/** A table as people read it: `schema.name`, without quotes. It is no SQL. */
export function formatTableName({ schema, name }: TableName): string {
  return `${schema}.${name}`
}
