import type { z } from '@hono/zod-openapi'
import { type HeldRows, observeHeldRows, pageHolds, type RecordedHold, sameTable, tenantsOf } from '@partman/core'
import { type Access, isAtLeast, roleFor } from '../access/access.js'
import { type Dashboard, visibleTables } from '../api/context.js'
import type { Hold } from '../api/schemas.js'
import { formatCursor, type Page, parseCursor } from './cursor.js'
import { withBookkeeping } from './with-bookkeeping.js'

/** Lists the holds on rows that somebody may see, the last one first. */
export async function listVisibleHolds(
  dashboard: Dashboard,
  access: Access,
  { all, limit, cursor }: { all: boolean; limit: number; cursor?: string | undefined },
): Promise<Page<z.input<typeof Hold>>> {
  const sorting = `holds ${all}`
  const after = parseCursor(cursor, sorting)
  // A cursor of ours has an id in it; what does not is treated as the end of the list.
  const before = after === null || isId(after.id) ? after?.id : '0'
  const of = await observeVisibleRows(dashboard, access)
  const { holds, total } = await withBookkeeping(() => pageHolds(dashboard.database, { all, before, of, limit: limit + 1 }))
  const items = holds.slice(0, limit).map(describeHold)
  const last = items.at(-1)
  return { items, next: holds.length > limit && last ? formatCursor({ value: null, id: last.id }, sorting) : null, total }
}

/** The hold of an id, the released ones too; undefined where there is none on rows that somebody may see. */
export async function findVisibleHold(dashboard: Dashboard, access: Access, id: string): Promise<RecordedHold | undefined> {
  if (!isId(id)) return undefined
  const of = await observeVisibleRows(dashboard, access)
  const { holds } = await withBookkeeping(() => pageHolds(dashboard.database, { all: true, id, of, limit: 1 }))
  return holds[0]
}

/** Undefined: all of them. */
async function observeVisibleRows(dashboard: Dashboard, access: Access): Promise<HeldRows[] | undefined> {
  if (!access.roleFor) return undefined
  const visible = visibleTables(dashboard, access)
  const held = await withBookkeeping(() => observeHeldRows(dashboard.database))
  return held.filter(({ table, tenant }) => {
    const declared = visible.find((one) => sameTable(one.table, table))
    const set = declared && tenantsOf(declared.policy)?.tenants
    if (tenant === null || set === undefined) return declared !== undefined
    return isAtLeast(roleFor(access, { tenant: { set, key: tenant } }), 'viewer')
  })
}

function isId(id: string): boolean {
  return /^\d{1,18}$/.test(id)
}

export function describeHold(hold: RecordedHold): z.input<typeof Hold> {
  const { id, table, tenant, lower, upper, reason, until, heldAt, heldBy, releasedAt, releasedBy, state } = hold
  return { id, table, tenant, lower, upper, reason, until, heldAt, heldBy, releasedAt, releasedBy, state }
}
