import { z } from '@hono/zod-openapi'
import { PartmanError, parseTenantKey, tenantsOf } from '@partman/core'
import { roleFor } from '../access/access.js'
import { findTenant, listTenants } from '../queries/list-tenants.js'
import { registerTenant } from '../queries/register-tenant.js'
import { assertRole } from './context.js'
import { act, paging, read } from './endpoint.js'
import { NewTenant, pageOf, Tenant } from './schemas.js'

export const tenantEndpoints = [
  read({
    path: '/tenants',
    summary: 'The tenants there are',
    role: 'viewer',
    query: z.object({
      ...paging,
      set: z.string().max(200).optional().meta({ description: 'Only those of this set' }),
      sort: z.enum(['key', 'bytes', 'rows']).default('key'),
      order: z.enum(['asc', 'desc']).default('asc'),
      search: z.string().max(200).optional().meta({ description: 'Only those whose key has this text in it' }),
    }),
    answer: pageOf(Tenant),
    respond: async (dashboard, { access, query }) => listTenants(dashboard, access, query),
  }),
  act({
    path: '/tenants',
    summary: 'Register a tenant, and make its partitions; one that has them already stays as it is',
    role: 'operator',
    body: NewTenant,
    answer: Tenant,
    status: 201,
    respond: async (dashboard, { access, body, from }) => {
      const { type } = dashboard.document.tenantSets.find(({ name }) => name === body.set) ?? {}
      const subject = { set: body.set, key: type === undefined ? body.key : parseTenantKey(type, body.key) }
      assertRole(roleFor(access, { tenant: subject }), 'operator')
      for (const { model, policy } of dashboard.document.tables) {
        if (tenantsOf(policy)?.tenants === body.set) assertRole(roleFor(access, { model }), 'operator')
      }
      const key = await registerTenant(dashboard.database, dashboard.document, body, { user: access.user, from })
      const tenant = await findTenant(dashboard, access, body.set, key)
      if (!tenant) throw new PartmanError('TENANT_KEY_INVALID', `The tenant ${JSON.stringify(key)} was removed meanwhile`)
      return tenant
    },
  }),
]
