import { z } from '@hono/zod-openapi'
import { findRun, listRuns } from '../queries/list-runs.js'
import { paging, read } from './endpoint.js'
import { pageOf, Run, RunDetail } from './schemas.js'

export const runEndpoints = [
  read({
    path: '/runs',
    summary: 'Runs of the maintainer that did something, failed or were cut off, the last one first',
    role: 'viewer',
    query: z.object(paging),
    answer: pageOf(Run),
    respond: async (dashboard, { access, query }) => listRuns(dashboard, access, query),
  }),
  read({
    path: '/runs/{id}',
    summary: 'One run, with its steps',
    role: 'viewer',
    params: z.object({ id: z.string() }),
    answer: RunDetail,
    respond: async (dashboard, { access, params }) => findRun(dashboard, access, params.id),
  }),
]
