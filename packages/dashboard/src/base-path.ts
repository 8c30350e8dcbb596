import { ProblemError } from './api/problem.js'

/** A base path as it is written: with a slash in front and none at the end; the root is empty. */
export function parseBasePath(text = '/'): string {
  const path = `/${text}`.replace(/\/+/g, '/').replace(/\/$/, '')
  if (!/^[\w./~-]*$/.test(path) || path.split('/').some((part) => /^\.\.?$/.test(part))) {
    throw new TypeError(`${JSON.stringify(text)} cannot be a base path: write it as "/admin/partman"`)
  }
  return path
}

/**
 * The path of a request below the base path. What a proxy and this program could read in two ways is refused: slashes that are
 * doubled or encoded, and dots that go up.
 *
 * @throws ProblemError `NOT_FOUND`
 */
export function pathBelow(basePath: string, request: Request): string {
  const { pathname } = new URL(request.url)
  const isBelow = pathname === basePath || pathname.startsWith(`${basePath}/`)
  if (!isBelow || !isPlain(pathname)) throw new ProblemError('NOT_FOUND', 'There is nothing at this path')
  return pathname.slice(basePath.length) || '/'
}

/**
 * The same of what the request line said, where an adapter knows it: in the address of a `Request` dots that go up are resolved already.
 *
 * @throws ProblemError `NOT_FOUND`
 */
export function assertPlainTarget(target: string | undefined): void {
  // A proxy may have been sent the whole address: https://www.rfc-editor.org/rfc/rfc9112#name-absolute-form
  const path = target?.replace(/^https?:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '') ?? ''
  if (!isPlain(path)) throw new ProblemError('NOT_FOUND', 'There is nothing at this path')
}

function isPlain(path: string): boolean {
  return !/\/\/|\\|%2f|%5c|%00|%25|(^|\/)(\.|%2e){1,2}(\/|$)/i.test(path)
}
