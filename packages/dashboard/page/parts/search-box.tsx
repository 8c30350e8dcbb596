import { useEffect, useState } from 'preact/hooks'

const PAUSE_MS = 250

/** Where somebody writes what they look for; it is asked once they pause. `/` goes there. */
export function SearchBox({ label, value, onSearch }: { label: string; value: string; onSearch: (text: string) => void }) {
  const [text, setText] = useState(value)
  useEffect(() => setText(value), [value])
  useEffect(() => {
    if (text === value) return
    const timer = window.setTimeout(() => onSearch(text), PAUSE_MS)
    return () => window.clearTimeout(timer)
  }, [text])
  return (
    <input
      type="search"
      class="search"
      data-search
      aria-label={label}
      placeholder={`${label}…`}
      value={text}
      maxLength={200}
      onInput={(event) => setText(event.currentTarget.value)}
      onKeyDown={(event) => event.key === 'Enter' && onSearch(text)}
    />
  )
}
