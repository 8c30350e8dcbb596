import { observeState } from '../catalog/observe-state.js'
import { observeTenants } from '../catalog/observe-tenants.js'
import { PartmanError } from '../error.js'
import type { PartmanDocument, TableName } from '../policy/document.js'
import { tenantsOf } from '../policy/policy.js'
import { parseTenantKey, type TenantKey } from '../policy/tenant-key.js'
import type { Database } from '../sql/database.js'
import { constantSql } from '../sql/sql.js'
import { tenantIn } from '../state/range-span.js'

/** A tenant that is to go, with all of its partitions. */
export interface TenantToRemove {
  /** The name of its set. */
  readonly tenants: string
  readonly key: TenantKey
  readonly reason: string
  /** On whose behalf. */
  readonly by: string
}

/** A partition that goes with its tenant. */
export interface PartitionOfTenant {
  readonly table: TableName
  readonly partition: TableName
}

const RECORD = constantSql(`WITH recorded AS (
  INSERT INTO partman.tenant (tenants, key, removed_at) VALUES ($1, $2, pg_catalog.clock_timestamp())
  ON CONFLICT (tenants, key) DO UPDATE SET removed_at = COALESCE(tenant.removed_at, excluded.removed_at)
  RETURNING tenants, key
)
INSERT INTO partman.audit (actor, act, table_schema, table_name, subject, details, reason)
SELECT $3, 'remove-tenant', 'partman', 'tenant', tenants || ' ' || key, pg_catalog.jsonb_build_object('tenants', tenants, 'key', key), $4 FROM recorded`)

/**
 * Records that a tenant is to go. Nothing is made for it from then on, whatever row the tenants' table has of it; the next runs of a
 * maintainer detach its partitions as they do what has passed its retention (hooks, holds and foreign keys count), and drop them a
 * day later. Who registers it again ends that. Returns the partitions that will go.
 *
 * @throws PartmanError `TENANT_SET_UNKNOWN`, `TENANT_KEY_INVALID`; `TENANT_UNKNOWN` where nobody has heard of it
 */
export async function removeTenant(
  database: Database,
  document: PartmanDocument,
  { tenants, key, reason, by }: TenantToRemove,
): Promise<PartitionOfTenant[]> {
  const set = document.tenantSets.find(({ name }) => name === tenants)
  if (!set) {
    throw new PartmanError('TENANT_SET_UNKNOWN', `There is no tenant set "${tenants}"`, {
      hint: `Known: ${document.tenantSets.map(({ name }) => name).join(', ') || 'none'}.`,
    })
  }
  const text = parseTenantKey(set.type, key)
  const ofSet = { ...document, tenantSets: [set], tables: document.tables.filter(({ policy }) => tenantsOf(policy)?.tenants === tenants) }
  const observation = await observeState(database, ofSet)
  const known = await observeTenants(database, ofSet, observation)
  const partitions = observation.state.tables.flatMap(({ schema, name, partitions: found }) =>
    found
      .filter(({ bound }) => tenantIn(bound) === text)
      .map((one) => ({ table: { schema, name }, partition: { schema: one.schema, name: one.name } })),
  )
  if (partitions.length === 0 && !known.tenants.get(tenants)?.includes(text) && !known.removed.get(tenants)?.has(text)) {
    throw new PartmanError('TENANT_UNKNOWN', `There is no tenant ${JSON.stringify(text)} of ${tenants}`, {
      hint: '`partman tenants list` shows those that there are.',
    })
  }
  await database.query(RECORD, [tenants, text, by, reason])
  return partitions
}
