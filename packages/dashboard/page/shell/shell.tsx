import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { useMe } from '../api/me.js'
import icon from '../icon.svg'
import { href } from '../routing/location.js'
import { SECTIONS } from './sections.js'
import { ThemeToggle } from './theme-toggle.js'
import { useKeys } from './use-keys.js'

/** What is around every screen: where one can go, and who one is. */
export function Shell({ section, children }: { section: string; children: ComponentChildren }) {
  const me = useMe()
  const help = useRef<HTMLDialogElement>(null)
  const content = useRef<HTMLElement>(null)
  const nav = useRef<HTMLElement>(null)
  useKeys(() => help.current?.showModal())
  // On a phone the screens are a row that scrolls.
  useEffect(() => {
    nav.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' })
  }, [section])
  return (
    <div class="shell">
      <button type="button" class="skip" onClick={() => content.current?.focus()}>
        Skip to the content
      </button>
      <header class="top">
        <a class="brand" href={href([])}>
          <img src={icon} alt="" width="22" height="22" />
          partman
        </a>
        <div class="top-side">
          <span class="who" title={`Signed in as ${me.user ?? 'nobody'}; what you may do: ${me.role}`}>
            <span class="who-name">{me.user}</span> <span class="badge plain">{me.role}</span>
          </span>
          <button
            type="button"
            class="button small quiet keys-button"
            onClick={() => help.current?.showModal()}
            aria-label="Keyboard shortcuts"
          >
            <kbd>?</kbd>
          </button>
          <ThemeToggle />
        </div>
      </header>
      <nav class="nav" aria-label="Screens" ref={nav}>
        <ul>
          {SECTIONS.map(({ path, name }) => (
            <li key={path}>
              <a
                href={href(path === '' ? [] : [path])}
                aria-current={path === section || (path === '' && section === 'tables') ? 'page' : undefined}
              >
                {name}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <main class="content" ref={content} tabIndex={-1}>
        {children}
      </main>
      <dialog ref={help} class="dialog" aria-labelledby="keys-title">
        <header class="dialog-head">
          <h2 id="keys-title">Keyboard</h2>
          <button type="button" class="button small" onClick={() => help.current?.close()} aria-label="Close">
            ✕
          </button>
        </header>
        <dl class="keys">
          {SECTIONS.map(({ name, key }) => (
            <div key={key}>
              <dt>
                <kbd>g</kbd> <kbd>{key}</kbd>
              </dt>
              <dd>{name}</dd>
            </div>
          ))}
          <div>
            <dt>
              <kbd>/</kbd>
            </dt>
            <dd>Search on this screen</dd>
          </div>
          <div>
            <dt>
              <kbd>←</kbd> <kbd>→</kbd>
            </dt>
            <dd>Window by window, in a ribbon</dd>
          </div>
        </dl>
      </dialog>
    </div>
  )
}
