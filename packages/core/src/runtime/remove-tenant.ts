import { observeState } from '../catalog/observe-state.js'
import { observeTenants } from '../catalog/observe-tenants.js'
import { PartmanError } from '../error.js'
import type { PartmanDocument, TableName } from '../policy/document.js'
import { tenantsOf } from '../policy/policy.js'
import { parseTenantKey, type TenantKey } from '../policy/tenant-key.js'
import type { Database } from '../sql/database.js'
import { lockTenant, REMOVED_AT } from '../sql/removed-tenant.js'
import { constantSql, sql } from '../sql/sql.js'
import { tenantIn } from '../state/range-span.js'
import { type DetachedPartition, type Partition, type State, sameTable } from '../state/state.js'

/** A tenant that is to go, or to come back. */
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

/** What becomes of a tenant that was removed. */
export interface RemovedPartitions {
  /** ISO 8601, by the database's clock. */
  readonly removedAt: string
  /** The next runs of a maintainer detach them, unless something keeps them that they report. */
  readonly going: readonly PartitionOfTenant[]
  /** Tables of the set where no partition is the tenant's alone: rows that it has there stay, and are to be deleted. */
  readonly shared: readonly TableName[]
}

const RECORD = sql`WITH locked AS MATERIALIZED (
  SELECT ${lockTenant(constantSql('$1::text'), constantSql('$2::text'))}
), recorded AS (
  INSERT INTO partman.tenant (tenants, key, removed_at) SELECT $1, $2, pg_catalog.clock_timestamp() FROM locked
  ON CONFLICT (tenants, key) DO UPDATE SET removed_at = COALESCE(tenant.removed_at, excluded.removed_at)
  RETURNING tenants, key, removed_at
), asked_anew AS (
  DELETE FROM partman.hook_call WHERE partition = ANY ($5::text[]::oid[]) AND finished_at < (SELECT removed_at FROM recorded)
), told AS (
  INSERT INTO partman.audit (actor, act, table_schema, table_name, subject, details, reason)
  SELECT $3, 'remove-tenant', 'partman', 'tenant', tenants || ' ' || key, pg_catalog.jsonb_build_object('tenants', tenants, 'key', key), $4 FROM recorded
)
SELECT ${REMOVED_AT} AS removed_at FROM recorded`

/**
 * Records that a tenant is to go. Nothing is made for it from then on, whatever row the tenants' table has of it, and nobody can register
 * it; the next runs of a maintainer detach its partitions as they do what has passed its retention (hooks are asked, holds and foreign keys
 * count), and drop or move them once the grace period of the table's retention is over, or a day. `restoreTenant` ends that.
 *
 * @throws PartmanError `TENANT_SET_UNKNOWN`, `TENANT_KEY_INVALID`; `TENANT_UNKNOWN` where nobody has heard of it
 */
export async function removeTenant(database: Database, document: PartmanDocument, request: TenantToRemove): Promise<RemovedPartitions> {
  const { tenants, reason, by } = request
  const { key, ofSet } = findTenant(document, request)
  const observation = await observeState(database, ofSet)
  const known = await observeTenants(database, ofSet, observation)
  const { attached, detached } = partitionsOf(ofSet, observation.state, key)
  if (attached.length === 0 && !known.tenants.get(tenants)?.includes(key) && !known.removed.get(tenants)?.has(key)) {
    throw new PartmanError('TENANT_UNKNOWN', `There is no tenant ${JSON.stringify(key)} of ${tenants}`, {
      hint: '`partman tenants list` shows those that there are.',
    })
  }
  const asked = [...attached.map(({ partition }) => partition.oid), ...detached.map(({ oid }) => oid)]
  const [row] = await database.query<{ removed_at: string }>(RECORD, [tenants, key, by, reason, asked])
  const going = attached.map(({ table, partition: { schema, name } }) => ({ table, partition: { schema, name } }))
  const shared = ofSet.tables.filter(({ table }) => !going.some((one) => sameTable(one.table, table))).map(({ table }) => table)
  return { removedAt: row!.removed_at, going, shared }
}

/** A document of one set alone, and the key of a tenant of it as PostgreSQL prints it. */
export function findTenant(
  document: PartmanDocument,
  { tenants, key }: Pick<TenantToRemove, 'tenants' | 'key'>,
): { readonly key: string; readonly ofSet: PartmanDocument } {
  const set = document.tenantSets.find(({ name }) => name === tenants)
  if (!set) {
    throw new PartmanError('TENANT_SET_UNKNOWN', `There is no tenant set "${tenants}"`, {
      hint: `Known: ${document.tenantSets.map(({ name }) => name).join(', ') || 'none'}.`,
    })
  }
  const tables = document.tables.filter(({ policy }) => tenantsOf(policy)?.tenants === tenants)
  return { key: parseTenantKey(set.type, key), ofSet: { ...document, tenantSets: [set], tables } }
}

/** The partitions of the outermost levels of declared tables that hold the rows of one tenant alone. */
export function partitionsOf(
  { tables: declared }: Pick<PartmanDocument, 'tables'>,
  { tables, detached }: State,
  key: string,
): {
  readonly attached: readonly { readonly table: TableName; readonly partition: Partition }[]
  readonly detached: readonly DetachedPartition[]
} {
  return {
    attached: tables.flatMap(({ schema, name, partitions }) =>
      partitions.filter(({ bound }) => tenantIn(bound) === key).map((partition) => ({ table: { schema, name }, partition })),
    ),
    detached: detached.filter(
      ({ marker }) =>
        sameTable(marker.parent, marker.table) &&
        declared.some(({ table }) => sameTable(table, marker.table)) &&
        tenantIn(marker.bound) === key,
    ),
  }
}
