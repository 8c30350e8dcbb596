import { useEffect } from 'preact/hooks'
import { href } from '../routing/location.js'
import { SECTIONS } from './sections.js'

const SEQUENCE_MS = 1_200

/** `g` and a letter goes to a screen, `/` to the search, `?` shows them all. Keys of a field, of a dialog and with modifiers are left alone. */
export function useKeys(onHelp: () => void): void {
  useEffect(() => {
    let leader = 0
    const follow = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyped(event.target) || document.querySelector('dialog[open]')) return
      const section = SECTIONS.find(({ key }) => key === event.key)
      if (section && event.timeStamp - leader < SEQUENCE_MS) {
        leader = 0
        location.hash = href(section.path === '' ? [] : [section.path])
        event.preventDefault()
      } else if (event.key === 'g') leader = event.timeStamp
      else if (event.key === '?') onHelp()
      else if (event.key === '/') {
        const search = document.querySelector<HTMLElement>('[data-search]')
        if (!search) return
        search.focus()
        event.preventDefault()
      }
    }
    document.addEventListener('keydown', follow)
    return () => document.removeEventListener('keydown', follow)
  }, [])
}

function isTyped(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]')
}
