import { z } from '@hono/zod-openapi'
import { listAudit } from '../queries/list-audit.js'
import { paging, read } from './endpoint.js'
import { AuditEntry, pageOf } from './schemas.js'

export const auditEndpoints = [
  read({
    path: '/audit',
    summary: 'Who did what, when and why, the last one first',
    role: 'viewer',
    query: z.object({
      ...paging,
      act: z.string().max(200).optional(),
      model: z.string().max(200).optional(),
      actor: z.string().max(200).optional(),
    }),
    answer: pageOf(AuditEntry),
    respond: async (dashboard, { access, query }) => listAudit(dashboard, access, query),
  }),
]
