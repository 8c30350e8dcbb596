import { expect, it } from 'vitest'
import { LeaseKeeper, readInstants } from './lease-keeper.js'

it('renews again and again, one at a time, until it is stopped', async () => {
  let [renewed, under] = [0, 0]
  const keeper = new LeaseKeeper(
    {
      ttlMs: 400,
      async renew() {
        expect(++under).toBe(1)
        await new Promise((resolve) => setImmediate(resolve))
        under--
        if (++renewed === 2) throw new Error('connection lost')
        return true
      },
    },
    readInstants(),
  )
  await expect.poll(() => renewed).toBeGreaterThan(5)
  expect(keeper.isLost).toBe(false)
  await keeper.stop()
  const before = renewed
  await new Promise((resolve) => setImmediate(resolve))
  expect([renewed, under]).toEqual([before, 0])
})

it('asks the database again where its last answer is old, by whatever clock', async () => {
  let [asked, answer] = [0, true]
  const keeper = new LeaseKeeper(
    {
      ttlMs: 60_000,
      async renew() {
        asked++
        return answer
      },
    },
    readInstants(),
  )
  const [wall, monotonic] = [Date.now, performance.now.bind(performance)]
  try {
    expect([await keeper.confirm(), asked]).toEqual([true, 0])
    Date.now = () => wall() + 40_000
    expect([await keeper.confirm(), asked]).toEqual([true, 1])
    performance.now = () => monotonic() + 40_000
    expect([await keeper.confirm(), asked]).toEqual([true, 2])
    answer = false
    performance.now = () => monotonic() + 80_000
    expect([await keeper.confirm(), asked, keeper.isLost]).toEqual([false, 3, true])
    expect([await keeper.confirm(), asked]).toEqual([false, 3])
  } finally {
    Date.now = wall
    performance.now = monotonic
    await keeper.stop()
  }
})

it('knows that it has lost the lease once nothing was heard of the database for as long as it lasts', async () => {
  const renew = () => Promise.reject(new Error('connection lost'))
  const keeper = new LeaseKeeper({ ttlMs: 20, renew }, readInstants())
  expect(keeper.lost.aborted).toBe(false)
  await expect.poll(() => keeper.lost.aborted).toBe(true)
  expect(keeper.isLost).toBe(true)
  await keeper.stop()
})
