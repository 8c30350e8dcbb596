import type { TableName } from '../policy/document.js'
import type { Bound } from '../state/bound.js'
import type { Row, RowOptions } from './partition-rows.js'

/** Before its first statement: of what takes a partition off its parent, or of what drops it for good. */
export type RetirementPhase = 'before-detach' | 'before-drop'

/**
 * What a hook says: `proceed`; `keep`, and the partition stays as it is for good; `retry`, and it is asked again after so long (`"1 hour"`), by the
 * database's clock, or after a minute that doubles with each attempt, up to an hour.
 */
export type HookDecision =
  | 'proceed'
  | { readonly decision: 'keep'; readonly reason: string }
  | { readonly decision: 'retry'; readonly after?: string; readonly reason?: string }

/** A partition that is about to go, as a hook is told of it. */
export interface RetiringPartition extends TableName {
  readonly phase: RetirementPhase
  /** The parent; where it stands detached already, the one it had. */
  readonly parent: TableName
  /** Prisma's name of the declared table. */
  readonly model: string
  /** The declared table, at whatever depth below it the partition is. */
  readonly table: TableName
  /** Whose rows it holds; null where there are no tenants, or several in it. */
  readonly tenant: string | null
  /** Why it goes, in one sentence for people: what its retention says, or that its tenant was removed. */
  readonly reason: string
  readonly bound: Bound
  /** Rows by the last ANALYZE or VACUUM; null where there was none. */
  readonly estimatedRows: number | null
  /** Bytes on disk, with indexes and TOAST, of it and all below it. */
  readonly bytes: number
  /**
   * 1 the first time. A hook is called at least once, and again after a crash that came between its answer and the record of it: what it does
   * has to be the same when it is done twice.
   */
  readonly attempt: number
  /**
   * Fires when the time is over, the maintainer is stopped, or its lease is lost: the answer counts no longer, and nothing goes. A hook that
   * goes on all the same may be at work still when it is called again.
   */
  readonly signal: AbortSignal
  /**
   * All rows, read in batches of about a megabyte, each by a statement of its own: no transaction stays open, and it works through a pooler. So
   * before a drop, when nobody writes to it any more, they are all there; before a detach, rows that are written meanwhile may be missing, or
   * be there twice. Throws once `signal` has fired.
   */
  rows<R extends object = Row>(options?: RowOptions): AsyncIterable<R>
  /** The same, a batch at a time; none is empty. */
  batches<R extends object = Row>(options?: RowOptions): AsyncIterable<readonly R[]>
}

/** Asked once about each partition in each phase. Where it throws, or takes too long, the rows stay, and it is asked again later. */
export type RetirementHook = (partition: RetiringPartition) => Promise<HookDecision>

/** Functions of the application that are asked before a partition is detached, and before it is dropped. One that is absent has nothing against it. */
export interface RetirementHooks {
  readonly beforeDetach?: RetirementHook | undefined
  readonly beforeDrop?: RetirementHook | undefined
}

/** What the hook said about a step, in this run or in an earlier one. */
export interface HookReport {
  readonly phase: RetirementPhase
  /** null: it threw, or took too long. */
  readonly decision: 'proceed' | 'keep' | 'retry' | null
  /** How often it was called. */
  readonly attempt: number
  /** Why, in its own words. */
  readonly reason?: string
  /** ISO 8601: it is not called again before. */
  readonly retryAt?: string
}
