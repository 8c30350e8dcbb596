import type { Database } from '../sql/database.js'
import { constantSql } from '../sql/sql.js'
import { LOCK_TIMEOUT_MS } from './lock-timeout.js'

/**
 * Whether any relation of a list has pages: one that never had a row has none. Each list is gone through in its order, and only as far
 * as the first one. A size is read under a lock that ends with the reading.
 */
const OBSERVE = constantSql(`
WITH pinned AS MATERIALIZED (SELECT pg_catalog.set_config('lock_timeout', '${LOCK_TIMEOUT_MS}ms', true) AS done)
SELECT pg_catalog.json_agg(EXISTS (
  SELECT FROM pinned CROSS JOIN LATERAL pg_catalog.json_array_elements_text(list.oids::json) AS one (oid)
  WHERE pinned.done IS NOT NULL AND pg_catalog.pg_relation_size(one.oid::oid::pg_catalog.regclass) > 0::bigint
) ORDER BY list.position)::text AS observed
FROM pg_catalog.unnest($1::text[]) WITH ORDINALITY AS list (oids, position)`)

/** Tells of each list of object ids of leaves whether any of them holds rows, or has held some. */
export async function observeFilled(database: Database, lists: readonly (readonly string[])[]): Promise<boolean[]> {
  if (lists.every((list) => list.length === 0)) return lists.map(() => false)
  const [row] = await database.query<{ observed: string }>(OBSERVE, [lists.map((list) => JSON.stringify(list))])
  return JSON.parse(row?.observed ?? '[]') as boolean[]
}
