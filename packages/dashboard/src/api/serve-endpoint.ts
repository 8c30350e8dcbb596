import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Access } from '../access/access.js'
import { assertSameSite } from '../access/assert-same-site.js'
import { parseBasePath } from '../base-path.js'
import { answerOnce } from '../queries/answer-once.js'
import { assertRole, type Dashboard, type Env } from './context.js'
import type { Asked, Endpoint } from './endpoint.js'
import { isRefusal, ProblemError } from './problem.js'
import { readBody } from './read-body.js'

const BODY_TIMEOUT_MS = 10_000
const NOBODY = { user: '', role: 'none' } as const

/** Answers one request: who asks comes first, then where from, then what is asked. */
export async function serveEndpoint(dashboard: Dashboard, endpoint: Endpoint, context: Context<Env>): Promise<Response> {
  const { role, method, params, query, body, answer, status = 200, etag } = endpoint
  const request = context.req.raw
  const access = role === null ? NOBODY : await resolveAccess(dashboard, request)
  if (role !== null) assertRole(access.role, role)
  const { allowedOrigins = [], bodyTimeoutMs = BODY_TIMEOUT_MS } = dashboard.options
  if (method === 'post') assertSameSite(request, allowedOrigins)
  const sent = method === 'post' ? await readBody(request, bodyTimeoutMs) : null
  const asked: Asked<unknown, unknown, unknown> = {
    access,
    params: params && parse('path', params, context.req.param()),
    query: query && parse('query', query, context.req.query()),
    body: body && parse('body', body, sent?.value),
    from: context.env?.from ?? null,
  }
  const bounded = method === 'get' ? { ...dashboard, database: dashboard.reads } : dashboard
  const respond = () => endpoint.respond(bounded, asked as Asked<never, never, never>)
  const key = method === 'post' ? request.headers.get('idempotency-key') : null
  const found = key === null ? await respond() : await respondOnce(dashboard, context, access, { key, body: sent?.text ?? '' }, respond)
  if (typeof answer === 'string') return context.text(found as string, status, { 'content-type': answer })
  if (!etag) return context.json(found as object, status)
  const tag = `"${etag(found as never, access.user)}"`
  context.header('etag', tag)
  context.header('cache-control', 'private, no-cache')
  return matches(request.headers.get('if-none-match'), tag) ? context.body(null, 304) : context.json(found as object, status)
}

/** The longest idempotency key, in characters. */
const MAX_KEY = 200

async function respondOnce(
  { database, document, options }: Dashboard,
  context: Context<Env>,
  { user, role }: Access,
  request: { readonly key: string; readonly body: string },
  respond: () => Promise<unknown>,
): Promise<unknown> {
  if (request.key === '' || request.key.length > MAX_KEY) {
    throw new ProblemError('REQUEST_INVALID', `An idempotency key has 1 to ${MAX_KEY} characters`)
  }
  const dashboard = `${document.partitionSchema} ${parseBasePath(options.basePath)}`
  const { answer, isReplay } = await answerOnce(database, { ...request, dashboard, user, role, path: context.req.path }, isRefusal, respond)
  if (isReplay) context.header('idempotency-replayed', 'true')
  return answer
}

async function resolveAccess({ options }: Dashboard, request: Request) {
  const access = await options.access(request)
  if (access) return access
  const { challenge } = options.access
  throw new ProblemError(
    'UNAUTHENTICATED',
    'Say who you are',
    challenge === undefined ? {} : { headers: { 'www-authenticate': challenge } },
  )
}

function parse(part: string, schema: z.ZodType, value: unknown): unknown {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw new ProblemError('REQUEST_INVALID', `The ${part} of the request is not valid:\n${z.prettifyError(result.error)}`)
}

/** By the weak comparison: https://www.rfc-editor.org/rfc/rfc9110#name-if-none-match */
function matches(header: string | null, tag: string): boolean {
  return header?.split(',').some((one) => ['*', tag, `W/${tag}`].includes(one.trim())) ?? false
}
