import { type Database, sql } from '@partman/core'
import { leaseName } from '../queries/observe-bookkeeping.js'

/** What the history of runs tells of trouble. */
export interface Trouble {
  /** A maintainer is in a run that is no older than an hour: one that is has likely come to a halt. */
  readonly isAtWork: boolean
  /** Runs that were cut off within the last day, the one that was never ended included. */
  readonly cutOff: number
  /** What the steps of the last hour met. */
  readonly lockRetries: number
  readonly lockWaitMs: number
  /** The last run that left a report, where it failed. */
  readonly failed: { readonly id: string; readonly steps: number; readonly models: readonly string[] } | null
}

const OBSERVE = sql`SELECT pg_catalog.json_build_object(
  'isAtWork', EXISTS (SELECT FROM partman.lease l WHERE l.name = $1 AND l.expires_at >= pg_catalog.clock_timestamp())
    AND NOT EXISTS (SELECT FROM partman.run r WHERE r.lease = $1 AND r.finished_at IS NULL AND r.started_at < pg_catalog.clock_timestamp() - interval '1 hour'),
  'cutOff', (
    SELECT pg_catalog.count(*) FROM partman.run r
    WHERE r.lease = $1 AND (r.outcome = 'cut-off' AND r.finished_at > pg_catalog.clock_timestamp() - interval '1 day'
      OR r.finished_at IS NULL AND NOT EXISTS (SELECT FROM partman.lease l WHERE l.name = $1 AND l.expires_at >= pg_catalog.clock_timestamp()))),
  'waits', (
    SELECT pg_catalog.json_build_array(COALESCE(pg_catalog.sum((s.step ->> 'retries')::numeric), 0), COALESCE(pg_catalog.sum((s.step ->> 'waitedMs')::numeric), 0))
    FROM partman.run r CROSS JOIN LATERAL pg_catalog.jsonb_array_elements(r.report -> 'steps') AS s (step)
    WHERE r.lease = $1 AND r.finished_at > pg_catalog.clock_timestamp() - interval '1 hour'),
  'failed', (
    SELECT pg_catalog.json_build_object('id', r.id::text, 'steps', r.report -> 'steps')
    FROM (SELECT * FROM partman.run r WHERE r.lease = $1 AND r.report IS NOT NULL ORDER BY r.id DESC LIMIT 1) AS r WHERE r.outcome = 'failed')
)::text AS observed`

/** Reads it in one statement. */
export async function observeTrouble(database: Database, partitionSchema: string): Promise<Trouble> {
  const [row] = await database.query<{ observed: string }>(OBSERVE, [leaseName(partitionSchema)])
  const { isAtWork, cutOff, waits, failed } = JSON.parse(row?.observed ?? '{}') as {
    isAtWork: boolean
    cutOff: number
    waits: [retries: number, waitedMs: number]
    failed: { id: string; steps: readonly { outcome: string; model: string }[] | null } | null
  }
  const steps = (failed?.steps ?? []).filter(({ outcome }) => outcome === 'failed')
  return {
    isAtWork,
    cutOff,
    lockRetries: waits[0],
    lockWaitMs: waits[1],
    failed: failed && { id: failed.id, steps: steps.length, models: [...new Set(steps.map(({ model }) => model))] },
  }
}
