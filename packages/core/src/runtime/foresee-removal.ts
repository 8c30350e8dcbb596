import { type Observation, observeState } from '../catalog/observe-state.js'
import { type ObservedTenants, observeTenants } from '../catalog/observe-tenants.js'
import { PartmanError } from '../error.js'
import type { PartmanDocument, TableName } from '../policy/document.js'
import { findTenantSet } from '../policy/find-tenant-set.js'
import { tenantsOf } from '../policy/policy.js'
import { parseTenantKey, type TenantKey } from '../policy/tenant-key.js'
import type { Database } from '../sql/database.js'
import { tenantIn } from '../state/range-span.js'
import { type RemovalTerms, removalTerms, termsOf } from '../state/removal.js'
import { retentionTerms } from '../state/retention-terms.js'
import { formatTableName, type Partition, sameTable, type Table } from '../state/state.js'

/** A tenant of a set. */
export interface TenantName {
  /** The name of its set. */
  readonly tenants: string
  readonly key: TenantKey
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

/** What becomes of the rows of a tenant in one table of its set, once it is removed. */
export interface ForeseenRemoval {
  readonly table: TableName
  /** Attached partitions of its own, of the outermost level, which the next runs detach but beside a DEFAULT one; `oid` as PostgreSQL prints it. */
  readonly attached: readonly (TableName & { readonly oid: string })[]
  /** Partitions of it that stand detached already, and wait out the grace period anew. */
  readonly detached: readonly (TableName & { readonly oid: string })[]
  /** Why rows of it stay all the same; null: none do. */
  readonly stays: StayingRows['because'] | null
  /** For how long they stand detached, and what comes then. */
  readonly terms: RemovalTerms
}

/**
 * Foresees what becomes of a tenant that is removed now, table by table. Changes nothing. `key` is given as PostgreSQL prints it.
 *
 * @throws PartmanError `TENANT_SET_UNKNOWN`, `TENANT_KEY_INVALID`; `TENANT_UNKNOWN` where nobody has heard of it
 */
export async function foreseeRemoval(
  database: Database,
  document: PartmanDocument,
  tenant: TenantName,
): Promise<{ readonly key: string; readonly tables: readonly ForeseenRemoval[] }> {
  const { key, ofSet } = findTenant(document, tenant)
  const observation = await observeState(database, ofSet)
  const known = await observeTenants(database, ofSet, observation)
  const { state, server } = observation
  assertKnown(tenant.tenants, key, observation, known)
  // Who removes it anew does not shorten what was noted.
  const before = known.removed.get(tenant.tenants)?.get(key)
  const tables = ofSet.tables.map(({ table, policy }) => {
    const { schema, name } = table
    const fullName = formatTableName(table)
    const found = state.tables.filter((one) => sameTable(one, table))
    const stays = found.flatMap((one) => whyRowsStay(one, key) ?? [])[0] ?? null
    return {
      table: { schema, name },
      attached: ownPartitions(found, key).map(({ partition }) => named(partition)),
      detached: state.detached.filter(({ marker }) => marker.tenant === key && sameTable(marker.table, table)).map(named),
      stays,
      terms: before ? termsOf(before, fullName) : removalTerms([retentionTerms(policy), known.inForce.get(fullName) ?? []], server.now),
    }
  })
  return { key, tables }
}

function named({ schema, name, oid }: TableName & { readonly oid: string | null }): TableName & { readonly oid: string } {
  return { schema, name, oid: oid ?? '' }
}

function assertKnown(tenants: string, key: string, { state }: Observation, known: ObservedTenants): void {
  const isKnown = known.tenants.get(tenants)?.includes(key) || known.removed.get(tenants)?.has(key)
  if (isKnown || ownPartitions(state.tables, key).length > 0) return
  throw new PartmanError('TENANT_UNKNOWN', `There is no tenant ${JSON.stringify(key)} of ${tenants}`, {
    hint: '`partman tenants list` shows those that there are.',
  })
}

function whyRowsStay({ partitions }: Table, key: string): StayingRows['because'] | undefined {
  if (partitions.some(({ bound }) => bound.kind === 'default')) return 'default'
  const isShared = partitions.some(
    ({ bound }) => bound.kind === 'hash' || (bound.kind === 'list' && bound.values.length > 1 && bound.values.includes(key)),
  )
  return isShared ? 'shared' : undefined
}

/** A document of one set alone, and the key of a tenant of it as PostgreSQL prints it. */
export function findTenant(
  document: PartmanDocument,
  { tenants, key }: TenantName,
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
