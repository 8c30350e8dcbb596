import type { ComponentChildren } from 'preact'

/** A table that scrolls sideways where the screen is narrow, by keyboard too. It is no landmark of its own: what it is in is one. */
export function Scroller({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <div class="scroller" role="group" aria-label={label} tabIndex={0}>
      {children}
    </div>
  )
}
