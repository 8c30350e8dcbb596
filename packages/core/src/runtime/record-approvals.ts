import type { AcceptedTerms } from '../plan/hold-unapproved.js'
import type { Database } from '../sql/database.js'
import { sql } from '../sql/sql.js'

/** Puts terms of retention in force, on behalf of somebody. */
export async function recordApprovals(database: Database, terms: readonly AcceptedTerms[], approvedBy: string): Promise<void> {
  if (terms.length === 0) return
  await database.query(
    sql`INSERT INTO partman.approval AS a (table_schema, table_name, retention, partitions, approved_by)
SELECT t.schema, t.name, t.retention::jsonb, t.partitions::jsonb, $5
FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[]), pg_catalog.unnest($3::text[]), pg_catalog.unnest($4::text[])) AS t (schema, name, retention, partitions)
ON CONFLICT (table_schema, table_name) DO UPDATE
SET retention = excluded.retention, partitions = excluded.partitions, approved_at = pg_catalog.now(), approved_by = excluded.approved_by`,
    [
      terms.map(({ table }) => table.schema),
      terms.map(({ table }) => table.name),
      terms.map(({ retention }) => JSON.stringify(retention)),
      terms.map(({ partitions = [] }) => JSON.stringify(partitions)),
      approvedBy,
    ],
  )
}
