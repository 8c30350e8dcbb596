import { readdir, readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { servePage } from '../page.js'

const MOST_BYTES = 150_000
const ASSETS = new URL('../../dist/page/assets/', import.meta.url)

const serve = (path: string, basePath = '') => servePage(new Request(`http://partman.test${basePath}${path}`), path || '/', basePath)

it('all of its JavaScript is at most 150 kB when it is gzipped', async () => {
  const files = (await readdir(ASSETS)).filter((name) => name.endsWith('.js'))
  const sizes = await Promise.all(files.map(async (name) => gzipSync(await readFile(new URL(name, ASSETS))).length))
  const sum = sizes.reduce((total, size) => total + size, 0)
  expect(sum).toBeGreaterThan(10_000)
  expect(sum).toBeLessThan(MOST_BYTES)
})

it('the document has a strict policy, addresses that are relative, and nothing inline or from elsewhere', async () => {
  const response = await serve('/')
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  expect(response.headers.get('cache-control')).toBe('no-cache')
  const policy = response.headers.get('content-security-policy') ?? ''
  expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
  expect(policy).not.toMatch(/unsafe|nonce|https?:|\*/)
  const html = await response.text()
  const addresses = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address = '']) => address)
  expect(addresses).toHaveLength(3)
  expect(addresses.filter((address) => !/^\.\/assets\/[\w.-]+$/.test(address))).toEqual([])
  expect(html).not.toMatch(/<style|<script[^>]*>[^<]|\son\w+=|style=/)
})

it('its files bear a hash in their names and are kept for ever', async () => {
  const [, script = ''] = /src="\.(\/assets\/[^"]+)"/.exec(await (await serve('/')).text()) ?? []
  const response = await serve(script)
  expect(Object.fromEntries(response.headers)).toEqual({
    'cache-control': 'public, max-age=31536000, immutable',
    'content-type': 'text/javascript; charset=utf-8',
  })
  expect(script).toMatch(/-[\w-]{8}\.js$/)
})

it('asks for nothing from anywhere else', async () => {
  const files = await readdir(ASSETS)
  const texts = await Promise.all(files.map((name) => readFile(new URL(name, ASSETS), 'utf8')))
  const addresses = texts.flatMap((text) => [...text.matchAll(/https?:\/\/[\w.-]+/g)].map(([address]) => address))
  // Names of XML's vocabularies, and an address that only errors of a library mention.
  expect([...new Set(addresses)].filter((address) => !/^http:\/\/www\.w3\.org$/.test(address))).toEqual([])
})

it('adds the slash that relative addresses need, and keeps what was asked', async () => {
  const response = await servePage(new Request('http://partman.test/admin/partman?a=1'), '/', '/admin/partman')
  expect([response.status, response.headers.get('location')]).toEqual([308, 'partman/?a=1'])
  expect((await serve('/', '/admin/partman')).status).toBe(200)
})

it.each(['/assets/none.js', '/assets/', '/index.html', '/assets/..%2f.inputs', '/tables/Event'])('there is nothing at %s', async (path) => {
  expect((await serve(path)).status).toBe(404)
})
