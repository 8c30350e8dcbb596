import type { PartmanErrorCode } from '@partman/core'

/** What the command's exit code says. */
export const EXIT_CODE = {
  /** Done, or nothing to do. */
  done: 0,
  failed: 1,
  /** `plan` found something to do, `check` a warning, `doctor` a warning or an error, `alerts` are active. */
  different: 2,
  /** What was asked for would be wrong or dangerous, and nothing was changed; `check` found an error. */
  refused: 3,
  /** Another maintainer is at work. */
  leaseHeld: 4,
} as const

export type ExitCode = (typeof EXIT_CODE)[keyof typeof EXIT_CODE]

const REFUSALS: ReadonlySet<PartmanErrorCode> = new Set<PartmanErrorCode>([
  'APPROVAL_BLIND',
  'DOCUMENT_STALE',
  'MIGRATION_HISTORY_FAILED',
  'MIGRATION_NOT_EDITABLE',
  'MIGRATION_REFUSED',
  'PLAN_DESTRUCTIVE',
  'PLAN_STALE',
  'RESTORE_REFUSED',
])

/** The exit code that an error ends the command with. */
export function resolveExitCode(code: PartmanErrorCode): ExitCode {
  return REFUSALS.has(code) ? EXIT_CODE.refused : EXIT_CODE.failed
}
