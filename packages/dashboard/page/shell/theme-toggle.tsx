import { useState } from 'preact/hooks'
import { applyTheme, readTheme, type Theme } from './theme.js'

const THEMES: readonly { readonly theme: Theme; readonly name: string; readonly mark: string }[] = [
  { theme: 'auto', name: 'As the system', mark: '◐' },
  { theme: 'light', name: 'Light', mark: '☀︎' },
  { theme: 'dark', name: 'Dark', mark: '☾' },
]

/** Goes from the system's theme to the light one, to the dark one, and back. */
export function ThemeToggle() {
  const [theme, setTheme] = useState(readTheme)
  const index = THEMES.findIndex((one) => one.theme === theme)
  const current = THEMES[index]!
  const next = THEMES[(index + 1) % THEMES.length]!
  return (
    <button
      type="button"
      class="button small quiet"
      title={`Theme: ${current.name}`}
      aria-label={`Theme: ${current.name}. Change to: ${next.name}`}
      onClick={() => {
        applyTheme(next.theme)
        setTheme(next.theme)
      }}
    >
      <span aria-hidden="true">{current.mark}</span>
    </button>
  )
}
