import { type PartmanDocument, parseTenantKey, renderRegistration, type Sql, type TenantKey, type TenantSet } from '@partman/core'
import type { Connection } from './connection.js'
import type { ResolvedOptions } from './options.js'

/** Renders one block per tenant, in an order that two transactions with the same tenants share, so that neither waits for the other's first. */
export function renderRegistrations(
  document: PartmanDocument,
  set: TenantSet,
  keys: readonly TenantKey[],
  options: ResolvedOptions,
): Sql[] {
  const now = options.clock.now().getTime()
  return distinctKeys(set, keys).map((key) => renderRegistration(document, set.name, key, { now, lockTimeoutMs: options.lockTimeoutMs }))
}

/** The keys as PostgreSQL prints them, each once, in order. */
export function distinctKeys({ type }: TenantSet, keys: readonly TenantKey[]): string[] {
  return [...new Set(keys.map((key) => parseTenantKey(type, key)))].sort()
}

/** What became of a tenant: null where nobody has registered it. */
export async function observeRegistration(
  connection: Connection,
  { partitionSchema }: PartmanDocument,
  { name }: TenantSet,
  key: string,
): Promise<'registered' | 'removed' | null> {
  const [row] = await connection.query<{ removed: boolean; registered: boolean }>(
    `SELECT EXISTS (SELECT FROM partman.removal WHERE partition_schema = $1 AND tenants = $2 AND key = $3) AS removed,
      EXISTS (SELECT FROM partman.tenant WHERE tenants = $2 AND key = $3) AS registered`,
    [partitionSchema, name, key],
  )
  return row?.removed ? 'removed' : row?.registered ? 'registered' : null
}

/** Which of the keys are registered; those that were removed since are not. */
export async function observeRegistered(
  connection: Connection,
  { partitionSchema }: PartmanDocument,
  { name }: TenantSet,
  keys: readonly string[],
): Promise<Set<string>> {
  const rows = await connection.query<{ key: string }>(
    `SELECT t.key FROM partman.tenant t WHERE t.tenants = $2 AND t.key = ANY ($3::text[])
      AND NOT EXISTS (SELECT FROM partman.removal r WHERE r.partition_schema = $1 AND r.tenants = t.tenants AND r.key = t.key)`,
    [partitionSchema, name, keys],
  )
  return new Set(rows.map(({ key }) => key))
}
