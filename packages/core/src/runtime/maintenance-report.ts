import type { Finding } from '../plan/finding.js'
import type { Operation } from '../plan/operation.js'
import type { TableName } from '../policy/document.js'
import type { Bound } from '../state/bound.js'
import { formatTableName } from '../state/state.js'
import { type Blocker, formatBlocker } from './blocker.js'
import type { CutOffRun } from './lease.js'
import type { HookReport } from './retirement-hook.js'

/** One step that was taken, or tried. */
export interface StepReport {
  readonly kind: Operation['kind']
  readonly model: string
  readonly table: TableName
  readonly partition: TableName
  readonly bound: Bound
  readonly reason: string
  /** `skipped`: an earlier step of the same table failed, the run was stopped, or a hook keeps the partition or puts it off. */
  readonly outcome: 'done' | 'failed' | 'skipped'
  /** Why it failed or was skipped. */
  readonly error?: string
  /** The SQLSTATE, where that is what the driver said: its words may have values of rows in them. */
  readonly sqlState?: string
  /** What the application's hook said about it. */
  readonly hook?: HookReport
  /** How often others stood in its way. */
  readonly retries?: number
  /** How long it waited for others after it was begun, in milliseconds. */
  readonly waitedMs?: number
  /** Those who stood in its way last. */
  readonly blockers?: readonly Blocker[]
}

/** What a run came to. */
export type MaintenanceReport =
  | {
      /** `failed`: at least one step failed; the tables it did not concern are done all the same. */
      readonly outcome: 'done' | 'failed'
      /** The instant the plan was made for, ISO 8601. */
      readonly now: string
      readonly steps: readonly StepReport[]
      readonly findings: readonly Finding[]
      /** Runs before this one that were begun and never ended; absent where there were none. */
      readonly cutOff?: readonly CutOffRun[]
    }
  /** Another maintainer holds the lease: nothing was looked at. */
  | { readonly outcome: 'lease-held' }
  /** The database is a standby: nothing can be done there. */
  | { readonly outcome: 'standby' }

/** One line for people: what a run did. */
export function formatReport(report: MaintenanceReport): string {
  if (report.outcome === 'lease-held') return 'another maintainer is at work'
  if (report.outcome === 'standby') return 'the database is a standby: nothing to do here'
  const count = (kind: StepReport['kind'], outcome: StepReport['outcome']) =>
    report.steps.filter((step) => step.kind === kind && step.outcome === outcome).length
  const failed = report.steps.filter((step) => step.outcome === 'failed')
  const indexes = count('create-index', 'done') + count('attach-index', 'done')
  const moved = count('move-partition', 'done')
  const done = `${count('create-partition', 'done')} created, ${count('detach-partition', 'done')} detached, ${count('drop-partition', 'done')} dropped${moved === 0 ? '' : `, ${moved} moved`}${indexes === 0 ? '' : `, ${indexes} indexes built`}`
  return failed.length === 0 ? done : `${done}, ${failed.length} failed: ${failed.map(formatFailure).join('; ')}`
}

function formatFailure({ partition, error, blockers: [first] = [] }: StepReport): string {
  return `${formatTableName(partition)} (${error}${first ? `; in its way: ${formatBlocker(first)}` : ''})`
}
