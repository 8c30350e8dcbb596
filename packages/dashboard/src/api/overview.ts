import { read } from './endpoint.js'
import { notYet } from './not-yet.js'
import { Health, Me, Overview } from './schemas.js'

export const overviewEndpoints = [
  read({
    path: '/health',
    summary: 'Whether the database answers',
    role: null,
    answer: Health,
    respond: notYet,
  }),
  read({
    path: '/me',
    summary: 'Who asks, and what they may do',
    role: 'none',
    answer: Me,
    respond: async (_, { access }) => ({ user: access.user, role: access.role }),
  }),
  read({
    path: '/overview',
    summary: 'Every table in a few figures',
    role: 'viewer',
    answer: Overview,
    respond: notYet,
  }),
  read({
    path: '/metrics',
    summary: 'The figures of the overview, in the text format of Prometheus',
    role: 'viewer',
    answer: 'text/plain; version=0.0.4; charset=utf-8',
    respond: notYet,
  }),
]
