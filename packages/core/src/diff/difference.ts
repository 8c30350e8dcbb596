import type { TableName } from '../policy/document.js'
import type { AfterGrace, RetentionPolicy } from '../policy/policy.js'
import type { ComparedKey, DefaultProof } from '../state/default-proof.js'
import type { Hold } from '../state/hold.js'
import type { Removal } from '../state/removal.js'
import type { Alien, DetachedPartition, Partition, PartitionKey, Unread } from '../state/state.js'
import type { Identified, LackingPartition, UnfinishedIndex } from '../state/unfinished-index.js'
import type { WantedTable } from '../state/want-state.js'

/** Why a partition is to go: its retention, or its tenant was removed. */
export type RetirementCause = RetentionPolicy | TenantRemoval

/** Somebody has removed the tenant: all of its partitions go, whatever their time. */
export interface TenantRemoval {
  readonly kind: 'tenant-removed'
  /** The name of its set. */
  readonly tenants: string
  readonly key: string
  readonly removal: Removal
  /** What becomes of the partitions once they are detached, and when. */
  readonly grace: string
  readonly afterGrace?: AfterGrace | undefined
}

/** A found parent and one of its partitions. */
interface AtPartition {
  readonly wanted: WantedTable
  readonly parent: TableName
  readonly partition: Partition
}

/** A fact about a declared table: one way in which what was found is not what is wanted. Deciding what to do is the plan's. */
export type Difference =
  /** The table is not in the database. */
  | { readonly kind: 'table-missing'; readonly wanted: WantedTable }
  /** The table is there, and is not partitioned. */
  | { readonly kind: 'table-plain'; readonly wanted: WantedTable; readonly extension: string | null }
  /** The table is in the care of an extension. */
  | { readonly kind: 'table-of-extension'; readonly wanted: WantedTable; readonly extension: string }
  /** The table, or a partition of it, is not partman's to change. */
  | { readonly kind: 'relation-alien'; readonly wanted: WantedTable; readonly relation: TableName; readonly alien: Alien }
  /** The table, or a partition of it, is partitioned in another way. */
  | {
      readonly kind: 'key-different'
      readonly wanted: WantedTable
      readonly at: TableName
      readonly wantedKey: PartitionKey
      /** null: it holds rows where a further level is declared. */
      readonly foundKey: PartitionKey | null
    }
  /** A key column has another type than is declared. */
  | {
      readonly kind: 'key-type-different'
      readonly wanted: WantedTable
      readonly column: string
      readonly declared: string
      readonly found: string
    }
  /** A partition is partitioned in turn, and no such level is declared. */
  | ({ readonly kind: 'level-undeclared'; readonly foundKey: PartitionKey } & AtPartition)
  /** Rows that should have a partition have none; the bound of `partition` is the part that nothing covers yet. */
  | ({
      readonly kind: 'partition-missing'
      /** It is needed at this moment, and not only ahead of time. */
      readonly holdsPresent: boolean
      /** When its rows come: `near` is the present window, the next, and whatever is no window. */
      readonly time: 'past' | 'near' | 'ahead'
      /** Tables that foreign keys of the table refer to. */
      readonly references: readonly TableName[]
      /** The parent sees to more than CREATE TABLE LIKE copies. */
      readonly isBeyondLike: boolean
    } & AtPartition)
  /** The retention of its level does not keep it any longer, or its tenant was removed. */
  | ({
      readonly kind: 'partition-expired'
      readonly cause: RetirementCause
      /** Whose rows it holds; null where there are no tenants, or several in it. */
      readonly tenant: string | null
      /** Where it ends, as PostgreSQL prints it; of a tenant that was removed: its key. */
      readonly upper: string
      /** It ends after the present. */
      readonly isCurrent: boolean
      /** How many partitions the parent has beside it, expired ones included. */
      readonly siblings: number
      /** Tables that foreign keys of the table refer to. */
      readonly references: readonly TableName[]
      /** The holds on any of its rows. */
      readonly holds: readonly Hold[]
    } & AtPartition)
  /** The next partition of a series by time lies far in the future. */
  | ({ readonly kind: 'series-ahead' } & AtPartition)
  /** A concurrent detach was begun and never ended. */
  | ({
      readonly kind: 'detach-unfinished'
      /** Tables that foreign keys of the table refer to. */
      readonly references: readonly TableName[]
    } & AtPartition)
  /** A partition is attached and bears the mark of a retirement. */
  | ({ readonly kind: 'marker-stale' } & AtPartition)
  /** A retired partition stands detached. */
  | {
      readonly kind: 'partition-detached'
      readonly wanted: WantedTable
      readonly partition: DetachedPartition
      /** The retention that still does not keep it, or the removal of its tenant; null where it would be kept today. */
      readonly expired: RetirementCause | null
      /** Tables that foreign keys of the table refer to. */
      readonly references: readonly TableName[]
      readonly tenant: string | null
      /** Its parent is there and stays, so that it could be attached again. */
      readonly isParentKept: boolean
      /** The holds on any of its rows. */
      readonly holds: readonly Hold[]
    }
  /** A DEFAULT partition, which PostgreSQL refuses concurrent detach beside; `declared` where the level asks for one. */
  | ({ readonly kind: 'default-present'; readonly declared: boolean; readonly key: ComparedKey } & AtPartition)
  /** A CHECK of ours is on a DEFAULT partition, and refuses rows. */
  | ({ readonly kind: 'check-left'; readonly check: DefaultProof } & AtPartition)
  /** What its windows are judged by could not be read. */
  | { readonly kind: 'level-unread'; readonly wanted: WantedTable; readonly parent: TableName; readonly unread: Unread }
  /** A bound has no place on the axis of the declared key, so nobody can tell what is covered beside it. */
  | ({ readonly kind: 'bound-unplaced' } & AtPartition)
  /** A list partition holds values that no list names. */
  | ({ readonly kind: 'values-undeclared'; readonly values: readonly (string | null)[] } & AtPartition)
  /** The rows are spread over another number of hash partitions than is declared. */
  | {
      readonly kind: 'modulus-different'
      readonly wanted: WantedTable
      readonly parent: TableName
      readonly declared: number
      readonly found: readonly number[]
    }
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
