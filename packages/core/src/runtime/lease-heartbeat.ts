/** Renews a lease again and again while one long step is under way. Whether it was kept is asked for after the step, as ever. */
export function keepRenewing(renew: () => Promise<unknown>, everyMs: number): { stop(): Promise<void> } {
  let renewing: Promise<unknown> = Promise.resolve()
  const timer = setInterval(() => {
    renewing = renewing.then(renew).catch(() => undefined)
  }, everyMs)
  timer.unref()
  return {
    async stop() {
      clearInterval(timer)
      await renewing
    },
  }
}
