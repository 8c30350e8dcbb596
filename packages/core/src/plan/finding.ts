import type { TableName } from '../policy/document.js'

/** Everything partman may find that it will not mend by itself. docs/findings.md explains each; a test compares the lists. */
export type FindingCode =
  | 'TABLE_MISSING'
  | 'TABLE_NOT_PARTITIONED'
  | 'PARTITION_KEY_DIFFERENT'
  | 'DEFAULT_PARTITION_PRESENT'
  | 'LAST_PARTITION_KEPT'
  | 'CLOCKS_DISAGREE'
  | 'TENANTS_UNREADABLE'
  | 'INDEX_BUILDING'
  | 'INDEX_PART_INVALID'
  /** Found by `partman check` only, from here on. */
  | 'BOOKKEEPING_MISSING'
  | 'MIGRATION_FAILED'
  | 'PENDING_DROP'
  | 'PENDING_INDEX'
  | 'PENDING_TABLE_PLAIN'
  | 'PRESENT_NOT_COVERED'
  | 'TABLE_UNDECLARED'

/** Something a person should know, with what to do about it. */
export interface Finding {
  readonly code: FindingCode
  readonly severity: 'error' | 'warning' | 'info'
  readonly table: TableName
  readonly model: string
  readonly declaredAt: string
  readonly message: string
  readonly nextStep: string
}
