import type { Database } from '@partman/core'
import { ATTEMPTS } from './attempts.js'
import { send } from './bare-sql.js'
import { day } from './days.js'

/** The partitioned table of one tenant, and its partition of one day; quoted names. */
export interface TenantParent {
  readonly parent: string
  readonly leaf: string
}

/** The tenants' tables that have a partition for the day. */
export async function tenantParents(database: Database, offset: number): Promise<TenantParent[]> {
  return send(
    database,
    `SELECT t.inhrelid::regclass::text AS parent, l.inhrelid::regclass::text AS leaf
FROM pg_inherits t JOIN pg_inherits l ON l.inhparent = t.inhrelid JOIN pg_class c ON c.oid = l.inhrelid
WHERE t.inhparent = '${ATTEMPTS}'::regclass AND pg_get_expr(c.relpartbound, 0) LIKE 'FOR VALUES FROM (''' || $1 || '%'
ORDER BY t.inhrelid`,
    [day(offset)],
  )
}
