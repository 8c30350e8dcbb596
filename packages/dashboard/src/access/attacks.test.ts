import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { nodeHandler } from '../adapters/node.js'
import type { components } from '../client.js'
import type { PartmanDashboard } from '../create-dashboard.js'
import { SAMPLE_READS } from '../fixtures/endpoint-samples.js'
import { type JsonSchema, OPERATIONS, SENT_DOCUMENT } from '../fixtures/openapi-operations.js'
import { demoDashboard, type TestDashboard } from '../fixtures/test-dashboard.js'

let demo: TestDashboard
beforeAll(async () => {
  demo = await demoDashboard()
})

const codeOf = async (response: Response) => ((await response.json()) as components['schemas']['Problem']).code

describe('a request that another site has a browser send', () => {
  const own = { 'content-type': 'application/json', 'x-partman-request': '1' }
  const send = (headers: Record<string, string>, options = {}) =>
    demo.mount(options).fetch(
      new Request('http://partman.test/api/v1/holds', {
        method: 'POST',
        headers: { authorization: 'Bearer admin', ...headers },
        body: JSON.stringify({ model: 'Session', reason: 'sent by a browser' }),
      }),
    )

  it.each([
    ['without the header of its own', { 'content-type': 'application/json' }],
    ['as a form', { 'content-type': 'text/plain' }],
    ['cross-site', { ...own, 'sec-fetch-site': 'cross-site' }],
    ['from a subdomain', { ...own, 'sec-fetch-site': 'same-site' }],
    ['from another origin', { ...own, origin: 'https://evil.example' }],
    ['from another port', { ...own, origin: 'http://partman.test:8080' }],
    ['from nowhere', { ...own, origin: 'null' }],
    ['from an origin that begins alike', { ...own, origin: 'http://partman.test.evil.example' }],
  ])('is refused %s', async (_, headers) => {
    const response = await send(headers)
    expect([response.status, await codeOf(response)]).toEqual([403, 'REQUEST_CROSS_SITE'])
    const { rows } = await demo.test.query(`SELECT FROM partman.hold WHERE reason = 'sent by a browser'`)
    expect(rows).toEqual([])
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/plain; application/json'])(
    'is refused as %s, even with the header',
    async (type) => {
      const response = await send({ ...own, 'content-type': type })
      expect([response.status, await codeOf(response)]).toEqual([415, 'BODY_TYPE_UNSUPPORTED'])
    },
  )

  it('may come from the page itself, through a proxy that speaks TLS, and from an origin that is allowed', async () => {
    const allowed = [
      await send({ ...own, 'sec-fetch-site': 'same-origin', origin: 'https://partman.test' }),
      await send({ ...own, host: 'ops.example', origin: 'https://ops.example' }),
      await send(
        { ...own, origin: 'https://other.example', 'sec-fetch-site': 'cross-site' },
        { allowedOrigins: ['https://other.example'] },
      ),
    ]
    await demo.test.query(`DELETE FROM partman.hold WHERE reason = 'sent by a browser'`)
    expect(allowed.map(({ status }) => status)).toEqual([201, 201, 201])
  })

  it('may not be read by another origin, unless it is allowed', async () => {
    const ask = async (allowedOrigins: string[]) => {
      const headers = { authorization: 'Bearer viewer', origin: 'https://other.example' }
      const response = await demo.mount({ allowedOrigins }).fetch(new Request('http://partman.test/api/v1/me', { headers }))
      return response.headers.get('access-control-allow-origin')
    }
    expect([await ask([]), await ask(['https://third.example']), await ask(['https://other.example'])]).toEqual([
      null,
      null,
      'https://other.example',
    ])
  })
})

describe('a path under a mount prefix', () => {
  const mounted = () => demo.mount({ basePath: '/admin/partman' })
  const ask = (dashboard: PartmanDashboard, path: string) =>
    dashboard.fetch(new Request(`http://partman.test${path}`, { headers: { authorization: 'Bearer admin' } }))

  it.each([
    '/api/v1/overview',
    '/admin/api/v1/overview',
    '/admin/partmanapi/v1/overview',
    '/admin/partman-other/api/v1/overview',
    '/admin/partman/../api/v1/overview',
    '/admin/partman//api/v1/overview',
    '//admin/partman/api/v1/overview',
    '/admin%2fpartman/api/v1/overview',
    '/admin/partman/api%2Fv1/overview',
    '/admin/partman/api/v1/tables/..%2f..%2foverview',
    '/admin/partman/api/v1/tables/%2e%2e/overview/',
    '/admin/partman/api/v1/tables/%252e%252e%252foverview',
    '/admin/partman/api/v1/tables/..%5coverview',
    '/admin/partman/api/v1/tables/Event%00',
    '/admin/partman/assets/..%2f..%2fpackage.json',
    '/admin/partman/assets/../../package.json',
    '/admin/partman/api/v1/overview/',
    '/ADMIN/partman/api/v1/overview',
  ])('%s leads nowhere', async (path) => {
    const response = await ask(mounted(), path)
    expect([response.status, await codeOf(response)]).toEqual([404, 'NOT_FOUND'])
  })

  it.each(['/admin/partman', 'admin/partman/', '/admin/partman/'])('works where the prefix is written as %s', async (basePath) => {
    expect((await ask(demo.mount({ basePath }), '/admin/partman/api/v1/me')).status).toBe(200)
  })

  it.each(['/admin/../partman', '/a b', '/admin?x', '/<script>'])('cannot be %s', (basePath) => {
    expect(() => demo.mount({ basePath })).toThrow(TypeError)
  })

  it.each(['PUT', 'DELETE', 'PATCH', 'TRACE-ME', 'OPTIONS'])('is not asked by %s', async (method) => {
    const request = new Request('http://partman.test/admin/partman/api/v1/overview', { method, headers: { authorization: 'Bearer admin' } })
    const response = await mounted().fetch(request)
    expect([response.status, await codeOf(response)]).toEqual([405, 'METHOD_NOT_ALLOWED'])
  })
})

describe('SQL in a parameter', () => {
  const HOSTILE = [
    `'; DROP TABLE event CASCADE; --`,
    `x" ; DROP SCHEMA partman CASCADE; --`,
    `\\'; SELECT pg_sleep(60); --`,
    `$partman$; DROP TABLE project; $partman$`,
    `' OR '1'='1`,
  ]
  const resolve = (schema: JsonSchema): JsonSchema =>
    schema.$ref === undefined ? schema : (SENT_DOCUMENT.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {})
  const isText = ({ type = [] }: JsonSchema) => type === 'string' || type.includes('string')
  const count = async () => {
    const { rows } = await demo.test.query(`
      SELECT (SELECT count(*) FROM pg_class WHERE relnamespace::regnamespace::text IN ('public', 'partman', 'partman_partitions'))::int AS relations,
        (SELECT count(*) FROM partman.hold)::int AS holds, (SELECT count(*) FROM partman.tenant)::int AS tenants`)
    return rows
  }

  const texts = OPERATIONS.flatMap(({ id, parameters, body }) => [
    ...parameters
      .filter(({ in: place, schema }) => place !== 'header' && isText(schema))
      .map(({ name, in: place }) => ({ id, name, place })),
    ...Object.entries(body ? (resolve(body).properties ?? {}) : {}).flatMap(([name, schema]) =>
      isText(schema) ? [{ id, name, place: 'body' }] : [],
    ),
  ])

  it('is looked for in every text that the document tells of', () => {
    expect(texts.length).toBeGreaterThan(20)
  })

  it.each(texts)('$id $place $name stays a text', async ({ id, name, place }) => {
    const [method = '', path = ''] = id.split(' ')
    const before = await count()
    for (const hostile of HOSTILE) {
      const response =
        place === 'body'
          ? await demo.post(path.replace('/api/v1', '').replace('{id}', '1'), {
              model: 'Nothing',
              reason: 'x',
              set: 'Nothing',
              key: 'x',
              [name]: hostile,
            })
          : place === 'path'
            ? await (method === 'get' ? demo.get : (at: string) => demo.post(at, { reason: 'x' }))(
                path.replace('/api/v1', '').replace(`{${name}}`, encodeURIComponent(hostile)),
              )
            : await demo.get(`${SAMPLE_READS[id]?.split('?')[0]}?${name}=${encodeURIComponent(hostile)}`)
      expect([200, 400, 404], `${hostile} ${await response.text()}`).toContain(response.status)
    }
    expect(await count()).toEqual(before)
  })

  it('stays a text in a header', async () => {
    for (const hostile of HOSTILE) {
      await demo.post('/holds', { model: 'Nothing', reason: 'x' }, { 'idempotency-key': hostile })
      expect((await demo.get('/plan', { headers: { 'if-none-match': hostile } })).status).toBe(200)
    }
    expect((await demo.get('/audit')).status).toBe(200)
  })
})

describe('a script in a name or a text', () => {
  it('is sent as JSON that no browser takes for a page', async () => {
    const script = '<script>alert(1)</script>'
    await demo.post('/tenants', { set: 'Project', key: script })
    await demo.post('/holds', { model: 'Event', tenant: script, reason: script })
    for (const path of [
      '/tenants',
      '/holds',
      '/audit',
      '/tables/Event/partitions?search=script',
      `/tables/${encodeURIComponent('<script>alert(1)<script>')}`,
      '/metrics',
    ]) {
      const { headers } = await demo.get(path)
      expect([path, headers.get('content-type'), headers.get('x-content-type-options')]).toEqual([
        path,
        expect.stringMatching(/^(application\/(problem\+)?json|text\/plain; version)/),
        'nosniff',
      ])
      expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'")
    }
  })
})

describe('a body', () => {
  const post = (body: string | ReadableStream<Uint8Array>, init: RequestInit & { signal?: AbortSignal } = {}) =>
    new Request('http://partman.test/api/v1/holds', {
      method: 'POST',
      headers: { authorization: 'Bearer admin', 'content-type': 'application/json', 'x-partman-request': '1' },
      body,
      duplex: 'half',
      ...init,
    } as RequestInit)
  const large = JSON.stringify({ model: 'Session', reason: 'x'.repeat(65 * 1024) })
  /** A body that sends nothing; `begin` is called once somebody wants to read it. */
  const endless = (begin: () => void) => {
    const seen = { isCancelled: false }
    const cancel = () => {
      seen.isCancelled = true
    }
    return { stream: new ReadableStream<Uint8Array>({ pull: begin, cancel }, { highWaterMark: 0 }), seen }
  }

  it('that is too large is refused, whether it says so or not', async () => {
    const said = await demo.dashboard.fetch(
      post(large, { headers: { ...Object.fromEntries(post('').headers), 'content-length': String(large.length) } }),
    )
    const chunk = new TextEncoder().encode('x'.repeat(16 * 1024))
    const unsaid = await demo.dashboard.fetch(post(new ReadableStream({ pull: (controller) => controller.enqueue(chunk) })))
    expect([said.status, await codeOf(said), unsaid.status, await codeOf(unsaid)]).toEqual([413, 'BODY_TOO_LARGE', 413, 'BODY_TOO_LARGE'])
  })

  it('is not read at all of whoever may not send it', async () => {
    const { stream } = endless(() => {
      throw new Error('somebody has read it')
    })
    const request = post(stream)
    request.headers.set('authorization', 'Bearer viewer')
    expect((await demo.dashboard.fetch(request)).status).toBe(403)
  })

  it('that never ends is given up', async () => {
    const { stream, seen } = endless(() => undefined)
    const response = await demo.mount({ bodyTimeoutMs: 1 }).fetch(post(stream))
    expect([response.status, await codeOf(response), seen.isCancelled]).toEqual([408, 'BODY_TIMEOUT', true])
  })

  it('whose sender goes away is given up', async () => {
    const abort = new AbortController()
    const { stream } = endless(() => abort.abort())
    const response = await demo.dashboard.fetch(post(stream, { signal: abort.signal }))
    expect([response.status, await codeOf(response)]).toEqual([400, 'REQUEST_INVALID'])
  })

  it.each(['', '{', '[]', 'null', '"text"', '{"__proto__": {"model": "Session"}}'])('that is %j is refused', async (body) => {
    const response = await demo.dashboard.fetch(post(body))
    expect([response.status, await codeOf(response)]).toEqual([400, 'REQUEST_INVALID'])
  })
})

describe('over a socket', () => {
  async function listen(): Promise<number> {
    const server = createServer(nodeHandler(demo.mount({ basePath: '/admin/partman' })))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    })
    return (server.address() as AddressInfo).port
  }
  const HEADERS = 'Host: partman.test\r\nAuthorization: Bearer admin\r\nConnection: close\r\n'

  it.each([
    '/admin/partman/../../api/v1/me',
    '/admin/partman/%2e%2e/%2e%2e/api/v1/me',
    '/admin/partman/./../partman//api/v1/me',
    '\\admin\\partman\\api\\v1\\me',
  ])('%s leads nowhere, as it is sent', async (path) => {
    const socket = connect(await listen(), '127.0.0.1')
    socket.end(`GET ${path} HTTP/1.1\r\n${HEADERS}\r\n`)
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 40[04] /)
  })

  it('a client that breaks off in its body stops nobody else', async () => {
    const port = await listen()
    const slow = connect(port, '127.0.0.1')
    await new Promise((resolve) =>
      slow.write(
        `POST /admin/partman/api/v1/holds HTTP/1.1\r\n${HEADERS}X-Partman-Request: 1\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
        resolve,
      ),
    )
    slow.resetAndDestroy()
    const response = await fetch(`http://127.0.0.1:${port}/admin/partman/api/v1/me`, { headers: { authorization: 'Bearer viewer' } })
    expect(response.status).toBe(200)
  })
})
