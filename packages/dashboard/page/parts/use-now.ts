import { useEffect, useState } from 'preact/hooks'

const EVERY_MS = 15_000

/** The instant, as often as words such as `5 minutes ago` change. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = window.setInterval(() => {
      if (!document.hidden) setNow(Date.now())
    }, EVERY_MS)
    return () => window.clearInterval(timer)
  }, [])
  return now
}
