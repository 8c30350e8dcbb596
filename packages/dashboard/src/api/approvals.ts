import { act, read } from './endpoint.js'
import { notYet } from './not-yet.js'
import { Approval, Approvals, NewApproval } from './schemas.js'

export const approvalEndpoints = [
  read({
    path: '/approvals',
    summary: 'The retention of each table that has one: declared, and in force',
    role: 'viewer',
    answer: Approvals,
    respond: notYet,
  }),
  act({
    path: '/approvals',
    summary: 'Put the retention of a table in force, as it is declared',
    role: 'admin',
    body: NewApproval,
    answer: Approval,
    respond: notYet,
  }),
]
