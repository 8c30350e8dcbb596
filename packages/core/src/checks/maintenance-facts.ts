import type { TableName } from '../policy/document.js'
import type { Check } from './check.js'

/** What the bookkeeping tells of maintainers; ages in milliseconds, by the database's clock. */
export interface MaintenanceHistory {
  readonly leaseName: string
  /** Since the last run ended, also one that did nothing; null where none ever did. */
  readonly lastRunAgeMs: number | null
  readonly lease: { readonly holder: string /** Until it runs out; negative where it has. */; readonly expiresInMs: number } | null
  /** The run that was begun and has not ended. */
  readonly running: { readonly holder: string; readonly ageMs: number } | null
  /** The last run that did something or failed. */
  readonly lastReported: LastReported | null
  /** Runs of the last day that were begun and never ended. */
  readonly cutOff: { readonly count: number; readonly lastHolder: string; readonly lastAgeMs: number; readonly isLast: boolean } | null
  /** Whether hooks of the application were asked about partitions that are there still. */
  readonly hasHooks: boolean
  /** Calls of hooks that have failed again and again. */
  readonly failingHooks: readonly FailingHook[]
  /** Tables with a hold that nobody has released, by the names that they had when it was placed. */
  readonly heldTables: readonly TableName[]
}

export interface LastReported {
  readonly outcome: 'done' | 'failed'
  readonly ageMs: number
  /** Whether a later run ended well, and did nothing. */
  readonly isSuperseded: boolean
  /** Steps that failed: how many, and the first of them. */
  readonly failedSteps: number
  readonly firstError: string | null
}

export interface FailingHook {
  readonly relation: string
  readonly phase: string
  readonly attempts: number
  readonly reason: string | null
}

/** Null: there is no bookkeeping, which is told of by itself. */
export type MaintenanceCheck = Check<{ readonly maintenance: MaintenanceHistory | null }>
