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
