import { approveRetention, resolveApprovals } from '../queries/resolve-approvals.js'
import { act, read } from './endpoint.js'
import { Approval, Approvals, NewApproval } from './schemas.js'

export const approvalEndpoints = [
  read({
    path: '/approvals',
    summary: 'The retention of each table that has one: declared, and in force',
    role: 'viewer',
    answer: Approvals,
    respond: async (dashboard, { access }) => ({ items: await resolveApprovals(dashboard, access) }),
  }),
  act({
    path: '/approvals',
    summary: 'Put the retention of a table in force, as it is declared',
    role: 'admin',
    body: NewApproval,
    answer: Approval,
    respond: async (dashboard, { access, body, from }) => approveRetention(dashboard, access, body, from),
  }),
]
