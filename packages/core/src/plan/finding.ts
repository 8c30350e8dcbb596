import type { TableName } from '../policy/document.js'

/** Everything partman may find that it will not mend by itself. docs/findings.md explains each; a test compares the lists. */
export type FindingCode =
  | 'TABLE_MISSING'
  | 'TABLE_NOT_PARTITIONED'
  | 'TABLE_OF_EXTENSION'
  | 'RELATION_ALIEN'
  | 'PARTITION_KEY_DIFFERENT'
  | 'LEVEL_NOT_APPLIED'
  | 'LEVEL_UNDECLARED'
  | 'LIST_VALUES_UNDECLARED'
  | 'HASH_PARTITIONS_DIFFERENT'
  | 'BOUND_UNPLACED'
  | 'DEFAULT_PARTITION_PRESENT'
  | 'DEFAULT_ROWS_IN_WAY'
  | 'DEFAULT_HOLDS_ROWS'
  | 'DEFAULT_UNREADABLE'
  | 'LAST_PARTITION_KEPT'
  | 'REMOVED_TENANT_KEPT'
  | 'HOLD_KEEPS'
  | 'DETACHED_PARTITION_KEPT'
  | 'RETENTION_UNAPPROVED'
  | 'CLOCKS_DISAGREE'
  | 'CLOCK_DOUBTED'
  | 'CLOCK_BEHIND'
  | 'TOO_MANY_LEAVES'
  | 'TOO_MANY_RETIRE'
  | 'FOREIGN_KEY_REFERS'
  | 'TENANTS_UNREADABLE'
  | 'TENANT_SETTINGS_INVALID'
  | 'HIGHEST_KEY_UNREADABLE'
  | 'SIZES_UNREADABLE'
  | 'INDEX_BUILDING'
  | 'INDEX_PART_INVALID'
  /** Found by `partman check` only, from here on. */
  | 'BOOKKEEPING_MISSING'
  | 'MIGRATION_FAILED'
  | 'PENDING_DROP'
  | 'PENDING_INDEX_DROP'
  | 'PENDING_KEY_NULLABLE'
  | 'PENDING_KEY_TYPE'
  | 'PENDING_INDEX'
  | 'PENDING_TABLE_PLAIN'
  | 'PENDING_UNIQUE_WITHOUT_KEY'
  | 'PRESENT_NOT_COVERED'
  | 'TABLE_UNDECLARED'
  | 'TENANT_TRIGGER_DIFFERENT'
  | 'TENANT_TRIGGER_REFUSED'

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
