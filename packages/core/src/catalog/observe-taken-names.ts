import type { Database } from '../sql/database.js'
import { sql } from '../sql/sql.js'

/** Tells which of these names a relation of the schema bears already, attached or not, of whatever table. One statement, or none. */
export async function observeTakenNames(database: Database, schema: string, names: readonly string[]): Promise<ReadonlySet<string>> {
  if (names.length === 0) return new Set()
  const rows = await database.query<{ name: string }>(
    sql`SELECT c.relname AS name FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1::name AND c.relname = ANY ($2::name[])`,
    [schema, names],
  )
  return new Set(rows.map(({ name }) => name))
}
