import type { PartmanDocument, TablePolicy } from '../policy/document.js'
import { findTenantSet } from '../policy/find-tenant-set.js'
import type { TenantKeyType } from '../policy/key-column.js'
import { tenantsOf } from '../policy/policy.js'
import { parseTenantKey, type TenantKey } from '../policy/tenant-key.js'
import { countSubtree } from '../state/lock-budget.js'
import { partitionStem } from '../state/partition-name.js'
import type { Partition } from '../state/state.js'
import { wantTenant } from '../state/want-partitions.js'
import { wantTable } from '../state/want-state.js'
import { lockLimited, type RenderOptions } from './guarded-block.js'
import { lockTenant, refuseRemoved } from './removed-tenant.js'
import { renderCreatePartition } from './render-partition.js'
import { constantSql, joinSql, literal, qualified, type Sql, sql } from './sql.js'

/** When a tenant is registered, and how patiently. */
export interface RegistrationOptions extends RenderOptions {
  /** Milliseconds since 1970: the windows are the ones around this instant. */
  readonly now: number
}

/** Tenants that are registered in one transaction. */
export interface RegistrationBatch {
  /** As PostgreSQL prints them. */
  readonly keys: readonly string[]
  readonly sql: Sql
}

/** Tables that a batch makes, but for those of a single tenant that has more: a sign-up beside it waits for them. */
const TABLES_PER_BATCH = 50

/**
 * Renders the registration of a tenant: one block that may run in a transaction of the caller, and leaves a tenant whose
 * partitions are there as it is. Two that register the same tenant at once wait for each other, not for a failure.
 *
 * @throws PartmanError `TENANT_SET_UNKNOWN`, `TENANT_KEY_INVALID`
 */
export function renderRegistration(document: PartmanDocument, tenants: string, tenant: TenantKey, options: RegistrationOptions): Sql {
  const { parse, partitionsOf } = registrar(document, tenants, options)
  return renderBatch(document, tenants, [partitionsOf(parse(tenant))], options)
}

/**
 * The same for many tenants, in blocks that hold up others for not much longer: each key once, in an order that two callers share, so
 * that neither waits for the other's first.
 *
 * @throws PartmanError `TENANT_SET_UNKNOWN`, `TENANT_KEY_INVALID`
 */
export function renderRegistrationBatches(
  document: PartmanDocument,
  tenants: string,
  given: readonly TenantKey[],
  options: RegistrationOptions,
): RegistrationBatch[] {
  const { parse, partitionsOf } = registrar(document, tenants, options)
  const batches: TenantPartitions[][] = []
  let room = 0
  for (const key of [...new Set(given.map(parse))].sort()) {
    const tenant = partitionsOf(key)
    const tables = tenant.partitions.reduce((sum, { partition }) => sum + countSubtree(partition), 0)
    const batch = batches.at(-1)
    if (batch && tables <= room) batch.push(tenant)
    else {
      batches.push([tenant])
      room = TABLES_PER_BATCH
    }
    room -= tables
  }
  return batches.map((batch) => ({ keys: batch.map(({ key }) => key), sql: renderBatch(document, tenants, batch, options) }))
}

/** A tenant, and the partitions that it is to have in every table of its set. */
interface TenantPartitions {
  readonly key: string
  readonly type: TenantKeyType
  readonly partitions: readonly { readonly table: TablePolicy; readonly partition: Partition }[]
}

function registrar({ tenantSets, tables, partitionSchema }: PartmanDocument, tenants: string, { now }: RegistrationOptions) {
  const set = findTenantSet({ tenantSets }, tenants)
  const wanted = tables
    .filter(({ policy }) => tenantsOf(policy)?.tenants === tenants)
    .map((table) => ({ table, wanted: wantTable(partitionSchema, table, { now, tenants: new Map() }) }))
  return {
    parse: (tenant: TenantKey) => parseTenantKey(set.type, tenant),
    partitionsOf: (key: string): TenantPartitions => ({
      key,
      type: set.type,
      partitions: wanted.flatMap(({ table, wanted: one }) =>
        wantTenant(one, partitionStem(table.table), key).map((partition) => ({ table, partition })),
      ),
    }),
  }
}

function renderBatch(
  { partitionSchema }: PartmanDocument,
  tenants: string,
  batch: readonly TenantPartitions[],
  options: RegistrationOptions,
): Sql {
  const keys = batch.map(({ key }) => key)
  const rows = batch.map(({ key }) => sql`(${literal(tenants)}, ${literal(key)})`)
  return lockLimited(
    [
      sql`PERFORM ${lockTenant(literal(tenants), constantSql('key'))} FROM pg_catalog.unnest(ARRAY[${joinSql(keys.map(literal), ', ')}]) AS key;`,
      refuseRemoved(partitionSchema, tenants, keys.map(literal)),
      sql`INSERT INTO partman.tenant (tenants, key) VALUES ${joinSql(rows, ', ')} ON CONFLICT DO NOTHING;`,
      ...batch.flatMap(({ key, type, partitions }) =>
        partitions.map(({ table, partition }) => renderTenantPartition(table, partition, heldPattern(partition, type, key))),
      ),
    ],
    options,
  )
}

/**
 * The usual case finds no partition by the name we would give it and makes one. Where the tenant already has a partition
 * by another name, ATTACH says that it would overlap; then what was made is undone and the other one stands. A maintainer
 * that makes it at the same moment has taken the name instead.
 */
function renderTenantPartition({ table }: TablePolicy, partition: Partition, held: Sql): Sql {
  const parent = literal(qualified(table))
  return sql`IF NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhparent = ${parent}::regclass::oid AND i.inhrelid = pg_catalog.to_regclass(${literal(qualified(partition))})::oid) THEN
    BEGIN
      ${joinSql(renderCreatePartition(table, partition, { isBeyondLike: true }), '\n')}
    EXCEPTION WHEN invalid_object_definition OR duplicate_table OR duplicate_object OR unique_violation THEN
      IF NOT EXISTS (
        SELECT FROM pg_catalog.pg_inherits i
        JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = ${parent}::regclass::oid
          AND pg_catalog.pg_get_expr(c.relpartbound, 0::oid) ~ ${held}
      ) THEN
        RAISE;
      END IF;
    END;
  END IF;`
}

/** A regular expression for the bound of a partition that holds the tenant already: its list, or a range of its own series. */
function heldPattern({ bound }: Partition, type: TenantKeyType, key: string): Sql {
  return literal(bound.kind === 'range' ? `^FOR VALUES FROM \\(${printedPattern(type, key)}, ` : listValuePattern(type, key))
}

/** A regular expression for the text of a list bound with this value among its values, as PostgreSQL prints it. */
function listValuePattern(type: TenantKeyType, key: string): string {
  return `[(, ]${printedPattern(type, key)}[,)]`
}

function printedPattern(type: TenantKeyType, key: string): string {
  const quoted = `'${key.replaceAll("'", "''")}'`
  // Of whole numbers only an integer is printed without quotes, and no negative one.
  const printed = type === 'integer' && !key.startsWith('-') ? key : quoted
  return printed.replace(/[^A-Za-z0-9_\u0080-\uffff]/g, '\\$&')
}
