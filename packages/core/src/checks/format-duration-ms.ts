const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const

/** `3 days`, `1 hour`: the largest unit that there is one whole of, rounded down. */
export function formatDurationMs(ms: number): string {
  for (const [unit, length] of UNITS) {
    const count = Math.floor(ms / length)
    if (count > 0) return `${count} ${unit}${count === 1 ? '' : 's'}`
  }
  return `${Math.max(0, Math.round(ms))} ms`
}
