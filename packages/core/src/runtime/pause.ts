/** setTimeout takes no more, and fires at once instead. */
export const MAX_TIMEOUT_MS = 2 ** 31 - 1

/** Waits, but no longer than until one of the signals. */
export function pause(ms: number, ...signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    if (signals.some(({ aborted }) => aborted)) {
      resolve()
      return
    }
    const end = () => {
      clearTimeout(timer)
      for (const signal of signals) signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, Math.min(ms, MAX_TIMEOUT_MS))
    for (const signal of signals) signal.addEventListener('abort', end)
  })
}
