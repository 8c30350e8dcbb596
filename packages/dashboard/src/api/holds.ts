import { z } from '@hono/zod-openapi'
import { formatTableName, parseTenantKey, releaseHold, tenantsOf } from '@partman/core'
import { roleForRows } from '../access/access.js'
import { holdRows } from '../queries/add-hold.js'
import { describeHold, findVisibleHold, listVisibleHolds } from '../queries/list-holds.js'
import { withBookkeeping } from '../queries/with-bookkeeping.js'
import { assertRole, findTable } from './context.js'
import { act, paging, read } from './endpoint.js'
import { ProblemError } from './problem.js'
import { Hold, NewHold, pageOf, Reason } from './schemas.js'

export const holdEndpoints = [
  read({
    path: '/holds',
    summary: 'The holds, the last one first',
    role: 'viewer',
    query: z.object({
      ...paging,
      all: z.stringbool().default(false).meta({ description: 'Those that are over or released, too', type: 'boolean' }),
    }),
    answer: pageOf(Hold),
    respond: async (dashboard, { access, query }) => listVisibleHolds(dashboard, access, query),
  }),
  act({
    path: '/holds',
    summary: 'Hold rows, so that nothing retires or drops them',
    role: 'operator',
    body: NewHold,
    answer: Hold,
    status: 201,
    respond: async (dashboard, { access, body, from }) => {
      const declared = findTable(dashboard, access, body.model, 'operator')
      const tenants = tenantsOf(declared.policy)
      const key = body.tenant === null || !tenants ? null : parseTenantKey(tenants.by.type, body.tenant)
      assertRole(roleForRows(access, declared.model, tenants?.tenants, key), 'operator')
      return describeHold(await holdRows(dashboard.database, declared, body, { user: access.user, from }))
    },
  }),
  act({
    path: '/holds/{id}/release',
    summary: 'Release a hold',
    role: 'admin',
    params: z.object({ id: z.string() }),
    body: Reason,
    answer: Hold,
    respond: async (dashboard, { access, params: { id }, body: { reason }, from }) => {
      const hold = await findVisibleHold(dashboard, access, id)
      if (!hold) throw new ProblemError('NOT_FOUND', `There is no hold ${JSON.stringify(id)}`)
      const declared = dashboard.document.tables.find(({ table }) => formatTableName(table) === formatTableName(hold.table))
      if (declared) assertRole(roleForRows(access, declared.model, tenantsOf(declared.policy)?.tenants, hold.tenant), 'admin')
      return describeHold(
        await withBookkeeping(() => releaseHold(dashboard.database, { id, reason, by: access.user, from: from ?? undefined })),
      )
    },
  }),
]
