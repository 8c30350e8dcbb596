import type { FoundTable, MigrationRow, TableName } from '@partman/core'
import pg from 'pg'

/** What is asked of a connection here: a pool of `pg`, or a client of it. */
export interface Client {
  query<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<{ rows: Row[] }>
}

/**
 * Reads Prisma's bookkeeping of migrations, none where its table does not exist yet. It is in the schema that the connection names.
 * https://www.prisma.io/docs/orm/prisma-migrate/understanding-prisma-migrate/migration-histories
 */
export async function observeMigrationRows(client: Client, schema: string): Promise<MigrationRow[]> {
  const table = `${pg.escapeIdentifier(schema)}._prisma_migrations`
  const { rows: existing } = await client.query<{ exists: boolean }>('SELECT pg_catalog.to_regclass($1) IS NOT NULL AS exists', [table])
  if (!existing[0]?.exists) return []
  const { rows } = await client.query<MigrationRow>(`SELECT migration_name, finished_at, rolled_back_at FROM ${table}`)
  return rows
}

/** A column of a partition key; `method` is `range`, `list` or `hash`. */
export interface KeyColumn {
  readonly column: string
  readonly method: string
}

/** Reads the columns that a table, or any table below it, is partitioned by; none where it is plain or absent. */
export async function observeKeyColumns(client: Client, { schema, name }: TableName): Promise<KeyColumn[]> {
  const { rows } = await client.query<KeyColumn>(
    `SELECT DISTINCT a.attname AS column, CASE p.partstrat WHEN 'r' THEN 'range' WHEN 'l' THEN 'list' ELSE 'hash' END AS method
     FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass($1)) t
     JOIN pg_catalog.pg_partitioned_table p ON p.partrelid = t.relid
     JOIN pg_catalog.pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = ANY (p.partattrs::int2[])
     ORDER BY 1, 2`,
    [`${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`],
  )
  return rows
}

/** Reads which partitioned table an index belongs to; null where there is no such index, or it is one of a plain table. */
export async function observeIndexedTable(client: Client, { schema, name }: TableName): Promise<TableName | null> {
  const { rows } = await client.query<TableName>(
    `SELECT n.nspname AS schema, t.relname AS name
     FROM pg_catalog.pg_index i
     JOIN pg_catalog.pg_class t ON t.oid = i.indrelid AND t.relkind = 'p'
     JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
     WHERE i.indexrelid = pg_catalog.to_regclass($1)`,
    [`${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`],
  )
  return rows[0] ?? null
}

const RELATION_KINDS: Readonly<Record<string, string>> = {
  v: 'a view',
  m: 'a materialized view',
  f: 'a foreign table',
  S: 'a sequence',
  i: 'an index',
  I: 'an index',
  c: 'a composite type',
}

/** Reads what there is under each of these names, in their order. */
export async function observeFoundTables(client: Client, names: readonly TableName[]): Promise<FoundTable[]> {
  const { rows } = await client.query<{ relkind: string | null; clause: string | null; isPartition: boolean; isEmpty: boolean }>(
    `SELECT c.relkind, 'PARTITION BY ' || pg_catalog.pg_get_partkeydef(c.oid) AS clause, c.relispartition AS "isPartition",
       -- No page was ever written: an exact answer would have to read the table.
       CASE WHEN c.relkind = 'r' THEN pg_catalog.pg_relation_size(c.oid) = 0 ELSE false END AS "isEmpty"
     FROM ROWS FROM (unnest($1::text[]), unnest($2::text[])) WITH ORDINALITY AS d (schema, name, position)
     LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = d.schema
     LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = d.name
     ORDER BY d.position`,
    [names.map(({ schema }) => schema), names.map(({ name }) => name)],
  )
  return rows.map(({ relkind, clause, isPartition, isEmpty }): FoundTable => {
    if (relkind === null) return { kind: 'absent' }
    if (isPartition) return { kind: 'other', description: 'a partition of another table' }
    if (relkind === 'p' && clause !== null) return { kind: 'partitioned', clause }
    if (relkind === 'r') return { kind: 'plain', isEmpty }
    return { kind: 'other', description: RELATION_KINDS[relkind] ?? 'no table' }
  })
}
