import { z } from '@hono/zod-openapi'
import { PartmanError, parseTenantKey, tenantsOf } from '@partman/core'
import { type Access, isAtLeast, type Role, roleFor, roleForRows } from '../access/access.js'
import { findTenant, listTenants } from '../queries/list-tenants.js'
import { registerTenant } from '../queries/register-tenant.js'
import { foreseeTenantRemoval, recordRemoval, takeBack } from '../queries/remove-tenant.js'
import { assertRole, type Dashboard } from './context.js'
import { act, paging, read } from './endpoint.js'
import { ProblemError } from './problem.js'
import { ForeseenRemoval, NewTenant, pageOf, RestoredTenant, Tenant, TenantToRemove } from './schemas.js'

export const tenantEndpoints = [
  read({
    path: '/tenants',
    summary: 'The tenants there are, and those that were removed',
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
      assertRoleForTenant(dashboard, access, body, 'operator')
      const key = await registerTenant(dashboard.database, dashboard.document, body, { user: access.user, from })
      return found(await findTenant(dashboard, access, body.set, key))
    },
  }),
  read({
    path: '/tenants/removal',
    summary: 'What would become of a tenant that is removed now: what goes, how large it is, and until when it can be taken back',
    role: 'viewer',
    query: z.object({ set: z.string().min(1).max(200), key: z.string().min(1).max(1_000) }),
    answer: ForeseenRemoval,
    respond: async (dashboard, { access, query }) => {
      assertVisible(dashboard, access, query)
      return foreseeTenantRemoval(dashboard, access, query)
    },
  }),
  act({
    path: '/tenants/remove',
    summary: 'Remove a tenant: the next runs detach its partitions, and drop them after their grace period',
    role: 'admin',
    body: TenantToRemove,
    answer: Tenant,
    respond: async (dashboard, { access, body, from }) => {
      const request = requestOf(dashboard, access, body, from)
      await recordRemoval(dashboard, request)
      return found(await findTenant(dashboard, access, body.set, request.key))
    },
  }),
  act({
    path: '/tenants/restore',
    summary: 'Take a tenant back that was removed: attach its detached partitions, and make what is missing',
    role: 'admin',
    body: TenantToRemove,
    answer: RestoredTenant,
    respond: async (dashboard, { access, body, from }) => {
      const request = requestOf(dashboard, access, body, from)
      const { wasRemoved, attached } = await takeBack(dashboard, request)
      return { wasRemoved, attached: [...attached], tenant: found(await findTenant(dashboard, access, body.set, request.key)) }
    },
  }),
]

interface Named {
  readonly set: string
  readonly key: string
}

/** What is asked of the core, once whoever asks may do it. */
function requestOf(dashboard: Dashboard, access: Access, body: Named & { readonly reason: string }, from: string | null) {
  assertVisible(dashboard, access, body)
  const key = assertRoleForTenant(dashboard, access, body, 'admin')
  return { tenants: body.set, key, reason: body.reason, by: access.user, from: from ?? undefined }
}

/** @throws ProblemError `NOT_FOUND` for a tenant that this user has no role for */
function assertVisible(dashboard: Dashboard, access: Access, { set, key }: Named): void {
  if (isAtLeast(roleFor(access, { tenant: { set, key: printedKey(dashboard, { set, key }) } }), 'viewer')) return
  throw new ProblemError('NOT_FOUND', `There is no tenant ${JSON.stringify(key)} of ${set}`)
}

/**
 * What is done to a tenant is done in all tables of its set, so the role is needed in each of them. Gives its key as PostgreSQL prints it.
 *
 * @throws ProblemError `FORBIDDEN`; PartmanError `TENANT_KEY_INVALID`
 */
function assertRoleForTenant(dashboard: Dashboard, access: Access, { set, key: asked }: Named, needed: Role): string {
  const key = printedKey(dashboard, { set, key: asked })
  assertRole(roleFor(access, { tenant: { set, key } }), needed)
  for (const { model, policy } of dashboard.document.tables) {
    if (tenantsOf(policy)?.tenants === set) assertRole(roleForRows(access, model, set, key), needed)
  }
  return key
}

function printedKey({ document }: Dashboard, { set, key }: Named): string {
  const { type } = document.tenantSets.find(({ name }) => name === set) ?? {}
  return type === undefined ? key : parseTenantKey(type, key)
}

function found(tenant: z.input<typeof Tenant> | undefined): z.input<typeof Tenant> {
  if (tenant) return tenant
  throw new PartmanError('TENANT_UNKNOWN', 'The tenant is not there any more: somebody has done something to it meanwhile')
}
