import type { z } from '@hono/zod-openapi'
import { listHolds, type RecordedHold } from '@partman/core'
import type { Access } from '../access/access.js'
import { type Dashboard, visibleTables } from '../api/context.js'
import type { Hold } from '../api/schemas.js'
import { cutPage, type Page } from './cursor.js'
import { withBookkeeping } from './with-bookkeeping.js'

/** Lists the holds on tables that somebody may see, the last one first. */
export async function listVisibleHolds(
  dashboard: Dashboard,
  access: Access,
  { all, ...paging }: { all: boolean; limit: number; cursor?: string | undefined },
): Promise<Page<z.input<typeof Hold>>> {
  const holds = (await observeHolds(dashboard, access)).filter(({ state }) => all || state === 'in-force')
  const markOf = ({ id }: RecordedHold) => ({ value: Number(id), id })
  const page = cutPage(holds, { name: `holds ${all}`, order: 'desc', markOf }, paging)
  return { ...page, items: page.items.map(describeHold) }
}

/** All holds on tables that somebody may see, the released ones too. */
export async function observeHolds(dashboard: Dashboard, access: Access): Promise<RecordedHold[]> {
  const holds = await withBookkeeping(() => listHolds(dashboard.database, { all: true }))
  if (!access.roleFor) return holds
  const visible = new Set(visibleTables(dashboard, access).map(({ table }) => JSON.stringify([table.schema, table.name])))
  return holds.filter(({ table }) => visible.has(JSON.stringify([table.schema, table.name])))
}

export function describeHold(hold: RecordedHold): z.input<typeof Hold> {
  const { id, table, tenant, lower, upper, reason, until, heldAt, heldBy, releasedAt, releasedBy, state } = hold
  return { id, table, tenant, lower, upper, reason, until, heldAt, heldBy, releasedAt, releasedBy, state }
}
