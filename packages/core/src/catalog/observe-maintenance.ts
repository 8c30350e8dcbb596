import type { MaintenanceHistory } from '../checks/maintenance-facts.js'
import type { Database } from '../sql/database.js'
import { constantSql } from '../sql/sql.js'

const AGE_MS = (since: string) => `(EXTRACT(EPOCH FROM pg_catalog.clock_timestamp() - ${since}) * 1000)::bigint`

/** A hook may fail once, when what it needs restarts. */
const FAILED_OFTEN = 3

const EXISTS = constantSql(`SELECT pg_catalog.to_regclass('partman.lease') IS NOT NULL AS exists`)

/** A run that did nothing leaves only its instant, in the lease; one that did something leaves it in two places, by two looks at the clock. */
const OBSERVE = constantSql(`
WITH last_reported AS (
  SELECT r.* FROM partman.run r WHERE r.lease = $1 AND r.outcome IN ('done', 'failed') ORDER BY r.id DESC LIMIT 1
), last_cut_off AS (
  SELECT r.* FROM partman.run r WHERE r.lease = $1 AND r.outcome = 'cut-off' AND r.started_at > pg_catalog.clock_timestamp() - interval '1 day' ORDER BY r.id DESC LIMIT 1
)
SELECT pg_catalog.json_build_object(
  'leaseName', $1,
  'lastRunAgeMs', (SELECT ${AGE_MS('l.last_run_at')} FROM partman.lease l WHERE l.name = $1),
  'lease', (SELECT pg_catalog.json_build_object('holder', l.holder, 'expiresInMs', -${AGE_MS('l.expires_at')}) FROM partman.lease l WHERE l.name = $1),
  'running', (
    SELECT pg_catalog.json_build_object('holder', r.holder, 'ageMs', ${AGE_MS('r.started_at')})
    FROM partman.run r WHERE r.lease = $1 AND r.finished_at IS NULL ORDER BY r.id DESC LIMIT 1
  ),
  'lastReported', (
    SELECT pg_catalog.json_build_object('outcome', r.outcome, 'ageMs', ${AGE_MS('r.finished_at')},
      'isSuperseded', COALESCE((SELECT l.last_run_at > r.finished_at + interval '1 second' FROM partman.lease l WHERE l.name = $1), false),
      'failedSteps', pg_catalog.jsonb_array_length(pg_catalog.jsonb_path_query_array(r.report, '$.steps[*] ? (@.outcome == "failed")')),
      'firstError', pg_catalog.jsonb_path_query_first(r.report, '$.steps[*] ? (@.outcome == "failed").error') #>> '{}')
    FROM last_reported r
  ),
  'cutOff', (
    SELECT pg_catalog.json_build_object(
      'count', (SELECT pg_catalog.count(*) FROM partman.run r WHERE r.lease = $1 AND r.outcome = 'cut-off' AND r.started_at > pg_catalog.clock_timestamp() - interval '1 day'),
      'lastHolder', c.holder, 'lastAgeMs', ${AGE_MS('c.started_at')},
      'isLast', NOT EXISTS (SELECT FROM last_reported r WHERE r.id > c.id)
        AND NOT EXISTS (SELECT FROM partman.lease l WHERE l.name = $1 AND l.last_run_at > c.finished_at))
    FROM last_cut_off c
  ),
  'hasHooks', EXISTS (SELECT FROM partman.hook_call h WHERE EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = h.partition)),
  'failingHooks', COALESCE((
    SELECT pg_catalog.json_agg(pg_catalog.json_build_object('relation', h.relation, 'phase', h.phase, 'attempts', h.attempts, 'reason', h.reason) ORDER BY h.relation, h.phase)
    FROM partman.hook_call h
    WHERE h.attempts >= ${FAILED_OFTEN} AND h.decision IS NULL AND EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = h.partition)
  ), '[]'::json),
  'heldTables', COALESCE((
    SELECT pg_catalog.json_agg(DISTINCT pg_catalog.jsonb_build_object('schema', h.table_schema, 'name', h.table_name)) FROM partman.hold h WHERE h.released_at IS NULL
  ), '[]'::json)
)::text AS observed`)

/** Observes what maintainers did lately; null where there is no bookkeeping. */
export async function observeMaintenance(database: Database, leaseName: string): Promise<MaintenanceHistory | null> {
  const [found] = await database.query<{ exists: boolean }>(EXISTS)
  if (!found?.exists) return null
  const [row] = await database.query<{ observed: string }>(OBSERVE, [leaseName])
  return JSON.parse(row?.observed ?? '{}') as MaintenanceHistory
}
