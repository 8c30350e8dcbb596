import type { PartmanDocument } from '../policy/document.js'
import type { Database } from '../sql/database.js'
import { constantSql } from '../sql/sql.js'
import type { Identified, UnfinishedIndex } from '../state/unfinished-index.js'
import { PARTITION_TREE } from './partition-tree.js'

/** What follows the table's name in pg_get_indexdef: the name before it is quoted as quote_ident does. */
const definition = (index: string, tableName: string) => `pg_catalog.substr(
      pg_catalog.pg_get_indexdef(${index}.indexrelid),
      pg_catalog.length(
        'CREATE ' || CASE WHEN ${index}.indisunique THEN 'UNIQUE ' ELSE '' END || 'INDEX ' || pg_catalog.quote_ident(${index}.name)
        || CASE WHEN ${index}.relkind = 'I'::"char" THEN ' ON ONLY ' ELSE ' ON ' END || pg_catalog.quote_ident(${index}.nspname) || '.' || pg_catalog.quote_ident(${tableName})
      ) + 1
    )`

const indexRow = (index: string) => `pg_catalog.json_build_array(${index}.indexrelid::text, ${index}.nspname, ${index}.name)`

/**
 * `unfinished` are invalid partitioned indexes of the tables in `tree`, and all
 * the rest is looked at for those alone. A constraint's index is left out: its parts are constraints, which somebody has
 * begun to add by hand. search_path is pinned with the rest, so that definitions are qualified.
 */
const UNFINISHED_INDEXES = `unfinished AS MATERIALIZED (
  SELECT x.indexrelid, x.indrelid, x.indisunique, c.relname AS name, c.relkind, n.nspname, t.relname AS table_name, c.reltablespace
  FROM (SELECT DISTINCT tree.oid FROM tree JOIN pg_catalog.pg_partitioned_table p ON p.partrelid = tree.oid) AS partitioned
  JOIN pg_catalog.pg_index x ON x.indrelid = partitioned.oid AND NOT x.indisvalid
  JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid AND c.relkind = 'I'::"char"
  JOIN pg_catalog.pg_class t ON t.oid = x.indrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conindid = x.indexrelid)
), lacking AS (
  SELECT u.indexrelid AS index, t.oid
  FROM unfinished u JOIN tree t ON t.parent = u.indrelid AND NOT t.pending
  WHERE NOT EXISTS (
    SELECT FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_index x ON x.indexrelid = i.inhrelid
    WHERE i.inhparent = u.indexrelid AND x.indrelid = t.oid
  )
  UNION ALL
  SELECT l.index, t.oid FROM lacking l JOIN tree t ON t.parent = l.oid AND NOT t.pending
), defined AS MATERIALIZED (
  SELECT u.*, ${definition('u', 'u.table_name')} AS definition
  FROM pinned CROSS JOIN unfinished u
), loose AS (
  SELECT l.index, l.oid AS partition, x.indexrelid, x.indisvalid, x.indisunique, c.relname AS name, c.relkind, n.nspname, t.relname AS table_name
  FROM lacking l
  JOIN pg_catalog.pg_class t ON t.oid = l.oid
  JOIN pg_catalog.pg_index x ON x.indrelid = l.oid
  JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = x.indexrelid)
), described AS MATERIALIZED (
  SELECT o.*, ${definition('o', 'o.table_name')} AS definition
  FROM pinned CROSS JOIN loose o
), fitting AS (
  SELECT d.index, d.partition,
    pg_catalog.json_agg(${indexRow('d')} ORDER BY d.indisvalid DESC, d.indexrelid) FILTER (WHERE d.indisvalid OR d.relkind = 'I'::"char") -> 0 AS candidate,
    pg_catalog.json_agg(${indexRow('d')} ORDER BY d.indexrelid) FILTER (WHERE NOT d.indisvalid AND d.relkind = 'i'::"char") -> 0 AS leftover
  FROM described d JOIN defined u ON u.indexrelid = d.index AND u.indisunique = d.indisunique AND u.definition = d.definition
  GROUP BY d.index, d.partition
), partitions_lacking AS (
  SELECT l.index, pg_catalog.json_agg(pg_catalog.json_build_array(
    l.oid::text, f.candidate, f.leftover,
    CASE WHEN f.leftover IS NULL THEN false ELSE l.oid = ANY (ARRAY(
      SELECT k.relation FROM pg_catalog.pg_locks k
      WHERE k.locktype = 'relation' AND k.mode = 'ShareUpdateExclusiveLock' AND k.granted
        AND k.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
    )) END
  )) AS rows
  FROM lacking l LEFT JOIN fitting f ON f.index = l.index AND f.partition = l.oid
  GROUP BY l.index
)`

const OBSERVE = constantSql(`
${PARTITION_TREE}, ${UNFINISHED_INDEXES}
SELECT pg_catalog.json_agg(pg_catalog.json_build_array(
      u.indexrelid::text, u.nspname, u.name, u.indrelid::text,
      (SELECT i.inhparent::text FROM pg_catalog.pg_inherits i WHERE i.inhrelid = u.indexrelid),
      u.indisunique, u.definition,
      (SELECT s.spcname FROM pg_catalog.pg_tablespace s WHERE s.oid = u.reltablespace),
      CASE WHEN u.reltablespace <> 0::oid THEN (
        SELECT pg_catalog.pg_get_expr(x.indpred, x.indrelid) FROM pg_catalog.pg_index x WHERE x.indexrelid = u.indexrelid
      ) END,
      l.rows,
      (
        SELECT pg_catalog.json_agg(pg_catalog.json_build_array(c.oid::text, n.nspname, c.relname, x.indrelid::text, x.indisvalid, c.relkind) ORDER BY c.oid)
        FROM pg_catalog.pg_inherits i
        JOIN pg_catalog.pg_index x ON x.indexrelid = i.inhrelid
        JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE i.inhparent = u.indexrelid
      )
    ) ORDER BY u.indexrelid)::text AS observed
    FROM defined u LEFT JOIN partitions_lacking l ON l.index = u.indexrelid WHERE u.definition IS NOT NULL`)

type IndexRow = [oid: string, schema: string, name: string]

type UnfinishedIndexRow = [
  ...index: IndexRow,
  tableOid: string,
  parentOid: string | null,
  unique: boolean,
  definition: string,
  tablespace: string | null,
  predicate: string | null,
  lacking: readonly [oid: string, candidate: IndexRow | null, leftover: IndexRow | null, busy: boolean][] | null,
  parts: readonly [...index: IndexRow, partitionOid: string, valid: boolean, kind: 'i' | 'I'][] | null,
]

/** Observes the indexes of the declared tables that not all partitions have. One statement. */
export async function observeUnfinishedIndexes(database: Database, { tables }: PartmanDocument): Promise<UnfinishedIndex[]> {
  const [row] = await database.query<{ observed: string | null }>(OBSERVE, [
    tables.map(({ table }) => table.schema),
    tables.map(({ table }) => table.name),
  ])
  return parseUnfinishedIndexes(JSON.parse(row?.observed ?? '[]') as UnfinishedIndexRow[])
}

function parseUnfinishedIndexes(rows: readonly UnfinishedIndexRow[]): UnfinishedIndex[] {
  return rows.map(([oid, schema, name, tableOid, parentOid, unique, definition, tablespace, predicate, lacking, parts]) => {
    // The newest: the oldest may retire before the step comes.
    const attached = parts?.findLast(([, , , , valid]) => valid)
    return {
      oid,
      schema,
      name,
      tableOid,
      parentOid,
      unique,
      definition: tablespace === null ? definition : withTablespace(definition, tablespace, predicate),
      lacking: (lacking ?? []).map(([partition, candidate, leftover, busy]) => ({
        oid: partition,
        candidate: identified(candidate),
        leftover: identified(leftover),
        busy,
      })),
      attachedPart: attached ? { oid: attached[0], schema: attached[1], name: attached[2], partitionOid: attached[3] } : null,
      brokenParts: (parts ?? []).flatMap(([part, partSchema, partName, , valid, kind]) =>
        valid || kind === 'I' ? [] : [{ oid: part, schema: partSchema, name: partName }],
      ),
    }
  })
}

function identified(row: IndexRow | null): Identified | null {
  return row && { oid: row[0], schema: row[1], name: row[2] }
}

/** pg_get_indexdef leaves the tablespace out, which CREATE INDEX takes before the predicate. */
function withTablespace(definition: string, tablespace: string, predicate: string | null): string {
  const where = predicate === null ? '' : ` WHERE ${predicate}`
  return `${definition.slice(0, definition.length - where.length)} TABLESPACE "${tablespace.replaceAll('"', '""')}"${where}`
}
