import { expect, it } from 'vitest'
import { createDashboard } from '../create-dashboard.js'
import { demoDocument } from '../fixtures/demo-document.js'
import { type LinkLoginOptions, linkLogin } from './link-login.js'

function dashboardWith(options: Partial<LinkLoginOptions> = {}) {
  const login = linkLogin({ access: { user: 'ada', role: 'viewer' }, basePath: '/partman', ...options })
  const database = { query: () => Promise.reject(new Error('nobody asks it')) }
  const dashboard = login.wrap(createDashboard({ document: demoDocument(), database, basePath: '/partman', access: login.access }))
  const ask = (path: string, headers: Record<string, string> = {}) =>
    dashboard.fetch(new Request(`http://127.0.0.1/partman${path}`, { headers }))
  return { login, ask }
}

it('a link is good once, and what it gives is kept from scripts and other sites', async () => {
  const { login, ask } = dashboardWith()
  const first = await ask(`/?token=${login.token}`)
  const cookie = first.headers.get('set-cookie') ?? ''
  expect([first.status, first.headers.get('location')]).toEqual([303, '/partman/'])
  expect(cookie).toMatch(/^partman_[0-9a-f]{8}=[\w-]{43}; Path=\/partman; HttpOnly; SameSite=Strict$/)
  const me = await ask('/api/v1/me', { cookie: `other=1; ${cookie.split(';')[0]}` })
  expect([me.status, await me.json()]).toEqual([200, { user: 'ada', role: 'viewer' }])
  expect((await ask(`/?token=${login.token}`)).status).toBe(401)
})

it('nobody comes in by another token, and none is taken elsewhere', async () => {
  const { login, ask } = dashboardWith()
  for (const token of ['', 'x', `${login.token}x`, login.token.toLowerCase()]) expect((await ask(`/?token=${token}`)).status).toBe(401)
  expect((await ask(`/api/v1/me?token=${login.token}`)).status).toBe(401)
  expect((await ask('/api/v1/me', { authorization: `Bearer ${login.token}` })).status).toBe(401)
  expect((await ask('/api/v1/me', { cookie: 'partman_00000000=x' })).status).toBe(401)
  expect((await ask(`/?token=${login.token}`)).status).toBe(303)
})

it('a token that is given is good again and again, and as a bearer token', async () => {
  const token = 'a-token-for-a-program'
  const { ask } = dashboardWith({ token })
  expect([(await ask(`/?token=${token}`)).status, (await ask(`/?token=${token}`)).status]).toEqual([303, 303])
  expect((await ask('/api/v1/me', { authorization: `Bearer ${token}` })).status).toBe(200)
  expect(() => dashboardWith({ token: 'short' })).toThrow(TypeError)
})
