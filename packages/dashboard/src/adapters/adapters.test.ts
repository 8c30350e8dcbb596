import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { serve } from '@hono/node-server'
import fastify from 'fastify'
import { Hono } from 'hono'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createClient } from '../client.js'
import type { PartmanDashboard } from '../create-dashboard.js'
import { expressApp } from '../fixtures/express-app.js'
import { demoDashboard, type TestDashboard } from '../fixtures/test-dashboard.js'
import { expressHandler } from './express.js'
import { fastifyPlugin } from './fastify.js'
import { honoHandler } from './hono.js'
import { nodeHandler } from './node.js'

let demo: TestDashboard
beforeAll(async () => {
  demo = await demoDashboard()
})

const PATH = '/admin/partman'

async function addressOf(server: Server): Promise<string> {
  if (!server.listening) await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}${PATH}`
}

const MOUNTS: Record<string, (dashboard: PartmanDashboard) => Promise<string>> = {
  'node:http': (dashboard) => addressOf(createServer(nodeHandler(dashboard)).listen(0, '127.0.0.1')),
  Express: (dashboard) => {
    const app = expressApp()
    app.use(PATH, expressHandler(dashboard))
    return addressOf(app.listen(0, '127.0.0.1'))
  },
  Fastify: async (dashboard) => {
    const app = fastify()
    await app.register(fastifyPlugin(dashboard), { prefix: PATH })
    await app.listen({ port: 0, host: '127.0.0.1' })
    return addressOf(app.server)
  },
  Hono: (dashboard) => {
    const app = new Hono()
    app.all(`${PATH}/*`, honoHandler(dashboard))
    return addressOf(serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server)
  },
}

describe.each(Object.entries(MOUNTS))('mounted with %s', (name, mount) => {
  it('reads, acts, and knows where a request comes from', async () => {
    const client = createClient(await mount(demo.mount({ basePath: PATH })))
    const headers = { authorization: 'Bearer admin' }
    const me = await client.GET('/api/v1/me', { headers })
    expect(me.data).toEqual({ user: 'the admin', role: 'admin' })
    const added = await client.POST('/api/v1/holds', {
      headers,
      body: { model: 'Session', reason: name },
    })
    expect([added.response.status, added.data?.reason]).toEqual([201, name])
    const { rows } = await demo.test.query(`SELECT details ->> 'from' AS "from" FROM partman.audit WHERE reason = $1`, [name])
    expect(rows).toEqual([{ from: '127.0.0.1' }])
  })

  it.each(['/api/v1/x/../me', '/api/v1/./me', '/api/v1/%2e%2E/v1/me', '/x/.%2e/api/v1/me', '/../partman/api/v1/me'])(
    'finds nothing at %s, though that resolves to what is there',
    async (path) => {
      const url = await mount(demo.mount({ basePath: PATH }))
      const { hostname, port, host } = new URL(url)
      const ask = async (target: string) => {
        const socket = connect(Number(port), hostname)
        socket.write(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer admin\r\nConnection: close\r\n\r\n`)
        return (await text(socket)).split('\r\n')[0]
      }
      expect([await ask(`${PATH}${path}`), await ask(`http://${host}${PATH}${path}`)]).toEqual(
        Array(2).fill(expect.stringMatching(/ 40[04] /)),
      )
      expect(await ask(`${PATH}/api/v1/me?../..`)).toMatch(/ 200 /)
    },
  )

  it('answers a problem where there is nothing, and refuses a body that is too large', async () => {
    const url = await mount(demo.mount({ basePath: PATH }))
    const headers = { authorization: 'Bearer admin', 'x-partman-request': '1', 'content-type': 'application/json' }
    const nothing = await fetch(`${url}/api/v1/tables/Nothing`, { headers })
    const large = await fetch(`${url}/api/v1/holds`, { method: 'POST', headers, body: JSON.stringify({ reason: 'x'.repeat(70_000) }) })
    expect([nothing.status, nothing.headers.get('content-type'), large.status]).toEqual([404, 'application/problem+json', 413])
  })
})
