import { z } from '@hono/zod-openapi'
import { listAlerts } from '../queries/list-alerts.js'
import { testAlerts } from '../queries/test-alerts.js'
import { act, paging, read } from './endpoint.js'
import { Alert, AlertChannels, AlertTest, AlertTested, pageOf } from './schemas.js'

export const alertEndpoints = [
  read({
    path: '/alerts',
    summary: 'What was alerted of, and who was told: what is active first, then what is resolved, the last one first',
    role: 'viewer',
    query: z.object({ ...paging, state: z.enum(['active', 'resolved']).optional().meta({ description: 'Only those' }) }),
    answer: pageOf(Alert),
    respond: async (dashboard, { access, query }) => listAlerts(dashboard, access, query),
  }),
  read({
    path: '/alerts/channels',
    summary: 'The names of the channels that alerts go to from here',
    role: 'viewer',
    answer: AlertChannels,
    respond: async ({ options }) => ({ items: (options.alerts?.channels ?? []).map((name) => ({ name })) }),
  }),
  act({
    path: '/alerts/test',
    summary: 'Send a test message through channels',
    role: 'admin',
    body: AlertTest,
    answer: AlertTested,
    respond: async (dashboard, { access, body, from }) => testAlerts(dashboard, body.channels, { user: access.user, from }),
  }),
]
