import type { PartmanDocument } from '../policy/document.js'
import { parseTenantSettings, type TenantSettings } from '../policy/tenant-settings.js'
import type { Database } from '../sql/database.js'
import { identifier, joinSql, literal, qualified, sql } from '../sql/sql.js'
import type { RetentionTerms } from '../state/retention-terms.js'
import { formatTableName } from '../state/state.js'
import type { Observation } from './observe-state.js'

/** The tenants there are, by set. */
export interface ObservedTenants {
  /** Their keys, as PostgreSQL prints them. */
  readonly tenants: ReadonlyMap<string, readonly string[]>
  /** By the tenant's key; of a tenant whose settings cannot be understood nothing is retired. */
  readonly settings: ReadonlyMap<string, ReadonlyMap<string, TenantSettings>>
  readonly invalidSettings: readonly InvalidSettings[]
  /** The retention in force of every table, by its full name. */
  readonly inForce: ReadonlyMap<string, RetentionTerms>
  /** Object ids of the partitions of each table that somebody has seen, and approved of that they go. */
  readonly approved: ReadonlyMap<string, ReadonlySet<string>>
}

/** A tenant whose settings cannot be understood. */
export interface InvalidSettings {
  readonly tenants: string
  readonly key: string
  readonly problem: string
}

const KEEP_EVERYTHING: TenantSettings = { retention: null }

/**
 * Reads every tenant there is, by set: those registered and those with a row in the set's table; and, being there, the retention in
 * force. One statement, or none.
 */
export async function observeTenants(
  database: Database,
  document: PartmanDocument,
  { bookkeepingVersion, tenantSources }: Observation,
): Promise<ObservedTenants> {
  const tenants = new Map<string, string[]>(document.tenantSets.map(({ name }) => [name, []]))
  const settings = new Map<string, Map<string, TenantSettings>>(document.tenantSets.map(({ name }) => [name, new Map()]))
  const invalidSettings: InvalidSettings[] = []
  const parts = document.tenantSets.flatMap(({ name, source }) => {
    if (!source || !tenantSources.has(name)) return []
    return [
      sql`SELECT ${literal(name)} AS tenants, ${identifier(source.key.column)}::text COLLATE "C" AS key, NULL::text AS settings, false AS approval FROM ${qualified(source.table)}`,
    ]
  })
  if (bookkeepingVersion !== null && tenants.size > 0) {
    parts.push(sql`SELECT tenants, key COLLATE "C" AS key, settings::text AS settings, false AS approval FROM partman.tenant`)
  }
  // Its key is the table's schema and name.
  if (bookkeepingVersion !== null) {
    parts.push(
      sql`SELECT '' AS tenants, pg_catalog.json_build_array(table_schema, table_name)::text COLLATE "C" AS key, pg_catalog.json_build_object('retention', retention, 'partitions', partitions)::text AS settings, true AS approval FROM partman.approval`,
    )
  }
  const inForce = new Map<string, RetentionTerms>()
  const approved = new Map<string, ReadonlySet<string>>()
  if (parts.length === 0) return { tenants, settings, invalidSettings, inForce, approved }
  const rows = await database.query<{ tenants: string; key: string; settings: string | null; approval: boolean }>(
    sql`SELECT tenants, key, pg_catalog.max(settings) AS settings, approval FROM (${joinSql(parts, ' UNION ALL ')}) AS every_tenant WHERE key <> '' GROUP BY tenants, key, approval ORDER BY tenants, key`,
  )
  for (const { tenants: set, key, settings: text, approval } of rows) {
    if (approval) {
      const [schema, name] = JSON.parse(key) as [string, string]
      const { retention, partitions } = JSON.parse(text ?? '{}') as { retention: RetentionTerms; partitions: string[] }
      inForce.set(formatTableName({ schema, name }), retention)
      approved.set(formatTableName({ schema, name }), new Set(partitions))
      continue
    }
    tenants.get(set)?.push(key)
    if (text === null || !settings.has(set)) continue
    const parsed = parseTenantSettings(JSON.parse(text))
    if ('problem' in parsed) invalidSettings.push({ tenants: set, key, problem: parsed.problem })
    settings.get(set)?.set(key, 'problem' in parsed ? KEEP_EVERYTHING : parsed)
  }
  return { tenants, settings, invalidSettings, inForce, approved }
}
