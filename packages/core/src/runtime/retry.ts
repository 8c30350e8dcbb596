import { setTimeout as delay } from 'node:timers/promises'
import { isLockTrouble } from './sql-state.js'

/** How often, and after which pauses, a step is tried that meets a lock. */
export interface RetryOptions {
  /** How often a step that met a lock is tried in all. */
  readonly attempts: number
  /** The longest wait before the second try, in milliseconds; it doubles with each further one, up to five seconds, and is drawn at random below that. */
  readonly backoffMs: number
  readonly signal?: AbortSignal
  readonly onRetry?: (error: unknown, attempt: number) => void
}

/** No wait is longer, in milliseconds: the lease of a run has to outlive the tries of a step. */
const MAX_BACKOFF_MS = 5_000

/** Runs a step again while locks stand in its way. The last error passes through. */
export async function retryOnLocks<T>(run: () => Promise<T>, options: RetryOptions): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    } catch (error) {
      if (attempt >= options.attempts || !isLockTrouble(error) || options.signal?.aborted) throw error
      options.onRetry?.(error, attempt)
      const wait = delay(
        Math.random() * Math.min(options.backoffMs * 2 ** (attempt - 1), MAX_BACKOFF_MS),
        undefined,
        options.signal ? { signal: options.signal } : {},
      )
      // Whoever stops a wait wants to know what was waited for.
      await wait.catch(() => {
        throw error
      })
    }
  }
}
