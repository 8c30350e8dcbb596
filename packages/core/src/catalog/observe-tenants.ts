import type { PartmanDocument } from '../policy/document.js'
import { parseTenantSettings, type TenantSettings } from '../policy/tenant-settings.js'
import type { Database } from '../sql/database.js'
import { selectRemovals } from '../sql/removed-tenant.js'
import { identifier, joinSql, literal, qualified, sql } from '../sql/sql.js'
import type { Hold } from '../state/hold.js'
import type { Removal } from '../state/removal.js'
import type { RetentionTerms } from '../state/retention-terms.js'
import { formatTableName } from '../state/state.js'
import { HOLD_JSON, type HoldRow, holdsByTable } from './observe-holds.js'
import type { Observation } from './observe-state.js'

/** The tenants there are, by set. */
export interface ObservedTenants {
  /** Their keys, as PostgreSQL prints them. */
  readonly tenants: ReadonlyMap<string, readonly string[]>
  /** Those that somebody has removed, by set and key: they are tenants no longer, whatever rows there are. */
  readonly removed: ReadonlyMap<string, ReadonlyMap<string, Removal>>
  /** By the tenant's key; of a tenant whose settings cannot be understood nothing is retired. */
  readonly settings: ReadonlyMap<string, ReadonlyMap<string, TenantSettings>>
  readonly invalidSettings: readonly InvalidSettings[]
  /** The retention in force of every table, by its full name. */
  readonly inForce: ReadonlyMap<string, RetentionTerms>
  /** Object ids of the partitions of each table that somebody has seen, and approved of that they go. */
  readonly approved: ReadonlyMap<string, ReadonlySet<string>>
  /** The holds that nobody has released, by the full name of their table. */
  readonly holds: ReadonlyMap<string, readonly Hold[]>
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
 * force and the holds. One statement, or none.
 */
export async function observeTenants(
  database: Database,
  document: PartmanDocument,
  { bookkeepingVersion, tenantSources, state }: Observation,
): Promise<ObservedTenants> {
  const tenants = new Map<string, string[]>(document.tenantSets.map(({ name }) => [name, []]))
  const settings = new Map<string, Map<string, TenantSettings>>(document.tenantSets.map(({ name }) => [name, new Map()]))
  const removed = new Map<string, Map<string, Removal>>()
  const invalidSettings: InvalidSettings[] = []
  const parts = document.tenantSets.flatMap(({ name, source }) => {
    if (!source || !tenantSources.has(name)) return []
    return [
      sql`SELECT ${literal(name)} AS tenants, ${identifier(source.key.column)}::text COLLATE "C" AS key, NULL::text AS settings, 'tenant' AS kind FROM ${qualified(source.table)}`,
    ]
  })
  if (bookkeepingVersion !== null && tenants.size > 0) {
    parts.push(
      sql`SELECT tenants, key COLLATE "C" AS key, settings::text AS settings, 'tenant' AS kind FROM partman.tenant`,
      selectRemovals(document.partitionSchema),
    )
  }
  // Its key is the table's schema and name.
  if (bookkeepingVersion !== null) {
    parts.push(
      sql`SELECT '' AS tenants, pg_catalog.json_build_array(table_schema, table_name)::text COLLATE "C" AS key, pg_catalog.json_build_object('retention', retention, 'partitions', partitions)::text AS settings, 'approval' AS kind FROM partman.approval`,
      sql`SELECT '' AS tenants, h.id::text COLLATE "C" AS key, ${HOLD_JSON} AS settings, 'hold' AS kind FROM partman.hold h WHERE h.released_at IS NULL`,
    )
  }
  const inForce = new Map<string, RetentionTerms>()
  const approved = new Map<string, ReadonlySet<string>>()
  const holdRows = new Map<string, HoldRow>()
  if (parts.length === 0) return { tenants, removed, settings, invalidSettings, inForce, approved, holds: new Map() }
  const rows = await database.query<{
    tenants: string
    key: string
    settings: string | null
    kind: 'tenant' | 'removed' | 'approval' | 'hold'
  }>(
    sql`SELECT tenants, key, pg_catalog.max(settings) AS settings, kind FROM (${joinSql(parts, ' UNION ALL ')}) AS every_tenant WHERE key <> '' GROUP BY tenants, key, kind ORDER BY tenants, key`,
  )
  for (const { tenants: set, key, settings: text, kind } of rows) {
    if (kind === 'hold') {
      holdRows.set(key, JSON.parse(text ?? '') as HoldRow)
      continue
    }
    if (kind === 'approval') {
      const [schema, name] = JSON.parse(key) as [string, string]
      const { retention, partitions } = JSON.parse(text ?? '{}') as { retention: RetentionTerms; partitions: string[] }
      inForce.set(formatTableName({ schema, name }), retention)
      approved.set(formatTableName({ schema, name }), new Set(partitions))
      continue
    }
    if (kind === 'removed') {
      removed.set(set, (removed.get(set) ?? new Map()).set(key, JSON.parse(text ?? '') as Removal))
      continue
    }
    tenants.get(set)?.push(key)
    if (text === null || !settings.has(set)) continue
    const parsed = parseTenantSettings(JSON.parse(text))
    if ('problem' in parsed) invalidSettings.push({ tenants: set, key, problem: parsed.problem })
    settings.get(set)?.set(key, 'problem' in parsed ? KEEP_EVERYTHING : parsed)
  }
  // A row of the set's table does not bring back whom somebody has removed.
  for (const [set, keys] of removed) if (tenants.has(set)) tenants.set(set, tenants.get(set)?.filter((key) => !keys.has(key)) ?? [])
  return { tenants, removed, settings, invalidSettings, inForce, approved, holds: holdsByTable(holdRows, state) }
}
