import { useMe } from '../api/me.js'
import type { Role } from '../api/shapes.js'

/** Explains why somebody may not do a thing; nothing where they may. */
export function Needs({ needed, what }: { needed: Role; what: string }) {
  const me = useMe()
  if (me.may(needed)) return null
  return (
    <p class="needs">
      <span aria-hidden="true">🔒︎</span> {what} needs the role <strong>{needed}</strong>; yours is <strong>{me.role}</strong>.
    </p>
  )
}
