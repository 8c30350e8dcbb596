import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Me, Role } from './shapes.js'

const ROLES: readonly Role[] = ['none', 'viewer', 'operator', 'admin']

export const MeContext = createContext<Me>({ user: null, role: 'none' })

/** Who looks at the page. */
export function useMe(): Me & { may(needed: Role): boolean } {
  const me = useContext(MeContext)
  return { ...me, may: (needed) => ROLES.indexOf(me.role) >= ROLES.indexOf(needed) }
}
