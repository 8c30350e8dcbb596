import type { Database } from '../sql/database.js'
import { constantSql } from '../sql/sql.js'
import { LOCK_TIMEOUT_MS } from './lock-timeout.js'

/** Each relation with everything below it, attached or in the course of being detached. A size is read under a lock that ends with the reading. */
const OBSERVE = constantSql(`
WITH RECURSIVE pinned AS MATERIALIZED (
  SELECT pg_catalog.set_config('lock_timeout', '${LOCK_TIMEOUT_MS}ms', true) AS done
), tree AS (
  SELECT root::oid AS root, root::oid AS oid FROM pg_catalog.unnest($1::text[]) AS root
  UNION ALL
  SELECT t.root, i.inhrelid FROM tree t JOIN pg_catalog.pg_inherits i ON i.inhparent = t.oid
), sizes AS (
  SELECT t.root, pg_catalog.sum(CASE WHEN pinned.done IS NOT NULL THEN pg_catalog.pg_total_relation_size(t.oid::pg_catalog.regclass) END) AS bytes
  FROM pinned CROSS JOIN tree t
  GROUP BY t.root
)
SELECT pg_catalog.json_object_agg(root::text, bytes)::text AS observed FROM sizes`)

/** Reads how many bytes relations take on disk, by their oids: tables, indexes and TOAST of all that is below them. */
export async function observeSizes(database: Database, oids: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (oids.length === 0) return new Map()
  const [row] = await database.query<{ observed: string | null }>(OBSERVE, [oids])
  const sizes = JSON.parse(row?.observed ?? '{}') as Record<string, number | null>
  return new Map(Object.entries(sizes).map(([oid, bytes]) => [oid, bytes ?? 0]))
}
