import { type Database, retryOnLocks, sql } from '@partman/core'
import { type AlertRuleName, formatSubject } from './alert-rule.js'
import type { Evaluated } from './evaluate-rules.js'

const RETRY = { attempts: 4, backoffMs: 200 }

/** How long alerts are kept once they are resolved. */
const KEPT = sql`interval '400 days'`
/** Whose rule nobody looks at any more, because it is switched off, is resolved after so long. */
const UNWATCHED = sql`interval '1 day'`

const FOUND = sql`ROWS FROM (pg_catalog.unnest($2::text[]), pg_catalog.unnest($3::text[]), pg_catalog.unnest($4::text[]), pg_catalog.unnest($5::text[]), pg_catalog.unnest($6::text[]))
  AS f (rule, subject, severity, message, next_step)`

const rank = (of: 'a.severity' | 'f.severity') =>
  sql`pg_catalog.array_position(ARRAY['info', 'warning', 'error'], ${of === 'a.severity' ? sql`a.severity` : sql`f.severity`})`

/** Whoever was told of less is told again; of two that see it rise at a time, one finds it risen. A claim that is out delivers what is old by now, and its end counts for nothing. */
const RISE = sql`WITH risen AS (
  UPDATE partman.alert AS a SET severity = f.severity, message = f.message, next_step = f.next_step, seen_at = pg_catalog.clock_timestamp() FROM ${FOUND}
  WHERE a.partition_schema = $1 AND a.rule = f.rule AND a.subject = f.subject AND a.resolved_at IS NULL AND ${rank('f.severity')} > ${rank('a.severity')}
  RETURNING a.id
)
UPDATE partman.alert_delivery AS d SET claimed_at = NULL, delivered_at = NULL, error = NULL FROM risen WHERE d.alert = risen.id AND d.event = 'raised'`

/** In one order, so that two who do so at a time wait for each other and not for both. The severity stays at the highest that was seen. */
const SEE = sql`INSERT INTO partman.alert AS a (partition_schema, rule, subject, severity, message, next_step)
SELECT $1, f.rule, f.subject, f.severity, f.message, f.next_step FROM ${FOUND} ORDER BY f.rule, f.subject
ON CONFLICT (partition_schema, rule, subject) WHERE resolved_at IS NULL
DO UPDATE SET seen_at = pg_catalog.clock_timestamp(), message = excluded.message, next_step = excluded.next_step`

/** Waits for nobody: who sees one of them at this moment keeps it. */
const RESOLVE = sql`WITH forgotten AS (
  DELETE FROM partman.alert AS a WHERE a.partition_schema = $1 AND a.resolved_at < pg_catalog.clock_timestamp() - ${KEPT}
)
UPDATE partman.alert SET resolved_at = pg_catalog.clock_timestamp() WHERE id IN (
  SELECT a.id FROM partman.alert AS a
  WHERE a.partition_schema = $1 AND a.resolved_at IS NULL
    AND a.seen_at < pg_catalog.clock_timestamp() - CASE WHEN a.rule = ANY ($2::text[]) THEN $3::float8 * interval '1 millisecond' ELSE ${UNWATCHED} END
    AND a.rule <> ALL ($6::text[])
    AND NOT EXISTS (SELECT FROM ROWS FROM (pg_catalog.unnest($4::text[]), pg_catalog.unnest($5::text[])) AS f (rule, subject) WHERE f.rule = a.rule AND f.subject = a.subject)
  FOR UPDATE SKIP LOCKED
)`

/**
 * Records what was found: what is new is raised, what is there still is seen again, and what was not seen for long enough is resolved,
 * but for what nobody can tell. Any number of
 * processes may do so at a time.
 */
export async function recordAlerts(
  database: Database,
  partitionSchema: string,
  { found, unknown, rules, resolveAfterMs }: Evaluated & { rules: readonly AlertRuleName[]; resolveAfterMs: number },
): Promise<void> {
  const names = found.map(({ rule }) => rule)
  const subjects = found.map(formatSubject)
  if (found.length > 0) {
    const told = [found.map(({ severity }) => severity), found.map(({ message }) => message), found.map(({ nextStep }) => nextStep)]
    await retryOnLocks(() => database.query(RISE, [partitionSchema, names, subjects, ...told]), RETRY)
    await retryOnLocks(() => database.query(SEE, [partitionSchema, names, subjects, ...told]), RETRY)
  }
  await retryOnLocks(() => database.query(RESOLVE, [partitionSchema, rules, resolveAfterMs, names, subjects, unknown]), RETRY)
}
