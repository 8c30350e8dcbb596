import { type Database, type Finding, HOLD_JSON, type Hold, type HoldRow, holdsByTable, type Observation, sql } from '@partman/core'

/** What the bookkeeping tells, beside tenants and approvals. */
export interface Bookkeeping {
  readonly lease: { readonly holder: string | null; readonly expiresAt: string | null; readonly lastRunAt: string | null }
  /** What all runs came to, idle ones included; null where there was none. */
  readonly totals: RunTotals | null
  /** The last run that left a report; null where there was none. */
  readonly lastRun: { readonly finishedAt: string; readonly outcome: 'done' | 'failed' } | null
  /** Those of each model from the last report of a run that has looked at it. */
  readonly findings: readonly Finding[]
  /** Those that nobody has released, by the full name of their table. */
  readonly holds: ReadonlyMap<string, readonly Hold[]>
}

/** What the runs of the maintainers of a document came to, since the first. */
export interface RunTotals {
  readonly runs: number
  readonly failedRuns: number
  /** Begun and never ended. */
  readonly cutOffRuns: number
  readonly runMs: number
  readonly statements: number
  readonly failedSteps: number
  /** How often a step met a lock and was tried again. */
  readonly lockRetries: number
  readonly lockWaitMs: number
  /** Of the last run alone. */
  readonly lastRunMs: number
}

const NOTHING: Bookkeeping = {
  lease: { holder: null, expiresAt: null, lastRunAt: null },
  totals: null,
  lastRun: null,
  findings: [],
  holds: new Map(),
}

const ISO = (column: 'l.expires_at' | 'l.last_run_at' | 'r.finished_at') => {
  const columns = { 'l.expires_at': sql`l.expires_at`, 'l.last_run_at': sql`l.last_run_at`, 'r.finished_at': sql`r.finished_at` }
  return sql`pg_catalog.to_char(${columns[column]} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
}

/** So many reports are looked through for one that has looked at a table, before nothing is known of it. */
const REPORTS = sql`100`

const OBSERVE = sql`WITH recent AS MATERIALIZED (
  SELECT r.id, r.report FROM partman.run r WHERE r.lease = $1 AND r.report IS NOT NULL ORDER BY r.id DESC LIMIT ${REPORTS}
)
SELECT pg_catalog.json_build_object(
  'lease', (
    SELECT pg_catalog.json_build_object(
      'holder', CASE WHEN l.expires_at >= pg_catalog.clock_timestamp() THEN l.holder END,
      'expiresAt', CASE WHEN l.expires_at >= pg_catalog.clock_timestamp() THEN ${ISO('l.expires_at')} END,
      'lastRunAt', ${ISO('l.last_run_at')})
    FROM partman.lease l WHERE l.name = $1),
  'totals', (
    SELECT pg_catalog.json_build_object('runs', l.runs, 'failedRuns', l.failed_runs, 'cutOffRuns', l.cut_off_runs, 'runMs', l.run_ms, 'statements', l.statements,
      'failedSteps', l.failed_steps, 'lockRetries', l.lock_retries, 'lockWaitMs', l.lock_wait_ms, 'lastRunMs', COALESCE(l.last_run_ms, 0))
    FROM partman.lease l WHERE l.name = $1 AND l.runs > 0),
  'lastRun', (
    SELECT pg_catalog.json_build_object('finishedAt', ${ISO('r.finished_at')}, 'outcome', r.outcome)
    FROM partman.run r WHERE r.lease = $1 AND r.report IS NOT NULL ORDER BY r.id DESC LIMIT 1),
  'findings', (
    SELECT pg_catalog.json_agg(f.finding ORDER BY f.place) FROM pg_catalog.unnest($2::text[]) AS m (model) CROSS JOIN LATERAL (
      SELECT r.report FROM recent r WHERE NOT r.report ? 'models' OR r.report -> 'models' ? m.model ORDER BY r.id DESC LIMIT 1
    ) AS seen CROSS JOIN LATERAL pg_catalog.jsonb_array_elements(seen.report -> 'findings') WITH ORDINALITY AS f (finding, place)
    WHERE f.finding ->> 'model' = m.model),
  'holds', (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(h.id::text, ${HOLD_JSON}) ORDER BY h.id) FROM partman.hold h WHERE h.released_at IS NULL)
)::text AS observed`

/** Reads the bookkeeping, and what was found of these models, in one statement, or none where there is no bookkeeping. */
export async function observeBookkeeping(
  database: Database,
  partitionSchema: string,
  { bookkeepingVersion, state }: Pick<Observation, 'bookkeepingVersion' | 'state'>,
  models: readonly string[],
): Promise<Bookkeeping> {
  if (bookkeepingVersion === null) return NOTHING
  const [row] = await database.query<{ observed: string }>(OBSERVE, [leaseName(partitionSchema), [...models]])
  const { lease, totals, lastRun, findings, holds } = JSON.parse(row?.observed ?? '{}') as {
    lease: Bookkeeping['lease'] | null
    totals: RunTotals | null
    lastRun: Bookkeeping['lastRun']
    findings: Finding[] | null
    holds: [id: string, hold: string][] | null
  }
  const rows = (holds ?? []).map(([id, hold]) => [id, JSON.parse(hold) as HoldRow] as const)
  return { lease: lease ?? NOTHING.lease, totals, lastRun, findings: findings ?? [], holds: holdsByTable(new Map(rows), state) }
}

/** The lease of the maintainers that make partitions in a schema. */
export function leaseName(partitionSchema: string): string {
  return `maintainer of ${partitionSchema}`
}
