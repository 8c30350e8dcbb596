export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS

/** The UTC midnight at or before an instant. */
export function startOfDay(at: number): number {
  return Math.floor(at / DAY_MS) * DAY_MS
}

/** The first instant of the UTC month after the one that holds the instant. */
export function startOfNextMonth(at: number): number {
  const date = new Date(at)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1)
}
