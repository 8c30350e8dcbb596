import { beforeAll, expect, it } from 'vitest'
import { demoDashboard, type TestDashboard } from './fixtures/test-dashboard.js'

let demo: TestDashboard
beforeAll(async () => {
  demo = await demoDashboard()
})

it('tells who asks', async () => {
  const response = await demo.get('/me', { headers: { authorization: 'Bearer viewer' } })
  expect([response.status, await response.json()]).toEqual([200, { user: 'the viewer', role: 'viewer' }])
})

it('answers whoever is not known with a problem', async () => {
  const response = await demo.get('/me', { headers: { authorization: 'Bearer somebody' } })
  expect([response.status, response.headers.get('content-type'), await response.json()]).toEqual([
    401,
    'application/problem+json',
    {
      type: 'urn:partman:UNAUTHENTICATED',
      title: 'Nobody knows who asks',
      status: 401,
      detail: 'Say who you are',
      code: 'UNAUTHENTICATED',
    },
  ])
})
