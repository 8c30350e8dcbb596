import type { RemovedTenant } from '../plan/operation.js'
import { constantSql, joinSql, literal, type Sql, sql } from './sql.js'

/** Waits, until the transaction ends, for whoever registers, removes or restores the tenant. */
export function lockTenant(tenants: Sql, key: Sql): Sql {
  return sql`pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('partman tenant ' || ${tenants} || ' ' || ${key}, 0))`
}

/** An instant in ISO 8601. */
export function isoInstant(column: Sql): Sql {
  return sql`pg_catalog.to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
}

const GRACE_FROM = isoInstant(constantSql('r.grace_from'))

/** The tenants that were removed, as `Removal` in JSON, in the columns of observeTenants. */
export function selectRemovals(partitionSchema: string): Sql {
  return sql`SELECT r.tenants, r.key COLLATE "C" AS key, pg_catalog.json_build_object('removedAt', ${isoInstant(constantSql('r.removed_at'))}, 'graceFrom', ${GRACE_FROM}, 'terms', r.terms)::text AS settings, 'removed' AS kind
    FROM partman.removal r WHERE r.partition_schema = ${literal(partitionSchema)}`
}

/**
 * Raises unless the tenant is removed still, and has whoever wants to take it back wait. For the premises of a block: what is planned
 * because somebody has removed a tenant is done only while that holds, and not once somebody has begun to take it back, or has removed it
 * anew.
 */
export function assertRemoved(removed: RemovedTenant | undefined): Sql[] {
  if (!removed) return []
  const { partitionSchema, tenants, key, graceFrom } = removed
  return [
    sql`PERFORM FROM partman.removal r WHERE r.partition_schema = ${literal(partitionSchema)} AND r.tenants = ${literal(tenants)} AND r.key = ${literal(key)} AND ${GRACE_FROM} = ${literal(graceFrom)} FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'PTM01', MESSAGE = ${literal(`the tenant ${JSON.stringify(key)} was restored since the plan was made`)};
  END IF;`,
  ]
}

/** Raises where one of the tenants is removed, and so gets no partitions. The keys are expressions. */
export function refuseRemoved(partitionSchema: string, tenants: string, keys: readonly Sql[]): Sql {
  const listed = joinSql(keys, ', ')
  return sql`DECLARE
    refused text := (SELECT pg_catalog.format('The tenant %s of %s was removed at %s', pg_catalog.to_json(r.key), r.tenants, ${isoInstant(constantSql('r.removed_at'))})
      FROM partman.removal r WHERE r.partition_schema = ${literal(partitionSchema)} AND r.tenants = ${literal(tenants)} AND r.key = ANY (ARRAY[${listed}]::text[]) ORDER BY r.key LIMIT 1);
  BEGIN
    IF refused IS NOT NULL THEN
      RAISE EXCEPTION USING ERRCODE = 'PTM05', MESSAGE = refused;
    END IF;
  END;`
}
