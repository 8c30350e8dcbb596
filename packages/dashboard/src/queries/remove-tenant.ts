import type { z } from '@hono/zod-openapi'
import {
  explainRemoved,
  foreseeRemoval,
  formatTableName,
  measureGroups,
  type RestoredTenant,
  removeTenant,
  restoreTenant,
  type TenantToRemove,
} from '@partman/core'
import type { Access } from '../access/access.js'
import { type Dashboard, visibleTables } from '../api/context.js'
import type { ForeseenRemoval } from '../api/schemas.js'
import { withBookkeeping } from './with-bookkeeping.js'

/** Writers of tables that foreign keys refer to wait behind each of its steps. */
const RESTORE_OPTIONS = { lockTimeoutMs: 200, attempts: 8, backoffMs: 500 }

/**
 * Foresees what becomes of a tenant in the tables that somebody may see, once it is removed.
 *
 * @throws PartmanError `TENANT_SET_UNKNOWN`, `TENANT_KEY_INVALID`, `TENANT_UNKNOWN`
 */
export async function foreseeTenantRemoval(
  dashboard: Dashboard,
  access: Access,
  { set, key: asked }: { readonly set: string; readonly key: string },
): Promise<z.input<typeof ForeseenRemoval>> {
  const { database, document } = dashboard
  const visible = { ...document, tables: visibleTables(dashboard, access) }
  const { key, tables } = await foreseeRemoval(database, visible, { tenants: set, key: asked })
  const groups = tables.map(({ table, attached, stays }) => ({
    name: formatTableName(table),
    oids: stays === 'default' ? [] : attached.map(({ oid }) => oid),
  }))
  const measures = await measureGroups(database, groups)
  return {
    set,
    key,
    tables: tables.map(({ table, stays, terms: { grace, afterGrace } }) => {
      const { bytes, rows, leaves } = measures.get(formatTableName(table)) ?? { bytes: 0, rows: null, leaves: 0 }
      return { table, partitions: leaves, bytes, rows, stays, grace, afterGrace: afterGrace?.kind ?? 'drop' }
    }),
  }
}

/** @throws PartmanError as `removeTenant` of the core does, and `BOOKKEEPING_MISSING` */
export async function recordRemoval({ database, document }: Dashboard, request: TenantToRemove): Promise<void> {
  await withBookkeeping(() => removeTenant(database, document, request))
}

/** @throws PartmanError as `restoreTenant` of the core does, and `BOOKKEEPING_MISSING`, `TENANT_REMOVED` where somebody removes it anew */
export async function takeBack({ database, document }: Dashboard, request: TenantToRemove): Promise<RestoredTenant> {
  try {
    return await withBookkeeping(() => restoreTenant(database, document, request, RESTORE_OPTIONS))
  } catch (error) {
    throw explainRemoved(error)
  }
}
