import { observeState } from '../catalog/observe-state.js'
import { observeTenants } from '../catalog/observe-tenants.js'
import { PartmanError } from '../error.js'
import type { PartmanDocument, TableName } from '../policy/document.js'
import { findTenantSet } from '../policy/find-tenant-set.js'
import { tenantsOf } from '../policy/policy.js'
import { parseTenantKey, type TenantKey } from '../policy/tenant-key.js'
import type { Database } from '../sql/database.js'
import { isoInstant, lockTenant } from '../sql/removed-tenant.js'
import { constantSql, sql } from '../sql/sql.js'
import { tenantIn } from '../state/range-span.js'
import { removalTerms } from '../state/removal.js'
import { retentionTerms } from '../state/retention-terms.js'
import { formatTableName, type Partition, sameTable, type Table } from '../state/state.js'

/** A tenant that is to go, or to come back. */
export interface TenantToRemove {
  /** The name of its set. */
  readonly tenants: string
  readonly key: TenantKey
  readonly reason: string
  /** On whose behalf. */
  readonly by: string
}

/** A partition that goes with its tenant, or has come back. */
export interface PartitionOfTenant {
  readonly table: TableName
  readonly partition: TableName
}

/** A table of the set where rows of the tenant stay: its partitions are of several tenants, or PostgreSQL detaches nothing beside a DEFAULT one. */
export interface StayingRows {
  readonly table: TableName
  readonly because: 'shared' | 'default'
}

/** What becomes of a tenant that was removed. */
export interface RemovedPartitions {
  /** ISO 8601, by the database's clock. */
  readonly removedAt: string
  /** The next runs of a maintainer detach them, unless something keeps them that they report. */
  readonly going: readonly PartitionOfTenant[]
  /** Rows that are there are to be deleted by whoever wants them gone. */
  readonly staying: readonly StayingRows[]
}

const RECORD = sql`WITH locked AS MATERIALIZED (
  SELECT ${lockTenant(constantSql('$1::text'), constantSql('$2::text'))}
), recorded AS (
  INSERT INTO partman.removal AS r (partition_schema, tenants, key, removed_by, reason, terms) SELECT $5, $1, $2, $3, $4, $6::text::jsonb FROM locked
  ON CONFLICT (partition_schema, tenants, key) DO UPDATE
    SET reason = excluded.reason, removed_by = excluded.removed_by, grace_from = excluded.grace_from
  RETURNING r.removed_at, r.terms
), asked_anew AS (
  UPDATE partman.hook_call SET stale = true FROM recorded WHERE partition = ANY ($7::text[]::oid[])
), told AS (
  INSERT INTO partman.audit (actor, act, table_schema, table_name, subject, details, reason)
  SELECT $3, 'remove-tenant', 'partman', 'removal', $1::text || ' ' || $2::text,
    pg_catalog.jsonb_build_object('tenants', $1::text, 'key', $2::text, 'terms', terms), $4 FROM recorded
)
SELECT ${isoInstant(constantSql('removed_at'))} AS removed_at FROM recorded`

/**
 * Records that a tenant is to go. Nothing is made for it from then on, whatever row the tenants' table has of it, and nobody can register
 * it; the next runs of a maintainer detach its partitions as they do what has passed its retention (hooks are asked, holds and foreign keys
 * count), and drop, move or keep them once the grace period of the table's retention is over, or a day. What the retention says is noted now:
 * a later one does not shorten it. `restoreTenant` ends that.
 *
 * @throws PartmanError `TENANT_SET_UNKNOWN`, `TENANT_KEY_INVALID`; `TENANT_UNKNOWN` where nobody has heard of it
 */
export async function removeTenant(database: Database, document: PartmanDocument, request: TenantToRemove): Promise<RemovedPartitions> {
  const { tenants, reason, by } = request
  const { key, ofSet } = findTenant(document, request)
  const observation = await observeState(database, ofSet)
  const { state, server } = observation
  const known = await observeTenants(database, ofSet, observation)
  const own = ownPartitions(state.tables, key)
  if (own.length === 0 && !known.tenants.get(tenants)?.includes(key) && !known.removed.get(tenants)?.has(key)) {
    throw new PartmanError('TENANT_UNKNOWN', `There is no tenant ${JSON.stringify(key)} of ${tenants}`, {
      hint: '`partman tenants list` shows those that there are.',
    })
  }
  const terms = ofSet.tables.map(({ table, policy }) => {
    const name = formatTableName(table)
    return [name, removalTerms([retentionTerms(policy), known.inForce.get(name) ?? []], server.now)] as const
  })
  const detached = state.detached.filter(
    ({ marker }) => marker.tenant === key && ofSet.tables.some(({ table }) => sameTable(table, marker.table)),
  )
  const asked = [...own.map(({ partition }) => partition.oid), ...detached.map(({ oid }) => oid)]
  const values = [tenants, key, by, reason, document.partitionSchema, JSON.stringify(Object.fromEntries(terms)), asked]
  const [row] = await database.query<{ removed_at: string }>(RECORD, values)
  const staying = state.tables.flatMap((table) => whyRowsStay(table, key))
  const going = own.filter(({ table }) => !staying.some((one) => one.because === 'default' && sameTable(one.table, table)))
  return {
    removedAt: row!.removed_at,
    going: going.map(({ table, partition: { schema, name } }) => ({ table, partition: { schema, name } })),
    staying,
  }
}

function whyRowsStay({ schema, name, partitions }: Table, key: string): StayingRows[] {
  const table = { schema, name }
  if (partitions.some(({ bound }) => bound.kind === 'default')) return [{ table, because: 'default' }]
  const isShared = partitions.some(
    ({ bound }) => bound.kind === 'hash' || (bound.kind === 'list' && bound.values.length > 1 && bound.values.includes(key)),
  )
  return isShared ? [{ table, because: 'shared' }] : []
}

/** A document of one set alone, and the key of a tenant of it as PostgreSQL prints it. */
export function findTenant(
  document: PartmanDocument,
  { tenants, key }: Pick<TenantToRemove, 'tenants' | 'key'>,
): { readonly key: string; readonly ofSet: PartmanDocument } {
  const set = findTenantSet(document, tenants)
  const tables = document.tables.filter(({ policy }) => tenantsOf(policy)?.tenants === tenants)
  return { key: parseTenantKey(set.type, key), ofSet: { ...document, tenantSets: [set], tables } }
}

/** The partitions of the outermost levels that hold the rows of one tenant alone. */
export function ownPartitions(
  tables: readonly Table[],
  key: string,
): readonly { readonly table: TableName; readonly partition: Partition }[] {
  return tables.flatMap(({ schema, name, partitions }) =>
    partitions.filter(({ bound }) => tenantIn(bound) === key).map((partition) => ({ table: { schema, name }, partition })),
  )
}
