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

/** Only the page's own files, and nothing inline. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'"

/** Serves the page: its hashed files under `/assets`, and at every other path its one document. */
export async function servePage(_request: Request, path: string, basePath: string): Promise<Response> {
  const asset = /^\/assets\/([\w-]+\.[\w.-]+)$/.exec(path)?.[1]
  try {
    if (asset !== undefined) {
      const headers = {
        'content-type': TYPES[extname(asset)] ?? 'application/octet-stream',
        'cache-control': 'public, max-age=31536000, immutable',
      }
      return new Response(await readFile(join(PAGE, 'assets', asset)), { headers })
    }
    const html = await readFile(join(PAGE, 'index.html'), 'utf8')
    return new Response(html.replace('<head>', `<head><base href="${basePath}/">`), {
      headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': PAGE_POLICY, 'cache-control': 'no-cache' },
    })
  } catch {
    return problemResponse(new ProblemError('NOT_FOUND', 'There is nothing at this path'))
  }
}
