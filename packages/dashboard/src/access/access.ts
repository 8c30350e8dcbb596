/** What somebody may do, each with all that the ones before may. */
export const ROLES = ['none', 'viewer', 'operator', 'admin'] as const

/** What somebody may do, from nothing to everything; each may what the one before it may. */
export type Role = (typeof ROLES)[number]

/** A table or a tenant that a role may be narrowed for. */
export interface Subject {
  readonly model?: string
  readonly tenant?: { readonly set: string; readonly key: string }
}

/** Who makes a request, and what they may do. */
export interface Access {
  /** The name that the audit log has. */
  readonly user: string
  readonly role: Role
  /** Narrows the role for one table or tenant. What `none` is answered for is absent for this user. Default: `role`. */
  roleFor?(subject: Subject): Role
}

/** Finds out who makes a request; null: nobody known, which is answered by 401. */
export interface AccessResolver {
  (request: Request): Access | null | Promise<Access | null>
  /** What `WWW-Authenticate` says to whoever is not known, such as `Basic realm="partman"`. */
  readonly challenge?: string
}

/** Whether a role may do what another one may. */
export function isAtLeast(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed)
}

/** The role that somebody has for the rows of a tenant in a table: the lower one of both. null: of no tenant, or of several. */
export function roleForRows(access: Access, model: string, set: string | undefined, key: string | null): Role {
  const [ofTable, ofTenant] = [
    roleFor(access, { model }),
    key === null || set === undefined ? access.role : roleFor(access, { tenant: { set, key } }),
  ]
  return isAtLeast(ofTable, ofTenant) ? ofTenant : ofTable
}

/** The role that somebody has for a table or a tenant: never more than the one that they have in all. */
export function roleFor(access: Access, subject: Subject): Role {
  const own = access.roleFor ? access.roleFor(subject) : access.role
  return isAtLeast(access.role, own) ? own : access.role
}
