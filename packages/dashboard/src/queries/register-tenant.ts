import {
  type Database,
  explainRemoved,
  type PartmanDocument,
  PartmanError,
  parseTenantKey,
  renderRegistration,
  retryOnLocks,
  sql,
} from '@partman/core'
import { withBookkeeping } from './with-bookkeeping.js'

const LOCK_OPTIONS = { lockTimeoutMs: 2_000, attempts: 4, backoffMs: 500 }

/**
 * Registers a tenant on behalf of somebody, and gives its key as PostgreSQL prints it.
 *
 * @throws PartmanError `TENANT_SET_UNKNOWN`, `TENANT_KEY_INVALID`, `TENANT_REMOVED`, `BOOKKEEPING_MISSING`
 */
export async function registerTenant(
  database: Database,
  document: PartmanDocument,
  { set, key }: { readonly set: string; readonly key: string },
  by: { readonly user: string; readonly from: string | null },
): Promise<string> {
  const declared = document.tenantSets.find(({ name }) => name === set)
  if (!declared) throw new PartmanError('TENANT_SET_UNKNOWN', `There is no tenant set ${JSON.stringify(set)}`)
  const printed = parseTenantKey(declared.type, key)
  const [clock] = await database.query<{ now: string }>(
    sql`SELECT pg_catalog.floor(EXTRACT(EPOCH FROM pg_catalog.clock_timestamp()) * 1000::numeric)::text AS now`,
  )
  const statement = renderRegistration(document, set, key, { ...LOCK_OPTIONS, now: Number(clock?.now) })
  try {
    await withBookkeeping(() => retryOnLocks(() => database.query(statement), LOCK_OPTIONS))
  } catch (error) {
    throw explainRemoved(error)
  }
  const table = declared.source?.table ?? document.tables[0]?.table ?? { schema: 'partman', name: 'tenant' }
  await withBookkeeping(() =>
    database.query(
      sql`INSERT INTO partman.audit (actor, act, table_schema, table_name, subject, details)
VALUES ($1, 'register', $2, $3, $4, $5::text::jsonb)`,
      [
        by.user,
        table.schema,
        table.name,
        `tenant ${printed}`,
        JSON.stringify({ set, key: printed, ...(by.from === null ? {} : { from: by.from }) }),
      ],
    ),
  )
  return printed
}
