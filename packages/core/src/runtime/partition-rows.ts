import { PartmanError } from '../error.js'
import type { Database } from '../sql/database.js'
import { constantSql, identifier, integer, joinSql, literal, qualified, type Sql, sql } from '../sql/sql.js'

/** A row as the driver gives it, by column. */
export type Row = Record<string, unknown>

/** Which columns of a retiring partition are read, and how much at a time. */
export interface RowOptions {
  /** Columns by their names in the database. Default: all. */
  readonly columns?: readonly string[]
  /** About how many bytes one statement reads, TOAST included. Default 1,048,576. */
  readonly batchBytes?: number
}

const BATCH_BYTES = 1_048_576

/** The tables that hold the rows of a relation, itself or below it, and how many blocks and bytes each has. Sizes are read under a lock that ends with the reading. */
const OBSERVE_LEAVES = constantSql(`
WITH RECURSIVE tree AS (
  SELECT $1::oid AS oid
  UNION ALL
  SELECT i.inhrelid FROM tree t JOIN pg_catalog.pg_inherits i ON i.inhparent = t.oid
)
SELECT c.oid::text AS oid, n.nspname::text AS schema, c.relname::text AS name, c.relkind::text AS kind, pg_catalog.row_security_active(c.oid) AS filtered,
  (pg_catalog.pg_relation_size(c.oid::pg_catalog.regclass) / pg_catalog.current_setting('block_size')::bigint)::text AS blocks,
  pg_catalog.pg_table_size(c.oid::pg_catalog.regclass)::text AS bytes
FROM tree t JOIN pg_catalog.pg_class c ON c.oid = t.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind <> 'p'
ORDER BY c.oid`)

interface Leaf {
  readonly oid: string
  readonly schema: string
  readonly name: string
  readonly kind: string
  readonly filtered: boolean
  readonly blocks: string
  readonly bytes: string
}

/**
 * Reads the rows of a relation, and of all below it, in ranges of blocks: each a statement of its own, so that nothing has to be kept open
 * between two of them. https://www.postgresql.org/docs/current/ddl-system-columns.html#DDL-SYSTEM-COLUMNS-CTID
 *
 * @throws PartmanError `ROWS_UNREADABLE`; what the signal was aborted with; errors of the driver as they are
 */
export async function* readBatches<R extends object>(
  database: Database,
  oid: string,
  signal: AbortSignal,
  { columns, batchBytes = BATCH_BYTES }: RowOptions = {},
): AsyncGenerator<readonly R[], void, undefined> {
  signal.throwIfAborted()
  const leaves = await database.query<Leaf>(OBSERVE_LEAVES, [oid])
  const unreadable = leaves.find(({ kind, filtered }) => kind !== 'r' || filtered)
  if (leaves.length === 0 || unreadable) throw refusal(oid, unreadable)
  const list = columns ? joinSql(columns.map(identifier), ', ') : sql`*`
  for (const leaf of leaves) {
    const [blocks, bytes] = [Number(leaf.blocks), Number(leaf.bytes)]
    const step = Math.max(1, Math.floor((batchBytes * blocks) / Math.max(1, bytes)))
    for (let block = 0; block < blocks; block += step) {
      signal.throwIfAborted()
      const rows = await database.query<R>(selectBlocks(leaf, list, block, block + step))
      signal.throwIfAborted()
      if (rows.length > 0) yield rows
    }
  }
}

/** The same rows one by one. */
export async function* readRows<R extends object>(
  database: Database,
  oid: string,
  signal: AbortSignal,
  options?: RowOptions,
): AsyncGenerator<R, void, undefined> {
  for await (const rows of readBatches<R>(database, oid, signal, options)) yield* rows
}

/** A table that has taken its name meanwhile is another one, and has other rows. */
function selectBlocks(leaf: Leaf, columns: Sql, from: number, to: number): Sql {
  return sql`SELECT ${columns} FROM ONLY ${qualified(leaf)} WHERE ctid >= '(${integer(from)},0)'::pg_catalog.tid AND ctid < '(${integer(to)},0)'::pg_catalog.tid AND tableoid = ${literal(leaf.oid)}::pg_catalog.oid`
}

function refusal(oid: string, leaf: Leaf | undefined): PartmanError {
  if (!leaf) return new PartmanError('ROWS_UNREADABLE', `There is no table with object id ${oid} any more`)
  const why = leaf.filtered ? 'row security would hide some of its rows from this role' : 'it is not a table of this database'
  return new PartmanError('ROWS_UNREADABLE', `The rows of ${leaf.schema}.${leaf.name} cannot all be read: ${why}`, {
    hint: leaf.filtered ? 'Let the maintainer run as a role with BYPASSRLS, or as the owner without FORCE ROW LEVEL SECURITY.' : '',
  })
}
