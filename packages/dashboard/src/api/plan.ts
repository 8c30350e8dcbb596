import type { z } from '@hono/zod-openapi'
import { act, read } from './endpoint.js'
import { notYet } from './not-yet.js'
import { Applied, ApplyPlan, Findings, Plan } from './schemas.js'

export const planEndpoints = [
  read({
    path: '/plan',
    summary: 'What maintenance would do now, and why',
    role: 'viewer',
    answer: Plan,
    etag: ({ fingerprint }: z.input<typeof Plan>) => fingerprint,
    respond: notYet,
  }),
  act({
    path: '/plan/apply',
    summary: 'Do what a plan says, if it would be the same plan now',
    description: 'An operator may apply what destroys nothing; what destroys data needs an admin, and `confirm`.',
    role: 'operator',
    body: ApplyPlan,
    answer: Applied,
    respond: notYet,
  }),
  read({
    path: '/findings',
    summary: 'What somebody should know, looked for now',
    role: 'viewer',
    answer: Findings,
    respond: notYet,
  }),
]
