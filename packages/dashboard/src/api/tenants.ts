import { z } from '@hono/zod-openapi'
import { act, paging, read } from './endpoint.js'
import { notYet } from './not-yet.js'
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
    respond: notYet,
  }),
  act({
    path: '/tenants',
    summary: 'Register a tenant, and make its partitions; one that has them already stays as it is',
    role: 'operator',
    body: NewTenant,
    answer: Tenant,
    status: 201,
    respond: notYet,
  }),
]
