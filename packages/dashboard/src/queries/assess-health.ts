import type { z } from '@hono/zod-openapi'
import type { Observation } from '@partman/core'
import type { Finding, TableSummary } from '../api/schemas.js'
import { nominalDays } from './nominal-days.js'
import type { Bookkeeping } from './observe-bookkeeping.js'

const DAY_MS = 86_400_000
/** Whoever maintains does so several times a day. */
const UNSEEN_MS = DAY_MS
/** One statement writes the end of a run in two places, by two looks at the clock. */
const SAME_RUN_MS = 1_000

/**
 * Says how things are. `error`: rows are refused, or will be, and nobody mends it: a table is missing or plain, a series of windows has ended, the
 * last run failed or found an error. `warning`: half of what is to be ahead is used up, or no maintainer has been seen for a day.
 */
export function assessHealth(
  tables: readonly z.input<typeof TableSummary>[],
  findings: readonly z.input<typeof Finding>[],
  { server, bookkeepingVersion }: Pick<Observation, 'server' | 'bookkeepingVersion'>,
  { lease, lastRun }: Bookkeeping,
): 'ok' | 'warning' | 'error' {
  const isBroken = tables.some(({ state, runwayDays }) => state !== 'partitioned' || (runwayDays !== null && runwayDays <= 0))
  const hasError = findings.some(({ severity }) => severity === 'error') || hasFailed({ lastRun, lease })
  if (isBroken || hasError || bookkeepingVersion === null) return 'error'
  const isUnseen = lease.lastRunAt === null || server.now - Date.parse(lease.lastRunAt) > UNSEEN_MS
  return isUnseen || tables.some(isShort) || findings.some(({ severity }) => severity === 'warning') ? 'warning' : 'ok'
}

/** Whether the last run failed, idle ones included. */
export function hasFailed({ lastRun, lease }: Pick<Bookkeeping, 'lastRun' | 'lease'>): boolean {
  return lastRun?.outcome === 'failed' && !hasRunSince(lastRun, lease)
}

/** A run that did nothing leaves its instant alone. */
export function hasRunSince({ finishedAt }: NonNullable<Bookkeeping['lastRun']>, { lastRunAt }: Bookkeeping['lease']): boolean {
  return lastRunAt !== null && Date.parse(lastRunAt) - Date.parse(finishedAt) > SAME_RUN_MS
}

/** Half of the partitions that are to be ahead are used up. */
export function isShort(table: z.input<typeof TableSummary>): boolean {
  const enough = halfPremakeDays(table)
  return table.runwayDays !== null && enough !== null && table.runwayDays < enough
}

/** How many days half of the partitions come to that are to be ahead; null where they are none of time. */
export function halfPremakeDays({ runwayDays, interval, premake }: z.input<typeof TableSummary>): number | null {
  return runwayDays === null || interval === null || premake === null ? null : (premake * nominalDays(interval)) / 2
}
