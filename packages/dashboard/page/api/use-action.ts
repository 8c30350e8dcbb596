import { useCallback, useRef, useState } from 'preact/hooks'
import { problemOf } from './ask.js'
import { idempotencyKey } from './client.js'
import type { Problem } from './shapes.js'

/** Something that is done once, however often the button is pressed. */
export interface Action<Input> {
  readonly isBusy: boolean
  readonly problem: Problem | null
  run(input: Input): void
  forget(): void
}

/**
 * Makes an action of a request. The key stays the same until the request is answered well or refused for good: whoever tries again after the network broke
 * does not do it twice.
 */
export function useAction<Input, Done>(send: (input: Input, key: string) => Promise<Done>, onDone: (done: Done) => void): Action<Input> {
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const key = useRef<{ of: string; key: string } | null>(null)
  const latest = useRef({ send, onDone })
  latest.current = { send, onDone }
  const busy = useRef(false)

  const run = useCallback(async (input: Input) => {
    if (busy.current) return
    busy.current = true
    setBusy(true)
    setProblem(null)
    const of = JSON.stringify(input)
    if (key.current?.of !== of) key.current = { of, key: idempotencyKey() }
    try {
      const done = await latest.current.send(input, key.current.key)
      key.current = null
      latest.current.onDone(done)
    } catch (error) {
      const found = problemOf(error)
      if (found.status >= 400 && found.status < 500 && found.code !== 'IDEMPOTENCY_KEY_BUSY') key.current = null
      setProblem(found)
    } finally {
      busy.current = false
      setBusy(false)
    }
  }, [])

  return { isBusy, problem, run: (input) => void run(input), forget: () => setProblem(null) }
}
