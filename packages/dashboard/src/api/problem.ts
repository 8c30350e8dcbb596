import type { z } from '@hono/zod-openapi'
import { isLockTrouble, PartmanError, type PartmanErrorCode, sqlState } from '@partman/core'
import type { Problem } from './schemas.js'

/** The codes of the API's own problems, beside those of `PartmanError`, and the status that each is answered with. */
export const PROBLEMS = {
  REQUEST_INVALID: { status: 400, title: 'The request is not as the API has it' },
  UNAUTHENTICATED: { status: 401, title: 'Nobody knows who asks' },
  FORBIDDEN: { status: 403, title: 'The role does not allow this' },
  REQUEST_CROSS_SITE: { status: 403, title: 'The request comes from a page of another site' },
  NOT_FOUND: { status: 404, title: 'There is nothing here' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'This is not to be asked in this way' },
  BODY_TIMEOUT: { status: 408, title: 'The body of the request took too long' },
  CONFIRMATION_MISSING: { status: 409, title: 'What destroys data has to be confirmed' },
  IDEMPOTENCY_KEY_REUSED: { status: 409, title: 'The idempotency key belongs to another request' },
  IDEMPOTENCY_KEY_BUSY: { status: 409, title: 'The first request with this idempotency key has not been answered' },
  MAINTAINER_BUSY: { status: 409, title: 'Another maintainer is at work' },
  BODY_TOO_LARGE: { status: 413, title: 'The body of the request is too large' },
  BODY_TYPE_UNSUPPORTED: { status: 415, title: 'The body of the request is no JSON' },
  UNEXPECTED: { status: 500, title: 'Something went wrong' },
  DATABASE_BUSY: { status: 503, title: 'Others hold what this needs' },
  DATABASE_SLOW: { status: 503, title: 'The database takes too long' },
  DATABASE_UNAVAILABLE: { status: 503, title: 'The database cannot be asked' },
  DATABASE_READ_ONLY: { status: 503, title: 'The database is a standby' },
} as const

export type ProblemCode = keyof typeof PROBLEMS

/** A request that is answered by a problem. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'

  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    readonly options: { readonly hint?: string; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(detail)
  }
}

/** The status of an error of the library where whoever asks can do something about it; 500 for all others. */
const STATUS: Partial<Record<PartmanErrorCode, number>> = {
  APPROVAL_BLIND: 409,
  BOOKKEEPING_MISSING: 409,
  HOLD_INVALID: 400,
  HOLD_UNKNOWN: 404,
  INSTANT_INVALID: 400,
  LEASE_HELD: 409,
  MODEL_UNKNOWN: 404,
  NAME_INVALID: 400,
  PLAN_DESTRUCTIVE: 403,
  PLAN_STALE: 409,
  RESTORE_REFUSED: 409,
  TENANT_KEY_INVALID: 400,
  TENANT_REMOVED: 409,
  TENANT_SET_UNKNOWN: 404,
  TENANT_UNKNOWN: 404,
}

/** Writes an error as a problem (RFC 9457). What a driver says may tell of the network and of data, so it goes to the log alone. */
export function problemResponse(error: unknown): Response {
  const problem = describeProblem(error)
  const headers = error instanceof ProblemError ? error.options.headers : {}
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { 'content-type': 'application/problem+json', ...headers },
  })
}

export function describeProblem(error: unknown): z.infer<typeof Problem> {
  if (error instanceof ProblemError) return own(error.code, error.detail, error.options.hint)
  if (error instanceof PartmanError) {
    const status = STATUS[error.code] ?? 500
    return {
      type: `urn:partman:${error.code}`,
      title: error.code,
      status,
      detail: error.message,
      code: error.code,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    }
  }
  if (isLockTrouble(error)) return own('DATABASE_BUSY', 'A lock was in the way, and nothing was done. Try again in a moment.')
  return isUnavailable(error)
    ? own('DATABASE_UNAVAILABLE', 'The database did not answer; the log of the server says why')
    : own('UNEXPECTED', 'The log of the server says what')
}

function own(code: ProblemCode, detail: string, hint?: string): z.infer<typeof Problem> {
  return { type: `urn:partman:${code}`, ...PROBLEMS[code], detail, code, ...(hint === undefined ? {} : { hint }) }
}

/** Whether what was asked for was not done, as far as anybody can tell: whoever sends it again does it for the first time. */
export function isRefusal(error: unknown): boolean {
  const { status, code } = describeProblem(error)
  return status < 500 || code === 'DATABASE_BUSY'
}

/** Connection exceptions, too many connections, and a server that starts or stops: https://www.postgresql.org/docs/current/errcodes-appendix.html */
function isUnavailable(error: unknown): boolean {
  const state = sqlState(error)
  if (state !== undefined && /^(08|53|57P0)/.test(state)) return true
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return (
    (typeof code === 'string' && /^E[A-Z]+$/.test(code)) || (error instanceof Error && /connection|timeout exceeded/i.test(error.message))
  )
}
