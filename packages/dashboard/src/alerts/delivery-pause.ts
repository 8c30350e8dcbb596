import { literal, type Sql, sql } from '@partman/core'

/** How long a claim of a delivery is good for, in seconds: more than a channel may take. Then its process is gone, and another one delivers. */
export const CLAIM_SECONDS = 60
/** The longest that a channel may take, in milliseconds. */
export const MAX_CHANNEL_TIMEOUT_MS = 30_000

const FIRST_PAUSE_SECONDS = 30
const MAX_PAUSE_SECONDS = 3_600
/** Of which the pause is longer than the longest. */
const MAX_DOUBLINGS = 8

/** How long after a delivery has failed so many times it is tried again, in seconds. */
export function deliveryPauseSeconds(attempts: number): number {
  return Math.min(FIRST_PAUSE_SECONDS * 2 ** Math.min(attempts - 1, MAX_DOUBLINGS), MAX_PAUSE_SECONDS)
}

/** Whether a row `d` of `partman.alert_delivery` is to be delivered now; also where there is none yet. */
export const IS_DUE: Sql = sql`d.delivered_at IS NULL AND (d.claimed_at IS NULL OR d.claimed_at < pg_catalog.clock_timestamp() - CASE
  WHEN d.error IS NULL THEN ${interval(CLAIM_SECONDS)}
  ELSE LEAST(${interval(FIRST_PAUSE_SECONDS)} * pg_catalog.power(2::float8, LEAST(d.attempts - 1, ${literal(String(MAX_DOUBLINGS))}::int)::float8), ${interval(MAX_PAUSE_SECONDS)})
END)`

function interval(seconds: number): Sql {
  return sql`interval ${literal(`${seconds} seconds`)}`
}
