import type { Database, Logger, PartmanDocument, RetirementHooks } from '@partman/core'
import type { AccessResolver } from './access/access.js'
import type { Alerts } from './alerts/create-alerts.js'
import type { PruningCounts } from './metrics/client-metrics.js'

/** What the dashboard shows, by which way, and who may do what. */
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
  /** What the application's extended client has counted, for the metrics: `() => prisma.$partman().pruningCounts()`. Default: nothing. */
  readonly pruningCounts?: () => Readonly<Record<string, PruningCounts>>
  /** How many of the largest tenants the metrics tell of, each a series of its own, by three more statements. Default 0, at most 200. */
  readonly metricTenants?: number
  /** How many statements of reading requests run at a time, whoever asks; the others wait. Fewer than the pool has connections. Default 2. */
  readonly readsAtOnce?: number
  /** How long a statement of a reading request may take, in milliseconds, until it is cancelled and answered by a problem. Default 15,000. */
  readonly statementTimeoutMs?: number
}
