import { ProblemError } from '../api/problem.js'

/**
 * A request that changes something has to come from a page of the same origin, from one that is allowed, or from no browser at all. Browsers
 * say where from by `Sec-Fetch-Site` and `Origin`, which no page can forge; and none sends a header of its own, or JSON, to
 * another site without asking first.
 *
 * @throws ProblemError `REQUEST_CROSS_SITE`
 */
export function assertSameSite(request: Request, allowedOrigins: readonly string[]): void {
  const { headers } = request
  if (headers.get('x-partman-request') !== '1') throw crossSite('the header `x-partman-request: 1` is missing')
  const origin = headers.get('origin')
  if (origin !== null && allowedOrigins.includes(origin)) return
  const site = headers.get('sec-fetch-site')
  if (site !== null && site !== 'same-origin' && site !== 'none') throw crossSite(`it comes from ${site}`)
  // Behind a proxy the scheme may be another one; the host is what the browser asked for.
  if (origin !== null && hostOf(origin) !== (headers.get('host') ?? new URL(request.url).host))
    throw crossSite('it comes from another origin')
}

function crossSite(why: string): ProblemError {
  return new ProblemError('REQUEST_CROSS_SITE', `The request was refused: ${why}`)
}

/** Undefined for `null`, which sandboxed and local pages are, and for what is no origin. */
function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}
