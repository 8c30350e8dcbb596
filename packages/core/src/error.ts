/**
 * Every way partman refuses or fails, by code. The codes are part of the public interface; docs/errors.md explains each,
 * and a test compares the two lists.
 */
export type PartmanErrorCode =
  | 'ALERTS_INVALID'
  | 'APPROVAL_BLIND'
  | 'BOOKKEEPING_MISSING'
  | 'BOUND_UNREADABLE'
  | 'CLIENT_GENERATOR_MISSING'
  | 'CLIENT_UNSUPPORTED'
  | 'CONNECTION_INVALID'
  | 'CONNECTION_MISSING'
  | 'DATASOURCE_UNSUPPORTED'
  | 'DOCUMENT_INVALID'
  | 'DOCUMENT_NOT_FOUND'
  | 'DOCUMENT_STALE'
  | 'DOCUMENT_VERSION_UNSUPPORTED'
  | 'DURATION_INVALID'
  | 'GENERATOR_NOT_FOUND'
  | 'HOLD_INVALID'
  | 'HOLD_UNKNOWN'
  | 'HOOKS_INVALID'
  | 'INSTANT_INVALID'
  | 'LEASE_HELD'
  | 'MIGRATION_EXISTS'
  | 'MIGRATION_HISTORY_FAILED'
  | 'MIGRATION_NAME_INVALID'
  | 'MIGRATION_NOT_EDITABLE'
  | 'MIGRATION_REFUSED'
  | 'MIGRATION_UNREADABLE'
  | 'MODEL_UNKNOWN'
  | 'NAME_INVALID'
  | 'PARTITION_MISSING'
  | 'PACKAGE_JSON_INVALID'
  | 'PLAN_DESTRUCTIVE'
  | 'PLAN_STALE'
  | 'PLAN_UNREADABLE'
  | 'PRISMA_CLI_FAILED'
  | 'PRISMA_CLI_NOT_FOUND'
  | 'PRISMA_CONFIG_INVALID'
  | 'PRISMA_SCHEMA_NOT_FOUND'
  | 'QUERY_UNPRUNED'
  | 'RESTORE_REFUSED'
  | 'ROWS_UNREADABLE'
  | 'SIZE_INVALID'
  | 'TENANT_FOREIGN'
  | 'TENANT_KEY_INVALID'
  | 'TENANT_KEY_MISSING'
  | 'TENANT_REMOVED'
  | 'TENANT_SETTINGS_INVALID'
  | 'TENANT_SET_UNKNOWN'
  | 'TENANT_UNBINDABLE'
  | 'TENANT_UNKNOWN'
  | 'TRANSACTION_BATCHED'
  | 'TRANSACTION_OPEN'
  | 'TSCONFIG_INVALID'
  | 'UNIQUE_KEY_MISSING'
  | 'UPSERT_KEY_DIFFERENT'

/** The one error class of partman: a stable code, one message that says what is wrong, and a hint that says what to do. */
export class PartmanError extends Error {
  override readonly name = 'PartmanError'
  readonly hint: string | undefined

  constructor(
    readonly code: PartmanErrorCode,
    message: string,
    options: { hint?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.hint = options.hint
  }
}
