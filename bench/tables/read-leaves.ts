import type { Database } from '@partman/core'
import { ATTEMPTS } from './attempts.js'
import { send } from './bare-sql.js'

interface Leaf {
  readonly name: string
  readonly bound: string
}

/** The least that anybody who wants to compare bounds has to read: each partition's name, its parent, and its bound as text. */
const READ = `WITH RECURSIVE tree AS (
  SELECT '${ATTEMPTS}'::regclass::oid AS oid, NULL::oid AS parent
  UNION ALL SELECT i.inhrelid, i.inhparent FROM tree t JOIN pg_inherits i ON i.inhparent = t.oid
)
SELECT t.oid, t.parent, n.nspname AS schema, c.relname AS name, pg_get_expr(c.relpartbound, 0) AS bound
FROM tree t JOIN pg_class c ON c.oid = t.oid JOIN pg_namespace n ON n.oid = c.relnamespace`

/** The partitions of a table by their parents. */
export async function readLeaves(database: Database): Promise<Map<number, Leaf[]>> {
  const children = new Map<number, Leaf[]>()
  for (const row of await send<{ oid: number; parent: number; schema: string; name: string; bound: string }>(database, READ)) {
    const siblings = children.get(row.parent)
    const leaf = { name: `${row.schema}.${row.name}`, bound: row.bound }
    if (siblings) siblings.push(leaf)
    else children.set(row.parent, [leaf])
  }
  return children
}
