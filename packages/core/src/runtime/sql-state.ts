/**
 * SQLSTATEs that are told apart.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export const SQLSTATE = {
  lockNotAvailable: '55P03',
  deadlockDetected: '40P01',
  serializationFailure: '40001',
  undefinedColumn: '42703',
  undefinedTable: '42P01',
  insufficientPrivilege: '42501',
  undefinedFunction: '42883',
  invalidSchemaName: '3F000',
  readOnlyTransaction: '25006',
  /** Raised by our own blocks when an object is not the one a plan was made for. */
  planStale: 'PTM01',
  /** Raised by a maintainer's blocks when it is no longer the one that may act. */
  leaseLost: 'PTM03',
  /** Raised by a block of ours that was only to find something out, and to change nothing. */
  probed: 'PTM04',
  /** Raised by the registration of a tenant that somebody has removed. */
  tenantRemoved: 'PTM05',
  datatypeMismatch: '42804',
  invalidObjectDefinition: '42P17',
  duplicateTable: '42P07',
  checkViolation: '23514',
  queryCanceled: '57014',
} as const

/** The SQLSTATE of a driver's error, however deep the driver or Prisma has put it. */
export function sqlState(error: unknown): string | undefined {
  for (let cause = error, depth = 0; typeof cause === 'object' && cause !== null && depth < 5; depth++) {
    const { code, originalCode, meta } = cause as {
      code?: unknown
      originalCode?: unknown
      meta?: { driverAdapterError?: unknown; code?: unknown }
    }
    for (const candidate of [originalCode, code, meta?.code]) {
      if (typeof candidate === 'string' && /^[0-9A-Z]{5}$/.test(candidate) && !/^P\d{4}$/.test(candidate)) return candidate
    }
    cause = meta?.driverAdapterError ?? (cause as { cause?: unknown }).cause
  }
  return undefined
}

const LOCK_TROUBLE: readonly (string | undefined)[] = [SQLSTATE.lockNotAvailable, SQLSTATE.deadlockDetected, SQLSTATE.serializationFailure]

/** Others were in the way, and may be gone the next time. */
export function isLockTrouble(error: unknown): boolean {
  return LOCK_TROUBLE.includes(sqlState(error))
}
