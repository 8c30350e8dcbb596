import type { RemovedTenant } from '../plan/operation.js'
import { constantSql, joinSql, literal, type Sql, sql } from './sql.js'

/** Waits, until the transaction ends, for whoever registers, removes or restores the tenant. */
export function lockTenant(tenants: Sql, key: Sql): Sql {
  return sql`pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('partman tenant ' || ${tenants} || ' ' || ${key}, 0))`
}

/** When a row of `partman.tenant` was removed, in ISO 8601. */
export const REMOVED_AT = constantSql(`pg_catalog.to_char(removed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`)

/**
 * Raises unless the tenant is removed still, and has whoever wants to take it back wait. For the premises of a block: what is planned
 * because somebody has removed a tenant is done only while that holds, and not because of a later time that it was said again.
 */
export function assertRemoved(removed: RemovedTenant | undefined): Sql[] {
  if (!removed) return []
  const { tenants, key, removedAt } = removed
  return [
    sql`PERFORM FROM partman.tenant WHERE tenants = ${literal(tenants)} AND key = ${literal(key)} AND ${REMOVED_AT} = ${literal(removedAt)} FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'PTM01', MESSAGE = ${literal(`the tenant ${JSON.stringify(key)} was restored since the plan was made`)};
  END IF;`,
  ]
}

/** Raises where one of the tenants is removed, and so gets no partitions. */
export function refuseRemoved(tenants: string, keys: readonly string[]): Sql {
  const listed = joinSql(keys.map(literal), ', ')
  return sql`DECLARE
    refused text := (SELECT pg_catalog.format('The tenant %s of %s was removed at %s', pg_catalog.to_json(key), tenants, ${REMOVED_AT})
      FROM partman.tenant WHERE tenants = ${literal(tenants)} AND key = ANY (ARRAY[${listed}]::text[]) AND removed_at IS NOT NULL ORDER BY key LIMIT 1);
  BEGIN
    IF refused IS NOT NULL THEN
      RAISE EXCEPTION USING ERRCODE = 'PTM05', MESSAGE = refused;
    END IF;
  END;`
}
