import { PartmanError } from '../error.js'
import type { PartmanDocument, TablePolicy } from '../policy/document.js'
import type { TenantKeyType } from '../policy/key-column.js'
import { type TenantColumn, tenantsOf } from '../policy/policy.js'
import { parseTenantKey, type TenantKey } from '../policy/tenant-key.js'
import { partitionStem } from '../state/partition-name.js'
import type { Partition } from '../state/state.js'
import { wantTenant } from '../state/want-partitions.js'
import { wantTable } from '../state/want-state.js'
import { lockLimited, type RenderOptions } from './guarded-block.js'
import { renderCreatePartition } from './render-partition.js'
import { joinSql, literal, qualified, type Sql, sql } from './sql.js'

export interface RegistrationOptions extends RenderOptions {
  /** Milliseconds since 1970: the windows are the ones around this instant. */
  readonly now: number
}

/**
 * Renders the registration of a tenant: one block that may run in a transaction of the caller, and leaves a tenant whose
 * partitions are there as it is. Two that register the same tenant at once wait for each other, not for a failure.
 *
 * @throws PartmanError `TENANT_SET_UNKNOWN`, `TENANT_KEY_INVALID`
 */
export function renderRegistration(document: PartmanDocument, tenants: string, tenant: TenantKey, options: RegistrationOptions): Sql {
  const set = document.tenantSets.find(({ name }) => name === tenants)
  if (!set) {
    throw new PartmanError('TENANT_SET_UNKNOWN', `There is no tenant set "${tenants}"`, {
      hint: `Known: ${document.tenantSets.map(({ name }) => name).join(', ') || 'none'}.`,
    })
  }
  const key = parseTenantKey(set.type, tenant)
  const lockName = literal(`partman tenant ${tenants} ${key}`)
  const partitions = document.tables.flatMap((table) => {
    const column = tenantsOf(table.policy)
    return column?.tenants === tenants ? renderTenant(document, table, column, key, options) : []
  })
  return lockLimited(
    [
      sql`PERFORM pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(${lockName}, 0));`,
      sql`INSERT INTO partman.tenant (tenants, key) VALUES (${literal(tenants)}, ${literal(key)}) ON CONFLICT DO NOTHING;`,
      ...partitions,
    ],
    options,
  )
}

function renderTenant(
  document: PartmanDocument,
  declared: TablePolicy,
  { by }: TenantColumn,
  key: string,
  { now }: RegistrationOptions,
): Sql[] {
  const wanted = wantTable(document.partitionSchema, declared, { now, tenants: new Map() })
  return wantTenant(wanted, partitionStem(declared.table), key).map((partition) =>
    renderTenantPartition(declared, partition, heldPattern(partition, by.type, key)),
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
  const printed = type === 'text' || type === 'uuid' || key.startsWith('-') ? quoted : key
  return printed.replace(/[^A-Za-z0-9_\u0080-\uffff]/g, '\\$&')
}
