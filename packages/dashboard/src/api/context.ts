import type { Database, Logger, PartmanDocument, TablePolicy } from '@partman/core'
import { type Access, isAtLeast, type Role, roleFor } from '../access/access.js'
import type { DashboardOptions } from '../options.js'
import { ProblemError } from './problem.js'

/** What every route works with. */
export interface Dashboard {
  readonly document: PartmanDocument
  /** Unbounded; what reads has `reads` in its place. */
  readonly database: Database
  /** The same database, for requests that read: bounded in how much is asked of it at a time, and for how long. */
  readonly reads: Database
  /** The same for metrics alone. */
  readonly metricReads: Database
  /** Fails where the database does not answer; asked of it once a second at most. */
  readonly observeHealth: () => Promise<unknown>
  readonly logger: Logger
  readonly options: DashboardOptions
}

/** What it takes to observe the database. */
export type Source = Pick<Dashboard, 'database' | 'document'>

/** What an adapter knows of the connection of a request. */
export interface Connection {
  /** The address that it comes from. */
  readonly from?: string | undefined
  /** What the request line asks for, before anybody has resolved it. */
  readonly target?: string | undefined
}

export interface Env {
  Bindings: Connection
  Variables: { access: Access }
}

/** The tables that somebody may see: the others are as if they were not there. */
export function visibleTables({ document }: Pick<Source, 'document'>, access: Access): TablePolicy[] {
  return document.tables.filter(({ model }) => isAtLeast(roleFor(access, { model }), 'viewer'))
}

/**
 * The declared table of a model, for somebody who has a role there.
 *
 * @throws ProblemError `NOT_FOUND` where there is none, or none for this user; `FORBIDDEN` where the role is not enough
 */
export function findTable(dashboard: Dashboard, access: Access, model: string, needed: Role = 'viewer'): TablePolicy {
  const found = visibleTables(dashboard, access).find((table) => table.model === model)
  if (!found) throw new ProblemError('NOT_FOUND', `There is no table of a model ${JSON.stringify(model)}`)
  assertRole(roleFor(access, { model }), needed)
  return found
}

/** @throws ProblemError `FORBIDDEN` */
export function assertRole(role: Role, needed: Role): void {
  if (!isAtLeast(role, needed)) throw new ProblemError('FORBIDDEN', `This needs the role ${needed}, and yours is ${role}`)
}
