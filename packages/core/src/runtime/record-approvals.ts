import type { AcceptedTerms } from '../plan/hold-unapproved.js'
import type { Database } from '../sql/database.js'
import { sql } from '../sql/sql.js'
import type { Lease } from './lease.js'

/** Why somebody approves, and where they ask from, for the audit log. */
export interface ApprovalNote {
  readonly reason?: string | undefined
  readonly from?: string | undefined
}

/**
 * Puts terms of retention in force, on behalf of somebody. What a person approves of is in the audit log; what takes nothing away, and a
 * lease accepts, is not. False: it was on behalf of a lease that is lost, and nothing was done.
 */
export async function recordApprovals(
  database: Database,
  terms: readonly AcceptedTerms[],
  approvedBy: string,
  lease?: Pick<Lease, 'name' | 'holder' | 'token'>,
  { reason, from }: ApprovalNote = {},
): Promise<boolean> {
  if (terms.length === 0) return true
  const rows = await database.query(
    sql`WITH held AS (
  UPDATE partman.lease SET holder = holder WHERE name = $6 AND holder = $7 AND token = $8::bigint AND expires_at >= pg_catalog.clock_timestamp() RETURNING true AS held
), told AS (
  INSERT INTO partman.audit (actor, act, table_schema, table_name, details, reason)
  SELECT $5, 'approve', t.schema, t.name, pg_catalog.jsonb_build_object('retention', t.retention::jsonb, 'partitions', pg_catalog.jsonb_array_length(t.partitions::jsonb))
    || pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('from', $10::text)), $9
  FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[]), pg_catalog.unnest($3::text[]), pg_catalog.unnest($4::text[])) AS t (schema, name, retention, partitions)
  WHERE $6::text IS NULL
)
INSERT INTO partman.approval AS a (table_schema, table_name, retention, partitions, approved_by)
SELECT t.schema, t.name, t.retention::jsonb, t.partitions::jsonb, $5
FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[]), pg_catalog.unnest($3::text[]), pg_catalog.unnest($4::text[])) AS t (schema, name, retention, partitions)
WHERE $6::text IS NULL OR EXISTS (SELECT FROM held)
ON CONFLICT (table_schema, table_name) DO UPDATE
SET retention = excluded.retention, partitions = excluded.partitions, approved_at = pg_catalog.now(), approved_by = excluded.approved_by
RETURNING true AS recorded`,
    [
      terms.map(({ table }) => table.schema),
      terms.map(({ table }) => table.name),
      terms.map(({ retention }) => JSON.stringify(retention)),
      terms.map(({ partitions = [] }) => JSON.stringify(partitions)),
      approvedBy,
      lease?.name ?? null,
      lease?.holder ?? null,
      lease?.token ?? null,
      reason ?? null,
      from ?? null,
    ],
  )
  return rows.length > 0
}
