import type { TableName } from '../policy/document.js'
import type { Database } from '../sql/database.js'
import { joinSql, literal, qualified, sql } from '../sql/sql.js'
import { type ForeignKey, type FoundTrigger, parseTriggerMark, TRIGGER_MARK, triggerNames } from '../state/tenant-trigger-mark.js'

/** Reads the triggers that make partitions in a schema, also those of tenant sets that are declared no more. */
export async function observeTenantTriggers(database: Database, partitionSchema: string): Promise<FoundTrigger[]> {
  const { lock, make } = triggerNames(partitionSchema)
  const rows = await database.query<{
    mark: string
    schema: string | null
    name: string | null
    enabled: boolean
  }>(sql`SELECT d.description AS mark, t.schema, t.name, COALESCE(t.enabled, false) AS enabled
    FROM pg_catalog.pg_proc p
    JOIN pg_catalog.pg_description d ON d.objoid = p.oid AND d.classoid = 'pg_catalog.pg_proc'::regclass AND d.objsubid = 0
    LEFT JOIN LATERAL (
      SELECT n.nspname AS schema, c.relname AS name, m.tgenabled IN ('O', 'A') AND l.tgenabled IN ('O', 'A') AS enabled
      FROM pg_catalog.pg_trigger m
      JOIN pg_catalog.pg_trigger l ON l.tgrelid = m.tgrelid AND l.tgfoid = m.tgfoid AND l.tgname = ${literal(lock)}
      JOIN pg_catalog.pg_class c ON c.oid = m.tgrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE m.tgfoid = p.oid AND m.tgname = ${literal(make)}
    ) AS t ON true
    WHERE p.pronamespace = pg_catalog.to_regnamespace('partman')::oid AND pg_catalog.starts_with(d.description, ${literal(TRIGGER_MARK)})
    ORDER BY d.description, t.schema, t.name`)
  return rows
    .map(({ mark, schema, name, enabled }) => ({
      ...parseTriggerMark(mark),
      table: schema === null || name === null ? null : { schema, name },
      enabled,
    }))
    .filter((found) => found.partitionSchema === partitionSchema)
}

/** Reads the foreign keys from some tables to others, each pair by itself. */
export async function observeForeignKeys(
  database: Database,
  pairs: readonly { readonly table: TableName; readonly to: TableName }[],
): Promise<ForeignKey[]> {
  if (pairs.length === 0) return []
  const values = pairs.map(
    ({ table, to }, index) => sql`(${literal(String(index))}, ${literal(qualified(table))}, ${literal(qualified(to))})`,
  )
  const rows = await database.query<{ pair: string; constraint: string }>(sql`SELECT p.pair, x.conname AS constraint
    FROM (VALUES ${joinSql(values, ', ')}) AS p (pair, referring, referred)
    JOIN pg_catalog.pg_constraint x ON x.conrelid = pg_catalog.to_regclass(p.referring)::oid AND x.confrelid = pg_catalog.to_regclass(p.referred)::oid
    WHERE x.contype = 'f' ORDER BY 1, 2`)
  return rows.flatMap(({ pair, constraint }) => {
    const found = pairs[Number(pair)]
    return found ? [{ ...found, constraint }] : []
  })
}
