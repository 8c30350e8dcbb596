import { createHash } from 'node:crypto'
import type { z } from '@hono/zod-openapi'
import { applyPlan } from '../queries/apply-plan.js'
import { resolvePlan } from '../queries/resolve-plan.js'
import { act, read } from './endpoint.js'
import { Applied, ApplyPlan, Findings, Plan } from './schemas.js'

/** Of all that is shown but the instant, and of whom it is shown to. */
function tagOf({ operations, findings }: z.input<typeof Plan>, user: string): string {
  return createHash('sha256')
    .update(JSON.stringify([user, operations, findings]))
    .digest('base64url')
}

export const planEndpoints = [
  read({
    path: '/plan',
    summary: 'What maintenance would do now, and why',
    role: 'viewer',
    answer: Plan,
    etag: tagOf,
    respond: async (dashboard, { access }) => resolvePlan(dashboard, access),
  }),
  act({
    path: '/plan/apply',
    summary: 'Do what a plan says, if it would be the same plan now',
    description: 'An operator may apply what destroys nothing; what destroys data needs an admin, and `confirm`.',
    role: 'operator',
    body: ApplyPlan,
    answer: Applied,
    respond: async (dashboard, { access, body, from }) => applyPlan(dashboard, access, body, from),
  }),
  read({
    path: '/findings',
    summary: 'What somebody should know, looked for now',
    role: 'viewer',
    answer: Findings,
    respond: async (dashboard, { access }) => ({ items: (await resolvePlan(dashboard, access)).findings }),
  }),
]
