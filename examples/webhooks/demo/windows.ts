import type { DemoTable } from './ledger.js'

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS

/** The UTC midnight at or before an instant. */
export function startOfDay(at: number): number {
  return Math.floor(at / DAY_MS) * DAY_MS
}

/** The window of time of the partition that an instant belongs to, reckoned without partman. */
export function windowOf(table: DemoTable, at: number): { readonly from: number; readonly until: number } {
  if (table !== 'AuditLog') return { from: startOfDay(at), until: startOfDay(at) + DAY_MS }
  const date = new Date(at)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  return { from: Date.UTC(year, month), until: Date.UTC(year, month + 1) }
}

/** Windows that ended at or before this instant have passed their retention, reckoned without partman. */
export function retiredUntil(table: DemoTable, now: number): number {
  if (table !== 'AuditLog') return now - 30 * DAY_MS
  const date = new Date(now)
  return date.setUTCFullYear(date.getUTCFullYear() - 1)
}
