import type {
  ForeignOwner,
  MarkedRelation,
  PartitionedTable,
  PendingDetach,
  RelationFacts,
  UnattachedTable,
} from '../checks/relation-facts.js'
import type { PartmanDocument, TableName } from '../policy/document.js'
import type { Database } from '../sql/database.js'
import { constantSql } from '../sql/sql.js'
import { MARKER_PREFIX, MOVED_PREFIX, parseAnyMarker } from '../state/marker.js'
import { formatTableName } from '../state/state.js'

const NAME = (namespace: string, relation: string) => `pg_catalog.json_build_array(${namespace}.nspname, ${relation}.relname)`
const COLUMNS = (relation: string) => `(
  SELECT pg_catalog.array_agg(o.attname::text || ' ' || o.atttypid::text || ' ' || o.atttypmod::text ORDER BY o.attname::text COLLATE "C")
  FROM pg_catalog.pg_attribute o WHERE o.attrelid = ${relation}.oid AND o.attnum > 0 AND NOT o.attisdropped
)`

/**
 * `$1` and `$2` are schemas and names of the declared tables, `$3` is the partition schema. Nothing here takes a lock on a table: what prints a
 * definition or measures a size would. A table is like a partition where it is in the partition schema, or has the columns of a partitioned
 * table and the CHECK that a concurrent detach leaves (`..._check`, on a column of the key).
 */
const OBSERVE = constantSql(`
WITH RECURSIVE roots AS MATERIALIZED (
  SELECT c.oid, c.relname, n.nspname, ${COLUMNS('c')} AS columns
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind = 'p' AND NOT c.relispartition AND (
    (n.nspname, c.relname) IN (SELECT d.schema, d.name FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) AS d (schema, name))
    OR EXISTS (
      SELECT FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class p ON p.oid = i.inhrelid JOIN pg_catalog.pg_namespace s ON s.oid = p.relnamespace
      WHERE i.inhparent = c.oid AND s.nspname = $3
    )
  )
), tree AS (
  SELECT oid AS root, oid, NULL::oid AS parent, false AS pending FROM roots
  UNION ALL
  SELECT t.root, i.inhrelid, i.inhparent, i.inhdetachpending FROM tree t JOIN pg_catalog.pg_inherits i ON i.inhparent = t.oid
), below AS MATERIALIZED (
  SELECT t.*, c.relname, c.relkind, c.relowner, n.nspname
  FROM tree t JOIN pg_catalog.pg_class c ON c.oid = t.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
), counted AS (
  SELECT b.root, pg_catalog.count(*) FILTER (WHERE b.relkind <> 'p') AS leaves, pg_catalog.count(*) + COALESCE(pg_catalog.sum(x.indexes), 0) AS relations
  FROM below b LEFT JOIN (SELECT indrelid, pg_catalog.count(*) AS indexes FROM pg_catalog.pg_index GROUP BY indrelid) x ON x.indrelid = b.oid
  GROUP BY b.root
), owned AS (
  SELECT p.oid AS parent, b.relowner, pg_catalog.json_agg(${NAME('b', 'b')} ORDER BY b.oid) AS partitions
  FROM below b JOIN below p ON p.oid = b.parent AND p.root = b.root WHERE b.relowner <> p.relowner
  GROUP BY p.oid, b.relowner
), invalid AS (
  SELECT c.relname, n.nspname, b.relname AS table_name, b.nspname AS table_schema, c.oid
  FROM below b JOIN pg_catalog.pg_index x ON x.indrelid = b.oid AND NOT x.indisvalid
  JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid AND c.relkind = 'i'
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = x.indexrelid)
    -- Of an index that the maintainer is at: INDEX_BUILDING tells.
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_index r WHERE r.indrelid = b.root AND NOT r.indisvalid)
    AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_locks l WHERE l.locktype = 'relation' AND l.relation = b.oid AND l.mode = 'ShareUpdateExclusiveLock' AND l.granted
        AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
    )
), alone AS MATERIALIZED (
  SELECT c.oid, c.relname, c.relkind, c.reltuples, n.nspname, d.description, ${COLUMNS('c')} AS columns
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_catalog.pg_class'::regclass AND d.objsubid = 0
    AND (d.description LIKE '${MARKER_PREFIX}%' OR d.description LIKE '${MOVED_PREFIX}%')
  WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'partman')
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid) AND c.oid NOT IN (SELECT r.oid FROM roots r)
), like_partitions AS (
  SELECT a.*, (
    SELECT pg_catalog.json_agg(${NAME('r', 'r')} ORDER BY r.oid) FROM roots r WHERE r.columns = a.columns
      AND (a.nspname = $3 OR EXISTS (
        SELECT FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_attribute t ON t.attrelid = k.conrelid AND t.attnum = ANY (k.conkey)
        JOIN below p ON p.root = r.oid
        JOIN pg_catalog.pg_partitioned_table y ON y.partrelid = p.oid
        JOIN pg_catalog.pg_attribute q ON q.attrelid = p.oid AND q.attnum = ANY (y.partattrs::int2[]) AND q.attname = t.attname
        WHERE k.conrelid = a.oid AND k.contype = 'c' AND k.conname LIKE '%\\_check%'
      ))
  ) AS candidates
  FROM alone a WHERE a.description IS NULL
)
SELECT pg_catalog.json_build_object(
  'tables', (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(r.nspname, r.relname, k.leaves, k.relations) ORDER BY r.oid) FROM roots r JOIN counted k ON k.root = r.oid),
  'pending', (
    SELECT pg_catalog.json_agg(pg_catalog.json_build_array(${NAME('b', 'b')}, ${NAME('p', 'p')}) ORDER BY b.oid)
    FROM below b JOIN below p ON p.oid = b.parent AND p.root = b.root WHERE b.pending
  ),
  'owned', (
    SELECT pg_catalog.json_agg(pg_catalog.json_build_array(${NAME('n', 'c')}, pg_catalog.pg_get_userbyid(c.relowner), pg_catalog.pg_get_userbyid(o.relowner),
      o.partitions, pg_catalog.pg_has_role(o.relowner, 'USAGE')) ORDER BY c.oid, o.relowner)
    FROM owned o JOIN pg_catalog.pg_class c ON c.oid = o.parent JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  ),
  'invalid', (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(i.nspname, i.relname, i.table_schema, i.table_name) ORDER BY i.oid) FROM invalid i),
  'unattached', (
    SELECT pg_catalog.json_agg(pg_catalog.json_build_array(${NAME('a', 'a')}, CASE WHEN a.reltuples >= 0 THEN a.reltuples::bigint END, a.candidates) ORDER BY a.oid)
    FROM like_partitions a WHERE a.nspname = $3 OR a.candidates IS NOT NULL
  ),
  'marked', (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(${NAME('a', 'a')}, a.description) ORDER BY a.oid) FROM alone a WHERE a.description IS NOT NULL),
  'partitioned', (
    SELECT pg_catalog.json_agg(${NAME('n', 'c')}) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'p'
  ),
  'locks', pg_catalog.json_build_object(
    'perTransaction', pg_catalog.current_setting('max_locks_per_transaction')::int,
    'sessions', pg_catalog.current_setting('max_connections')::int + pg_catalog.current_setting('max_prepared_transactions')::int
  )
)::text AS observed`)

type NameRow = readonly [schema: string, name: string]

interface Observed {
  readonly tables: readonly [schema: string, name: string, leaves: number, relations: number][] | null
  readonly pending: readonly [partition: NameRow, parent: NameRow][] | null
  readonly owned: readonly [parent: NameRow, parentOwner: string, owner: string, partitions: NameRow[], isOurs: boolean][] | null
  readonly invalid: readonly [schema: string, name: string, tableSchema: string, tableName: string][] | null
  readonly unattached: readonly [table: NameRow, estimatedRows: number | null, candidates: NameRow[] | null][] | null
  readonly marked: readonly [table: NameRow, comment: string][] | null
  readonly partitioned: readonly NameRow[] | null
  readonly locks: RelationFacts['locks']
}

/** Observes what partitions and former partitions there are, in one statement that reads catalogs alone. */
export async function observeRelations(
  database: Database,
  { tables, partitionSchema }: Pick<PartmanDocument, 'tables' | 'partitionSchema'>,
): Promise<RelationFacts> {
  const [row] = await database.query<{ observed: string }>(OBSERVE, [
    tables.map(({ table }) => table.schema),
    tables.map(({ table }) => table.name),
    partitionSchema,
  ])
  const observed = JSON.parse(row?.observed ?? '{}') as Observed
  const partitioned = new Set((observed.partitioned ?? []).map((name) => formatTableName(toName(name))))
  // Of a declared one a plan tells what became of its partitions.
  for (const { table } of tables) partitioned.add(formatTableName(table))
  return {
    tables: (observed.tables ?? []).map(([schema, name, leaves, relations]): PartitionedTable => ({ schema, name, leaves, relations })),
    pending: (observed.pending ?? []).map(
      ([partition, parent]): PendingDetach => ({ partition: toName(partition), parent: toName(parent) }),
    ),
    foreignOwners: (observed.owned ?? []).map(
      ([parent, parentOwner, owner, partitions, isOurs]): ForeignOwner => ({
        parent: toName(parent),
        parentOwner,
        owner,
        partitions: partitions.map(toName),
        isOurs,
      }),
    ),
    invalidIndexes: (observed.invalid ?? []).map(([schema, name, tableSchema, tableName]) => ({
      index: { schema, name },
      table: { schema: tableSchema, name: tableName },
    })),
    unattached: (observed.unattached ?? []).map(
      ([table, estimatedRows, candidates]): UnattachedTable => ({
        table: toName(table),
        estimatedRows,
        candidates: (candidates ?? []).map(toName),
      }),
    ),
    marked: (observed.marked ?? []).map(([table, comment]): MarkedRelation => {
      const marker = parseAnyMarker(comment)
      return { table: toName(table), comment, isTableThere: marker !== undefined && partitioned.has(formatTableName(marker.table)) }
    }),
    locks: observed.locks,
  }
}

function toName([schema, name]: NameRow): TableName {
  return { schema, name }
}
