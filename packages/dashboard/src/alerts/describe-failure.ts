import { PartmanError, SQLSTATE, sqlState } from '@partman/core'
import type { FoundAlert } from './alert-rule.js'

/** Why a check could not be made, as an alert. What a driver says may tell of the network, so it goes to the log alone. */
export function describeFailure(error: unknown): FoundAlert {
  if (error instanceof PartmanError && error.code === 'BOOKKEEPING_MISSING') {
    return {
      rule: 'bookkeeping-missing',
      model: null,
      severity: 'error',
      message: 'The database has no partman bookkeeping: nobody can make partitions, nor keep alerts',
      nextStep: 'Deploy the migration that `partman migrate` writes: `prisma migrate deploy`.',
    }
  }
  if (sqlState(error) === SQLSTATE.readOnlyTransaction) {
    return {
      rule: 'database-unreachable',
      model: null,
      severity: 'error',
      message: 'The database lets nobody write, and is no standby: nobody can make partitions, nor keep alerts',
      nextStep: 'Look at default_transaction_read_only, and whether its disk is full: some hosts let nobody write then.',
    }
  }
  const code = sqlState(error) ?? (error instanceof Error && 'code' in error ? error.code : undefined)
  return {
    rule: 'database-unreachable',
    model: null,
    severity: 'error',
    message: `The check of the partitions could not read the database${typeof code === 'string' && /^\w{1,50}$/.test(code) ? ` (${code})` : ''}`,
    nextStep: 'The log of the process that checks says why. Nothing else is known until it can read again.',
  }
}
