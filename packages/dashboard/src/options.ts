import type { Database, Logger, PartmanDocument, RetirementHooks } from '@partman/core'
import type { AccessResolver } from './access/access.js'
import type { Alerts } from './alerts/create-alerts.js'

export interface DashboardOptions {
  /** The desired state, as the generator emits it. */
  readonly document: PartmanDocument
  readonly database: Database
  /** Who may do what. There is no default: whoever mounts the dashboard says so. */
  readonly access: AccessResolver
  /** The path that it is mounted under, such as `/admin/partman`. Default: `/`. */
  readonly basePath?: string
  /** Asked before a partition is detached or dropped by an apply: the same as the maintainer has. Default: none. */
  readonly hooks?: RetirementHooks
  /** Whose channels are listed, and may be tried out. What was alerted of is shown without them, too. Default: none. */
  readonly alerts?: Alerts
  /** Default: silent. */
  readonly logger?: Logger
  /** Other origins whose pages may call the API, such as `https://ops.example.com`. Default: none. */
  readonly allowedOrigins?: readonly string[]
  /** How long the body of a request may take to arrive, in milliseconds. Default 10,000. */
  readonly bodyTimeoutMs?: number
}
