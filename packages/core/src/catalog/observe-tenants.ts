import type { PartmanDocument } from '../policy/document.js'
import type { Database } from '../sql/database.js'
import { identifier, joinSql, literal, qualified, sql } from '../sql/sql.js'
import type { Observation } from './observe-state.js'

/** Reads every tenant there is, by set: those registered and those with a row in the set's table. One statement, or none. */
export async function observeTenants(
  database: Database,
  document: PartmanDocument,
  { bookkeepingVersion, tenantSources }: Observation,
): Promise<Map<string, string[]>> {
  const tenants = new Map<string, string[]>(document.tenantSets.map(({ name }) => [name, []]))
  const parts = document.tenantSets.flatMap(({ name, source }) => {
    if (!source || !tenantSources.has(name)) return []
    return [
      sql`SELECT ${literal(name)} AS tenants, ${identifier(source.key.column)}::text COLLATE "C" AS key FROM ${qualified(source.table)}`,
    ]
  })
  if (bookkeepingVersion !== null && tenants.size > 0) parts.push(sql`SELECT tenants, key COLLATE "C" FROM partman.tenant`)
  if (parts.length === 0) return tenants
  const rows = await database.query<{ tenants: string; key: string }>(
    sql`SELECT DISTINCT tenants, key FROM (${joinSql(parts, ' UNION ALL ')}) AS every_tenant WHERE key <> '' ORDER BY tenants, key`,
  )
  for (const { tenants: set, key } of rows) tenants.get(set)?.push(key)
  return tenants
}
