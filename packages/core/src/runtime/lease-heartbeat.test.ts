import { expect, it } from 'vitest'
import { keepRenewing } from './lease-heartbeat.js'

it('renews again and again, one at a time, until it is stopped', async () => {
  let [renewed, under] = [0, 0]
  const heartbeat = keepRenewing(async () => {
    expect(++under).toBe(1)
    await new Promise((resolve) => setImmediate(resolve))
    under--
    if (++renewed === 2) throw new Error('connection lost')
  }, 1)
  await expect.poll(() => renewed).toBeGreaterThan(5)
  await heartbeat.stop()
  const before = renewed
  await new Promise((resolve) => setImmediate(resolve))
  expect([renewed, under]).toEqual([before, 0])
})
