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
  { name }: TenantSet,
  key: string,
): Promise<'registered' | 'removed' | null> {
  const [row] = await connection.query<{ removed: boolean }>(
    'SELECT removed_at IS NOT NULL AS removed FROM partman.tenant WHERE tenants = $1 AND key = $2',
    [name, key],
  )
  return row ? (row.removed ? 'removed' : 'registered') : null
}

/** Which of the keys are registered; those that were removed since are not. */
export async function observeRegistered(connection: Connection, { name }: TenantSet, keys: readonly string[]): Promise<Set<string>> {
  const rows = await connection.query<{ key: string }>(
    'SELECT key FROM partman.tenant WHERE tenants = $1 AND key = ANY ($2::text[]) AND removed_at IS NULL',
    [name, keys],
  )
  return new Set(rows.map(({ key }) => key))
}
