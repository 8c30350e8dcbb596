import type { TableName } from '../policy/document.js'
import type { Bound } from './bound.js'
import type { UnfinishedIndex } from './unfinished-index.js'

/** How a table or a partition is partitioned: the key columns as the table has them, the types as `format_type` names them. */
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
}

/** A declared table, wanted or found. */
export interface Table extends TableName {
  readonly oid: string | null
  /** null: a plain table. */
  readonly partitionBy: PartitionKey | null
  readonly partitions: readonly Partition[]
}

/** A former partition that bears our marker: detached, and kept for its grace period. */
export interface DetachedPartition extends TableName {
  readonly oid: string
  readonly marker: RetiredMarker
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
  /** ISO 8601, UTC. */
  readonly retiredAt: string
}

/** Everything about partitions, in one shape for what is wanted and what was found. */
export interface State {
  readonly tables: readonly Table[]
  readonly detached: readonly DetachedPartition[]
  /** Indexes of the tables that not all partitions have; absent where there is none. */
  readonly unfinishedIndexes?: readonly UnfinishedIndex[]
}

export function sameTable(a: TableName, b: TableName): boolean {
  return a.schema === b.schema && a.name === b.name
}

export function formatTableName({ schema, name }: TableName): string {
  return `${schema}.${name}`
}
