import type { Clock } from '@partman/core'

export interface PartmanOptions {
  /** Tells around which instant a new tenant's partitions are made, and when `maintain` takes place. Default: the process's clock, and for `maintain` the database's. */
  readonly clock?: Clock
  /** How long making a tenant's partitions may wait for one lock, in milliseconds. Default 5,000. */
  readonly lockTimeoutMs?: number
}

export interface ResolvedOptions {
  readonly clock: Clock
  readonly lockTimeoutMs: number
}

/** Sign-ups at the same moment wait for each other, each for as long as the DDL of those before it takes. */
const LOCK_TIMEOUT_MS = 5_000

export function resolveOptions({ clock, lockTimeoutMs }: PartmanOptions): ResolvedOptions {
  return { clock: clock ?? { now: () => new Date() }, lockTimeoutMs: lockTimeoutMs ?? LOCK_TIMEOUT_MS }
}
