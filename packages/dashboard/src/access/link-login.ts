import { randomBytes, timingSafeEqual } from 'node:crypto'
import { ProblemError, problemResponse } from '../api/problem.js'
import { parseBasePath } from '../base-path.js'
import type { PartmanDashboard } from '../create-dashboard.js'
import type { Access, AccessResolver } from './access.js'
import { bearerTokens, hashOf } from './bearer-tokens.js'

/** Who comes by a link, and how. */
export interface LinkLoginOptions {
  /** Who comes by the link. */
  readonly access: Access
  /** Default: one that is made up, and good for one login. A given one is good for any number, and as a bearer token. */
  readonly token?: string
  /** As the dashboard has it. */
  readonly basePath?: string
}

/** A way in for one person, by a link with a token in it: the token becomes a session, which the browser keeps in a cookie. */
export interface LinkLogin {
  readonly token: string
  /** Knows who has come by the link. */
  readonly access: AccessResolver
  /** The dashboard, which takes the link at its root. */
  wrap(dashboard: PartmanDashboard): PartmanDashboard
}

/**
 * Makes a login by link for a dashboard of one's own machine.
 *
 * @throws TypeError for a token of fewer than 16 characters
 */
export function linkLogin({ access, token: given, basePath: mount }: LinkLoginOptions): LinkLogin {
  const token = given ?? randomBytes(24).toString('base64url')
  const basePath = parseBasePath(mount)
  const session = randomBytes(32).toString('base64url')
  // Cookies of one host are shared by all its ports.
  const cookie = `partman_${randomBytes(4).toString('hex')}`
  const byBearer = given === undefined ? undefined : bearerTokens([{ ...access, token: given }])
  let isUsed = false

  const resolve = (request: Request) => {
    const sent = cookiesOf(request).get(cookie)
    return sent !== undefined && isSame(sent, session) ? access : (byBearer?.(request) ?? null)
  }
  const login = (sent: string): Response => {
    if (isUsed || !isSame(sent, token)) {
      return problemResponse(
        new ProblemError('UNAUTHENTICATED', 'The link is no longer good', { hint: 'Start the server again for another one.' }),
      )
    }
    isUsed = given === undefined
    const value = `${cookie}=${session}; Path=${basePath || '/'}; HttpOnly; SameSite=Strict`
    return new Response(null, {
      status: 303,
      headers: { location: `${basePath}/`, 'set-cookie': value, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' },
    })
  }
  return {
    token,
    access: resolve,
    wrap: (dashboard) => ({
      async fetch(request, connection) {
        const { pathname, searchParams } = new URL(request.url)
        const sent = request.method === 'GET' && [basePath, `${basePath}/`].includes(pathname) ? searchParams.get('token') : null
        return sent === null ? dashboard.fetch(request, connection) : login(sent)
      },
    }),
  }
}

function isSame(a: string, b: string): boolean {
  return timingSafeEqual(hashOf(a), hashOf(b))
}

function cookiesOf({ headers }: Request): ReadonlyMap<string, string> {
  const pairs = (headers.get('cookie') ?? '').split(';').map((pair) => pair.trim().split('='))
  return new Map(pairs.map(([name = '', ...value]) => [name, value.join('=')]))
}
