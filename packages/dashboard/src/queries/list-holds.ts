import type { z } from '@hono/zod-openapi'
import { listHolds, type RecordedHold, tenantsOf } from '@partman/core'
import { type Access, isAtLeast, roleFor } from '../access/access.js'
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
  const visible = new Map(
    visibleTables(dashboard, access).map((declared) => [JSON.stringify([declared.table.schema, declared.table.name]), declared]),
  )
  return holds.filter(({ table, tenant }) => {
    const declared = visible.get(JSON.stringify([table.schema, table.name]))
    const set = declared && tenantsOf(declared.policy)?.tenants
    if (tenant === null || set === undefined) return declared !== undefined
    return isAtLeast(roleFor(access, { tenant: { set, key: tenant } }), 'viewer')
  })
}

export function describeHold(hold: RecordedHold): z.input<typeof Hold> {
  const { id, table, tenant, lower, upper, reason, until, heldAt, heldBy, releasedAt, releasedBy, state } = hold
  return { id, table, tenant, lower, upper, reason, until, heldAt, heldBy, releasedAt, releasedBy, state }
}
