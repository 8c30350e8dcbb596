import type { Database } from '@partman/core'
import { ATTEMPTS } from './attempts.js'
import { send } from './bare-sql.js'

/** The least that anybody who wants to show partitions has to read: names, parents, bounds, sizes and estimated rows. */
const READ = `WITH RECURSIVE tree AS (
  SELECT '${ATTEMPTS}'::regclass::oid AS oid, NULL::oid AS parent
  UNION ALL SELECT i.inhrelid, i.inhparent FROM tree t JOIN pg_inherits i ON i.inhparent = t.oid
)
SELECT t.oid, t.parent, n.nspname AS schema, c.relname AS name, pg_get_expr(c.relpartbound, 0) AS bound, c.reltuples AS rows, pg_total_relation_size(c.oid) AS bytes
FROM tree t JOIN pg_class c ON c.oid = t.oid JOIN pg_namespace n ON n.oid = c.relnamespace`

/** Reads all partitions of the table with their sizes; tells how many there are. */
export async function readSizes(database: Database): Promise<number> {
  return (await send(database, READ)).length
}
