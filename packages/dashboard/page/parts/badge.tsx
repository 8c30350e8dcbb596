import type { ComponentChildren } from 'preact'

export type Tone = 'error' | 'warning' | 'info' | 'good' | 'plain' | 'accent'

const MARKS: Readonly<Record<Tone, string>> = { error: '✕', warning: '!', info: 'i', good: '✓', plain: '', accent: '' }

/** A word in colour, with a mark for whoever does not see the colour. */
export function Badge({ tone, children, title }: { tone: Tone; children: ComponentChildren; title?: string }) {
  return (
    <span class={`badge ${tone}`} title={title}>
      {MARKS[tone] !== '' && (
        <span class="badge-mark" aria-hidden="true">
          {MARKS[tone]}
        </span>
      )}
      {children}
    </span>
  )
}
