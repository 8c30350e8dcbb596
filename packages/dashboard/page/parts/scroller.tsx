import type { ComponentChildren } from 'preact'

/** A table that scrolls sideways where the screen is narrow, by keyboard too. */
export function Scroller({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section class="scroller" aria-label={label} tabIndex={0}>
      {children}
    </section>
  )
}
