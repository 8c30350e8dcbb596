import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ProblemError, problemResponse } from './api/problem.js'

/** Where `vite build` puts the page. */
const PAGE = fileURLToPath(new URL('../dist/page', import.meta.url))

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Only the page's own files, and nothing inline: https://www.w3.org/TR/CSP3/ */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"

/**
 * Serves the page below the base path: its one document at `/`, and its hashed files under `/assets`. The document's addresses are relative, so that it
 * works behind a proxy that takes a prefix away, too; that needs a slash at its end, which is added where it lacks. What it shows is after the
 * hash, so there are no further paths.
 */
export async function servePage(request: Request, path: string, basePath: string): Promise<Response> {
  const { pathname, search } = new URL(request.url)
  if (basePath !== '' && pathname === basePath) return redirect(`${basePath.slice(basePath.lastIndexOf('/') + 1)}/${search}`)
  const asset = /^\/assets\/([\w-]+\.[\w.-]+)$/.exec(path)?.[1]
  try {
    if (asset !== undefined) {
      return new Response(await readFile(join(PAGE, 'assets', asset)), {
        headers: {
          'content-type': TYPES[extname(asset)] ?? 'application/octet-stream',
          'cache-control': 'public, max-age=31536000, immutable',
        },
      })
    }
    if (path === '/') {
      return new Response(await readFile(join(PAGE, 'index.html')), {
        headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': PAGE_POLICY, 'cache-control': 'no-cache' },
      })
    }
  } catch (error) {
    if (!isMissing(error)) throw error
  }
  return problemResponse(new ProblemError('NOT_FOUND', 'There is nothing at this path'))
}

/** Relative, for the prefix that the browser knows may be another one. */
function redirect(location: string): Response {
  return new Response(null, { status: 308, headers: { location, 'cache-control': 'no-cache' } })
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
