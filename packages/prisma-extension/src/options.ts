import type { Clock } from '@partman/core'
import { type PruningMode, type UnprunedQuery, warnOfUnpruned } from './pruning/pruning-guard.js'

/** How the client extension makes partitions, and what it tells of queries. */
export interface PartmanOptions {
  /** Tells around which instant a new tenant's partitions are made, and when `maintain` takes place. Default: the process's clock, and for `maintain` the database's. */
  readonly clock?: Clock
  /** How long making a tenant's partitions may wait for one lock, in milliseconds. Default 5,000. */
  readonly lockTimeoutMs?: number
  /**
   * What becomes of a query on a partitioned model that binds no key, so that PostgreSQL looks into all partitions: `off`, it is
   * counted; `warn`, it is told of once for each place in the code; `error`, it is refused. Default: `off`.
   */
  readonly pruning?: PruningMode
  /** Is told of such queries where `pruning` is `warn`. Default: a warning of the process. */
  readonly onUnpruned?: (query: UnprunedQuery) => void
}

export interface ResolvedOptions {
  readonly clock: Clock
  readonly lockTimeoutMs: number
  readonly pruning: PruningMode
  readonly onUnpruned: (query: UnprunedQuery) => void
}

/** Sign-ups at the same moment wait for each other, each for as long as the DDL of those before it takes. */
const LOCK_TIMEOUT_MS = 5_000

export function resolveOptions({ clock, lockTimeoutMs, pruning, onUnpruned }: PartmanOptions): ResolvedOptions {
  return {
    clock: clock ?? { now: () => new Date() },
    lockTimeoutMs: lockTimeoutMs ?? LOCK_TIMEOUT_MS,
    pruning: pruning ?? 'off',
    onUnpruned: onUnpruned ?? warnOfUnpruned,
  }
}
