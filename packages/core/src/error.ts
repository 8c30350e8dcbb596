/**
 * Every way partman refuses or fails, by code. The codes are part of the public interface; docs/errors.md explains each,
 * and a test compares the two lists.
 */
export type PartmanErrorCode =
  | 'DOCUMENT_INVALID'
  | 'DOCUMENT_VERSION_UNSUPPORTED'
  | 'DURATION_INVALID'
  | 'GENERATOR_NOT_FOUND'
  | 'MIGRATION_EXISTS'
  | 'MIGRATION_HISTORY_FAILED'
  | 'MIGRATION_NAME_INVALID'
  | 'MIGRATION_NOT_EDITABLE'
  | 'MIGRATION_REFUSED'
  | 'MIGRATION_UNREADABLE'
  | 'NAME_INVALID'
  | 'BOUND_UNREADABLE'
  | 'BOOKKEEPING_MISSING'
  | 'PLAN_STALE'
  | 'TENANT_SET_UNKNOWN'
  | 'MODEL_UNKNOWN'
  | 'TENANT_KEY_INVALID'

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
