import type { Problem } from './shapes.js'

/** A request that was answered by a problem, or by nobody. */
export class Refused extends Error {
  override readonly name = 'Refused'

  constructor(readonly problem: Problem) {
    super(problem.detail ?? problem.title)
  }
}

interface Answer<Data> {
  readonly data?: Data
  readonly error?: unknown
  readonly response: Response
}

/**
 * Waits for an answer.
 *
 * @throws Refused for whatever is no answer
 */
export async function ask<Data>(request: Promise<Answer<Data>>): Promise<Data> {
  const { data, error, response } = await request.catch(() => {
    throw new Refused(unreachable())
  })
  if (data !== undefined) return data
  throw new Refused(isProblem(error) ? error : foreign(response))
}

/** What an error is to whoever looks at the page. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Refused) return error.problem
  return {
    type: 'about:blank',
    title: 'The page made a mistake',
    status: 0,
    code: 'PAGE',
    detail: error instanceof Error ? error.message : String(error),
  }
}

function isProblem(error: unknown): error is Problem {
  return typeof error === 'object' && error !== null && 'code' in error && 'title' in error
}

function unreachable(): Problem {
  const detail = 'There was no answer: the network is gone, or the program that serves the dashboard is not running.'
  return { type: 'about:blank', title: 'The server does not answer', status: 0, code: 'UNREACHABLE', detail }
}

/** What a proxy in front answers in its own words. */
function foreign({ status, statusText }: Response): Problem {
  return { type: 'about:blank', title: `The server answered ${status} ${statusText}`.trim(), status, code: `HTTP_${status}` }
}
