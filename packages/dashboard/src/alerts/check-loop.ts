import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from '@partman/core'

/** Runs a check again and again, with pauses between 90 % and 110 % of `everyMs`, so that several processes do not come all at the same moment. */
export function checkLoop(
  check: () => Promise<object>,
  { everyMs, logger }: { everyMs: number; logger: Logger },
): { start(): void; stop(): Promise<void> } {
  let stopping = new AbortController()
  let loop: Promise<void> | undefined
  let ended: Promise<unknown> = Promise.resolve()

  async function keepChecking(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        logger.info({ report: await check() }, 'check ended')
      } catch (error) {
        logger.error({ err: error }, 'check failed')
      }
      await delay(everyMs * (0.9 + Math.random() * 0.2), undefined, { signal }).catch(() => undefined)
    }
  }

  return {
    start() {
      loop ??= keepChecking(stopping.signal)
    },
    async stop() {
      stopping.abort()
      ended = Promise.allSettled([ended, loop])
      loop = undefined
      stopping = new AbortController()
      await ended
    },
  }
}
