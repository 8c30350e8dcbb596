/** The instant at which all maintenance of a benchmark begins, but for what runs by the database's own clock. */
export const BEGIN = '2026-03-01T12:00:00Z'

const DAY_MS = 86_400_000

/** The date so many days after the beginning. */
export function day(offset: number): string {
  return instant(offset).slice(0, 10)
}

/** Noon so many days after the beginning. */
export function instant(offset: number): string {
  return new Date(Date.parse(BEGIN) + offset * DAY_MS).toISOString()
}
