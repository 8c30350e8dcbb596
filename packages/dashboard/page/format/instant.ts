const DAY_MS = 86_400_000
const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'long' })
const STEPS = [
  ['second', 1_000, 60],
  ['minute', 60_000, 60],
  ['hour', 3_600_000, 36],
  ['day', DAY_MS, 45],
  ['month', 30.4 * DAY_MS, 18],
  ['year', 365.25 * DAY_MS, Number.POSITIVE_INFINITY],
] as const

/** `5 minutes ago`, `in 3 days`. */
export function formatRelative(at: number, now: number): string {
  const distance = at - now
  const [unit, length] = STEPS.find(([, length, limit]) => Math.abs(distance) / length < limit) ?? STEPS[0]
  return Math.abs(distance) < 1_000 ? 'now' : RELATIVE.format(Math.round(distance / length), unit)
}

/** `19 Dec`, with the year where it is another one. */
export function formatDay(at: string | number, now: number, timeZone = 'UTC'): string {
  const date = new Date(at)
  const isFar = Math.abs(date.getTime() - now) > 300 * DAY_MS
  return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone, ...(isFar ? { year: 'numeric' } : {}) })
}

/** `2026-11-23 05:56:54`, in the time zone of whoever looks, or in another one. */
export function formatInstant(at: string | number, timeZone?: string): string {
  const zone = timeZone === undefined ? {} : { timeZone }
  return new Date(at).toLocaleString('sv-SE', { dateStyle: 'short', timeStyle: 'medium', ...zone })
}

/** An end of a window: a day where it is one, else the instant; numbers with their groups. */
export function formatEdge(edge: string | null, timeZone: string | null): string {
  if (edge === null) return '…'
  if (/^-?\d+$/.test(edge)) return edge.replace(/\B(?=(\d{3})+$)/g, ',')
  if (!/^\d{4,}-\d\d-\d\dT/.test(edge)) return edge
  const text = formatInstant(edge, timeZone ?? 'UTC')
  return text.endsWith(' 00:00:00') ? text.slice(0, -9) : text
}

/** `1.4 s`, `3 min 20 s`. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 60) return `${minutes} min ${Math.round((ms % 60_000) / 1_000)} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
