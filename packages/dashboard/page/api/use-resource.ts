import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { problemOf } from './ask.js'
import type { Problem } from './shapes.js'

/** What was read, and is read again every now and then. */
export interface Resource<Data> {
  /** The last that was seen; null: nothing yet. */
  readonly data: Data | null
  /** When that was, by the clock of the browser. */
  readonly seenAt: number | null
  /** Why the last attempt failed; null: it did not. */
  readonly problem: Problem | null
  readonly isLoading: boolean
  reload(): void
}

interface Seen<Data> {
  readonly key: string
  readonly data: Data | null
  readonly seenAt: number | null
  readonly problem: Problem | null
}

const SLOWEST_MS = 60_000

/** What was seen last of each key, so that going back shows something at once. */
const seenBefore = new Map<string, Seen<unknown>>()

/**
 * Reads something now, and again every `everyMs` for as long as the page is looked at; after failures less and less often. `key` says what is
 * read: another key is another thing. While it is not `isWanted` yet, nothing is read.
 */
export function useResource<Data>(
  key: string,
  load: (signal: AbortSignal) => Promise<Data>,
  everyMs: number,
  isWanted = true,
): Resource<Data> {
  const latest = useRef(load)
  latest.current = load
  const [seen, setSeen] = useState<Seen<Data>>(() => known(key))
  const [isLoading, setLoading] = useState(false)
  const again = useRef<() => void>(() => {})

  useEffect(() => {
    let timer: number | undefined
    let running: AbortController | undefined
    let failures = 0
    let startedAt = 0
    setSeen(known(key))
    if (!isWanted) return

    const wait = () => {
      window.clearTimeout(timer)
      if (document.hidden) return
      const every = Math.min(everyMs * 2 ** failures, Math.max(everyMs, SLOWEST_MS))
      timer = window.setTimeout(read, Math.max(0, startedAt + every - Date.now()))
    }
    const read = async () => {
      window.clearTimeout(timer)
      running?.abort()
      const own = new AbortController()
      running = own
      startedAt = Date.now()
      setLoading(true)
      const found = await latest.current(own.signal).then(
        (data): Partial<Seen<Data>> => ({ data, seenAt: Date.now(), problem: null }),
        (error: unknown): Partial<Seen<Data>> => ({ problem: problemOf(error) }),
      )
      if (own.signal.aborted) return
      failures = found.problem ? failures + 1 : 0
      setLoading(false)
      setSeen((before) => {
        const now = { ...(before.key === key ? before : known<Data>(key)), ...found }
        seenBefore.set(key, now)
        return now
      })
      wait()
    }
    again.current = () => void read()
    document.addEventListener('visibilitychange', wait)
    if (!document.hidden) void read()
    return () => {
      document.removeEventListener('visibilitychange', wait)
      window.clearTimeout(timer)
      running?.abort()
      again.current = () => {}
    }
  }, [key, everyMs, isWanted])

  const reload = useCallback(() => again.current(), [])
  const { data, seenAt, problem } = seen.key === key ? seen : known<Data>(key)
  return { data, seenAt, problem, isLoading, reload }
}

function known<Data>(key: string): Seen<Data> {
  return (seenBefore.get(key) as Seen<Data> | undefined) ?? { key, data: null, seenAt: null, problem: null }
}
