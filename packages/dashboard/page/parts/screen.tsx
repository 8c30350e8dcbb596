import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Resource } from '../api/use-resource.js'
import { Freshness } from './freshness.js'

interface Props {
  readonly title: string
  /** One sentence: what this screen answers. */
  readonly lead?: ComponentChildren
  readonly above?: ComponentChildren
  readonly live?: Resource<unknown>
  readonly actions?: ComponentChildren
  readonly children: ComponentChildren
}

/** Whoever opens the page begins at its top, as with any other; from then on each screen is a step. */
let hasBegun = false

/** A screen: its title has the focus when somebody comes to it, so that a screen reader begins there. */
export function Screen({ title, lead, above, live, actions, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${title} · partman`
    if (hasBegun) heading.current?.focus({ preventScroll: true })
    hasBegun = true
    window.scrollTo(0, 0)
  }, [title])
  return (
    <>
      <header class="screen-head">
        <div>
          {above}
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {lead !== undefined && <p class="lead">{lead}</p>}
        </div>
        <div class="screen-side">
          {actions}
          {live && <Freshness of={live} />}
        </div>
      </header>
      {children}
    </>
  )
}
