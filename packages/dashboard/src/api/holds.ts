import { z } from '@hono/zod-openapi'
import { act, paging, read } from './endpoint.js'
import { notYet } from './not-yet.js'
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
    respond: notYet,
  }),
  act({
    path: '/holds',
    summary: 'Hold rows, so that nothing retires or drops them',
    role: 'operator',
    body: NewHold,
    answer: Hold,
    status: 201,
    respond: notYet,
  }),
  act({
    path: '/holds/{id}/release',
    summary: 'Release a hold',
    role: 'admin',
    params: z.object({ id: z.string() }),
    body: Reason,
    answer: Hold,
    respond: notYet,
  }),
]
