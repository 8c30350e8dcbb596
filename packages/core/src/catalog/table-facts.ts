import { constantSql } from '../sql/sql.js'
import type { Table } from '../state/state.js'

/**
 * What else is known of the declared tables. The tables in pg_partman's care are in one of its own, whose schema is chosen at
 * installation: the query for it is text that is made and read only where the extension is there and readable, and its
 * answer is in hexadecimal, because XML has its own ideas of characters. Chunks of TimescaleDB are told by the schema they are in.
 */
export const TABLE_FACTS = constantSql(`
partman_extension AS MATERIALIZED (
  SELECT pg_catalog.format('SELECT pg_catalog.string_agg(pg_catalog.encode(pg_catalog.convert_to(parent_table, ''UTF8''), ''hex''), '' '') AS tables FROM %I.part_config'::text, n.nspname) AS query
  FROM pg_catalog.pg_extension e
  JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
  JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = 'part_config'::name
  WHERE e.extname = 'pg_partman'::name
    AND pg_catalog.has_schema_privilege(n.oid, 'USAGE'::text) AND pg_catalog.has_table_privilege(c.oid, 'SELECT'::text)
), in_care AS MATERIALIZED (
  SELECT pg_catalog.string_to_array(
    pg_catalog.substring(pg_catalog.query_to_xml(query, false, true, ''::text)::text, '<tables>([^<]*)</tables>'::text), ' '::text
  ) AS tables
  FROM partman_extension
), table_facts AS (
  SELECT pg_catalog.json_build_array(
    d.oid::text,
    CASE
      WHEN EXISTS (
        SELECT FROM in_care
        WHERE pg_catalog.encode(pg_catalog.convert_to(d.nspname::text || '.'::text || d.relname::text, 'UTF8'::name), 'hex'::text) = ANY (in_care.tables)
      ) THEN 'pg_partman'::text
      WHEN EXISTS (
        SELECT FROM pg_catalog.pg_inherits i
        JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE i.inhparent = d.oid AND NOT c.relispartition AND n.nspname = '_timescaledb_internal'::name
      ) THEN 'timescaledb'::text
      ELSE (
        SELECT e.extname::text
        FROM pg_catalog.pg_depend m JOIN pg_catalog.pg_extension e ON e.oid = m.refobjid
        WHERE m.classid = 'pg_catalog.pg_class'::regclass::oid AND m.objid = d.oid AND m.objsubid = 0
          AND m.refclassid = 'pg_catalog.pg_extension'::regclass::oid AND m.deptype = 'e'::"char"
        LIMIT 1
      )
    END,
    (
      SELECT pg_catalog.json_agg(DISTINCT pg_catalog.jsonb_build_array(n.nspname, c.relname))
      FROM pg_catalog.pg_constraint k
      JOIN pg_catalog.pg_class c ON c.oid = k.confrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE k.conrelid = d.oid AND k.contype = 'f'::"char" AND k.conparentid = 0::oid
    ),
    (
      SELECT pg_catalog.json_agg(pg_catalog.json_build_array(n.nspname, c.relname, k.conname, (
        SELECT pg_catalog.json_agg(pg_catalog.json_build_array(a.attname, b.attname) ORDER BY pair.position)
        FROM ROWS FROM (pg_catalog.unnest(k.conkey), pg_catalog.unnest(k.confkey)) WITH ORDINALITY AS pair (referring, referred, position)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = pair.referring
        JOIN pg_catalog.pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = pair.referred
      )) ORDER BY k.oid)
      FROM pg_catalog.pg_constraint k
      JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE k.confrelid = d.oid AND k.contype = 'f'::"char" AND k.conparentid = 0::oid
    ),
    (
      SELECT pg_catalog.json_object_agg(a.attname, CASE WHEN COALESCE(b.typtype, y.typtype) = 'e'::"char" THEN 'enum'::text ELSE COALESCE(b.typname, y.typname)::text END)
      FROM pg_catalog.pg_attribute a
      JOIN pg_catalog.pg_type y ON y.oid = a.atttypid
      LEFT JOIN pg_catalog.pg_type b ON b.oid = y.typbasetype
      WHERE a.attrelid = d.oid AND a.attnum > 0::int2 AND NOT a.attisdropped
    )
  ) AS fact
  FROM declared d
)`)

export type TableFactsRow = readonly [
  oid: string,
  extension: string | null,
  references: readonly (readonly [schema: string, name: string])[] | null,
  referredBy:
    | readonly (readonly [schema: string, name: string, constraint: string, columns: readonly (readonly [string, string])[]])[]
    | null,
  columnTypes: Readonly<Record<string, string>> | null,
]
export type TableFacts = Pick<Table, 'extension' | 'references' | 'referredBy' | 'columnTypes'>

/** PostgreSQL's own names of types that a policy calls by their names in SQL. */
const SQL_NAMES: Readonly<Record<string, string>> = {
  bool: 'boolean',
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  varchar: 'text',
}

/** Parses the facts, by the oid of the table; what does not apply is left out. */
export function parseTableFacts(rows: readonly TableFactsRow[]): ReadonlyMap<string, TableFacts> {
  return new Map(
    rows.map(([oid, extension, references, referredBy, columnTypes]) => [
      oid,
      {
        ...(extension === null ? {} : { extension }),
        ...(references === null ? {} : { references: references.map(([schema, name]) => ({ schema, name })) }),
        ...(referredBy === null
          ? {}
          : { referredBy: referredBy.map(([schema, name, constraint, columns]) => ({ schema, name, constraint, columns })) }),
        columnTypes: new Map(Object.entries(columnTypes ?? {}).map(([column, type]) => [column, SQL_NAMES[type] ?? type])),
      },
    ]),
  )
}
