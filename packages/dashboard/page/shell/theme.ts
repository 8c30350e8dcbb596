export type Theme = 'auto' | 'light' | 'dark'

const KEY = 'partman.theme'

/** What somebody chose; `auto` follows the system. */
export function readTheme(): Theme {
  const kept = localStorage.getItem(KEY)
  return kept === 'light' || kept === 'dark' ? kept : 'auto'
}

/** Every colour of the page is a pair of `light-dark()`, so the scheme of the document is all that there is to change. */
export function applyTheme(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme
  if (theme === 'auto') localStorage.removeItem(KEY)
  else localStorage.setItem(KEY, theme)
  window.dispatchEvent(new Event('partman:theme'))
}
