import { expect, it } from 'vitest'
import { retryOnLocks } from './retry.js'

const locked = (n: number) => Object.assign(new Error(`locked ${n}`), { code: '55P03' })

/** Fails with a lock so many times. */
function failing(times: number) {
  let calls = 0
  return async () => {
    calls++
    if (calls <= times) throw locked(calls)
    return calls
  }
}

it('a step that meets a lock is tried again, and so often', async () => {
  expect(await retryOnLocks(failing(2), { attempts: 3, backoffMs: 1 })).toBe(3)
  await expect(retryOnLocks(failing(3), { attempts: 3, backoffMs: 1 })).rejects.toThrow('locked 3')
})

it('another error is not tried again', async () => {
  const errors: unknown[] = []
  const run = () => Promise.reject(new Error('disk full'))
  await expect(retryOnLocks(run, { attempts: 3, backoffMs: 1, onRetry: (error) => errors.push(error) })).rejects.toThrow('disk full')
  expect(errors).toEqual([])
})

it('a wait that is stopped ends with the lock that it waited for', async () => {
  const stop = new AbortController()
  const run = retryOnLocks(failing(9), {
    attempts: 9,
    backoffMs: 60_000_000,
    signal: stop.signal,
    onRetry: () => queueMicrotask(() => stop.abort()),
  })
  await expect(run).rejects.toThrow('locked 1')
})
