import { expect, it } from 'vitest'
import { askOnce } from './ask-once.js'

it('asks once for all who ask meanwhile, and for a while after', async () => {
  let asked = 0
  let time = 0
  const ask = askOnce(async () => ++asked, { keptMs: 1_000, now: () => time })
  expect(await Promise.all([ask(), ask(), ask()])).toEqual([1, 1, 1])
  time = 999
  expect(await ask()).toBe(1)
  time = 1_000
  expect(await Promise.all([ask(), ask()])).toEqual([2, 2])
})

it('a failure is shared like any other answer, and forgotten as soon', async () => {
  let asked = 0
  let time = 0
  const ask = askOnce(() => (asked++ === 0 ? Promise.reject(new Error('gone')) : Promise.resolve('there')), {
    keptMs: 1_000,
    now: () => time,
  })
  expect(await Promise.allSettled([ask(), ask()])).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }])
  time = 1_000
  expect(await ask()).toBe('there')
})
