import { PartmanError } from '../error.js'
import type { Database } from '../sql/database.js'
import { constantSql } from '../sql/sql.js'
import { MARKER_PREFIX, MOVED_PREFIX, parseAnyMarker } from '../state/marker.js'
import { formatTableName, type RetiredMarker, sameTable } from '../state/state.js'

/** A table that stands detached and bears our mark, of one that was retired, or moved since. */
export interface MarkedTable {
  readonly schema: string
  readonly name: string
  readonly oid: string
  /** The object id of its owner. */
  readonly owner: string
  /** The mark as it is written. */
  readonly comment: string
  readonly marker: RetiredMarker
}

const FIND = constantSql(`SELECT c.oid::text AS oid, n.nspname::text AS schema, c.relname::text AS name, c.relowner::text AS owner,
  pg_catalog.obj_description(c.oid, 'pg_class') AS comment,
  (SELECT i.inhparent::pg_catalog.regclass::text FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid LIMIT 1) AS parent
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND (c.relname::text = $1 OR n.nspname::text || '.' || c.relname::text = $1)
ORDER BY c.oid`)

interface Found extends Omit<MarkedTable, 'marker' | 'comment'> {
  readonly comment: string | null
  readonly parent: string | null
}

const FIND_ALL =
  constantSql(`SELECT c.oid::text AS oid, n.nspname::text AS schema, c.relname::text AS name, c.relowner::text AS owner, d.description AS comment, NULL::text AS parent
FROM pg_catalog.pg_description d JOIN pg_catalog.pg_class c ON c.oid = d.objoid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE d.classoid = 'pg_catalog.pg_class'::regclass AND d.objsubid = 0 AND (d.description LIKE '${MARKER_PREFIX}%' OR d.description LIKE '${MOVED_PREFIX}%')
  AND c.relkind IN ('r', 'p') AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid)
ORDER BY c.oid`)

/** Finds all tables that stand detached and bear our mark, of a retirement or of a move. */
export async function findMarked(database: Database): Promise<MarkedTable[]> {
  return (await database.query<Found>(FIND_ALL)).flatMap(readMark)
}

/** A mark counts only on the table that it was written for. */
function readMark({ parent, comment, ...table }: Found): MarkedTable[] {
  const marker = parent === null && comment !== null ? parseAnyMarker(comment) : undefined
  return marker && comment !== null && sameTable(marker.partition, table) ? [{ ...table, comment, marker }] : []
}

/**
 * Finds the detached partition of a name, with or without its schema.
 *
 * @throws PartmanError `RESTORE_REFUSED` where there is none, several, or one that is not ours
 */
export async function findDetached(database: Database, name: string): Promise<MarkedTable> {
  const found = await database.query<Found>(FIND, [name])
  const marked = found.flatMap(readMark)
  const [only, ...others] = marked
  if (only && others.length === 0) return only
  throw new PartmanError('RESTORE_REFUSED', refusal(name, found, marked), {
    hint: '`partman status --json` lists what stands detached. Nothing was changed.',
  })
}

function refusal(name: string, found: readonly Found[], marked: readonly MarkedTable[]): string {
  if (marked.length > 1) return `There are several detached partitions of that name: ${marked.map(formatTableName).join(', ')}`
  const [table] = found
  if (!table) return `There is no table ${name}`
  const full = formatTableName(table)
  if (table.parent !== null) return `${full} is attached to ${table.parent}: there is nothing to restore`
  return `${full} bears no mark of a retirement by partman, or one that is not its own`
}
