import type { FoundTable, MigrationRow, TableName } from '@partman/core'
import pg from 'pg'

/**
 * Reads Prisma's bookkeeping of migrations, none where its table does not exist yet. It is in the schema that the connection names.
 * https://www.prisma.io/docs/orm/prisma-migrate/understanding-prisma-migrate/migration-histories
 */
export async function observeMigrationRows(client: Pick<pg.Pool, 'query'>, schema: string): Promise<MigrationRow[]> {
  const table = `${pg.escapeIdentifier(schema)}._prisma_migrations`
  const { rows: existing } = await client.query<{ exists: boolean }>('SELECT pg_catalog.to_regclass($1) IS NOT NULL AS exists', [table])
  if (!existing[0]?.exists) return []
  const { rows } = await client.query<MigrationRow>(`SELECT migration_name, finished_at, rolled_back_at FROM ${table}`)
  return rows
}

/** Reads the columns that a table, or any table below it, is partitioned by; none where it is plain or absent. */
export async function observeKeyColumns(client: Pick<pg.Pool, 'query'>, { schema, name }: TableName): Promise<string[]> {
  const { rows } = await client.query<{ column: string }>(
    `SELECT DISTINCT a.attname AS column
     FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass($1)) t
     JOIN pg_catalog.pg_partitioned_table p ON p.partrelid = t.relid
     JOIN pg_catalog.pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = ANY (p.partattrs::int2[])`,
    [`${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`],
  )
  return rows.map(({ column }) => column)
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
export async function observeFoundTables(client: Pick<pg.Pool, 'query'>, names: readonly TableName[]): Promise<FoundTable[]> {
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
