import { once } from 'node:events'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { beforeAll, expect, test, vi } from 'vitest'
import type { CliProject } from '../fixtures/cli-project.js'
import { createDeployedProject } from '../fixtures/deployed-project.js'

// Each run of the command line is a process of its own, and slow on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

let project: CliProject

beforeAll(async () => {
  project = await createDeployedProject()
  return project.remove
})

test.each(['SIGINT', 'SIGTERM'] as const)('the dashboard is served to whoever opens the link first, until %s', async (signal) => {
  const child = project.startPartman(['serve', '--json'])
  const closed = once(child, 'close')
  for await (const line of createInterface({ input: child.stdout! })) {
    const { url, token, role } = JSON.parse(line) as { url: string; token: string; role: string }
    expect([new URL(url).hostname, role]).toEqual(['127.0.0.1', 'viewer'])
    expect((await fetch(`${url}/api/v1/overview`)).status).toBe(401)
    const login = await fetch(`${url}/?token=${token}`, { redirect: 'manual' })
    const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? ''
    expect((await fetch(`${url}/?token=${token}`, { redirect: 'manual' })).status).toBe(401)
    const overview = await fetch(`${url}/api/v1/overview`, { headers: { cookie } })
    expect([overview.status, await overview.json()]).toMatchObject([
      200,
      { hasBookkeeping: true, tables: [{ model: 'Event' }, { model: 'AuditLog' }] },
    ])
    const hold = await fetch(`${url}/api/v1/holds`, {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/json', 'x-partman-request': '1' },
      body: '{}',
    })
    expect(hold.status).toBe(403)
    child.kill(signal)
  }
  expect(await closed).toEqual([0, null])
})

test('it is asked by its own name alone, and says that no hooks are asked', async () => {
  const child = project.startPartman(['serve', '--json', '--role', 'admin'])
  const closed = once(child, 'close')
  const warned = text(child.stderr!)
  for await (const line of createInterface({ input: child.stdout! })) {
    const { hostname, port, pathname } = new URL((JSON.parse(line) as { url: string }).url)
    const ask = async (host: string) => {
      const socket = connect(Number(port), hostname)
      socket.write(`GET ${pathname}/api/v1/health HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
      return (await text(socket)).split('\r\n')[0]
    }
    expect([await ask(`evil.example:${port}`), await ask(`127.0.0.1:${port}`), await ask('localhost:1')]).toEqual([
      'HTTP/1.1 421 Misdirected Request',
      'HTTP/1.1 200 OK',
      'HTTP/1.1 200 OK',
    ])
    child.kill('SIGTERM')
  }
  expect(await closed).toEqual([0, null])
  expect(await warned).toContain('what is applied here asks no hooks')
})

test('an address that is taken, and a port that is none, are told of', async () => {
  const taken = await project.partman(['serve', '--port', '65536'])
  expect([taken.exitCode, taken.stderr]).toEqual([1, expect.stringContaining('A port is a number from 0 to 65535.')])
  const nowhere = await project.partman(['serve', '--host', '192.0.2.1'])
  expect([nowhere.exitCode, nowhere.stderr]).toEqual([1, expect.stringContaining('EADDRNOTAVAIL')])
})
