import { formatTableName, type PartmanDocument, type TableName } from '@partman/core'
import type { ShownFinding } from './format-finding.js'
import type { Client } from './observe-migrations.js'

/** Finds tables that have partitions of ours and are annotated no more: rows are refused once the last of those has passed. */
export async function checkUndeclared(
  client: Client,
  { tables, partitionSchema }: Pick<PartmanDocument, 'tables' | 'partitionSchema'>,
  /** The schema that the connection names: another application in this database may have partitions in the same place. */
  schema: string,
): Promise<(ShownFinding & { readonly table: TableName })[]> {
  const declared = new Set(tables.map(({ table }) => formatTableName(table)))
  const { rows } = await client.query<TableName>(
    `SELECT n.nspname AS schema, c.relname AS name
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'p' AND NOT c.relispartition AND n.nspname = ANY ($1::text[])
       AND EXISTS (
         SELECT FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class p ON p.oid = i.inhrelid
         JOIN pg_catalog.pg_namespace s ON s.oid = p.relnamespace
         WHERE i.inhparent = c.oid AND s.nspname = $2
       )
     ORDER BY 1, 2`,
    [[...new Set([schema, ...tables.map(({ table }) => table.schema)])], partitionSchema],
  )
  return rows
    .filter((table) => !declared.has(formatTableName(table)))
    .map((table) => ({
      code: 'TABLE_UNDECLARED',
      severity: 'warning',
      declaredAt: null,
      table,
      message: `${formatTableName(table)} has partitions and no annotation: nothing makes new ones, and nothing retires old ones`,
      nextStep: 'Annotate its model again, or see to its partitions yourself: inserts fail once the last one has passed.',
    }))
}
