import type { RemovedTenant } from '../plan/operation.js'
import { literal, type Sql, sql } from './sql.js'

/**
 * Raises where somebody has registered the tenant again since the plan was made, and has whoever wants to wait. For the premises of a
 * block: what is planned because a tenant was removed is done only while it is.
 */
export function assertRemoved(removed: RemovedTenant | undefined): Sql[] {
  if (!removed) return []
  const { tenants, key } = removed
  return [
    sql`PERFORM FROM partman.tenant WHERE tenants = ${literal(tenants)} AND key = ${literal(key)} AND removed_at IS NOT NULL FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'PTM01', MESSAGE = ${literal(`the tenant ${JSON.stringify(key)} was registered again since the plan was made`)};
  END IF;`,
  ]
}
