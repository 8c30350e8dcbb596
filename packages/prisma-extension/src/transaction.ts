import { PartmanError } from '@partman/core'
import type { RawClient, UnsentQuery } from './raw-client.js'

/** The transaction that a query of the application belongs to, as Prisma tells its own query hooks. */
export type CallerTransaction = { readonly kind: 'itx' } | { readonly kind: 'batch' }

/** What Prisma 7 hands to a query hook beside the documented arguments. */
interface InternalParams {
  readonly transaction?: CallerTransaction
  readonly callsite?: { getLocation?(): { readonly fileName: string; readonly lineNumber: number; readonly columnNumber: number } | null }
}

/**
 * Prisma has no public way from a query hook to the transaction that the query is part of, and a statement sent outside it
 * would survive its rollback. What is used instead is looked for before anything depends on it.
 *
 * @throws PartmanError `CLIENT_UNSUPPORTED`
 */
export function assertTransactionsReachable(client: RawClient): void {
  if (typeof client.$executeRawUnsafe('SELECT 1').requestTransaction !== 'function') throw unsupported()
}

/**
 * Returns the transaction of the query that a hook was called for; undefined outside of one.
 *
 * @throws PartmanError `CLIENT_UNSUPPORTED`
 */
export function callerTransaction(hook: object): CallerTransaction | undefined {
  const { __internalParams: params } = hook as { __internalParams?: InternalParams }
  if (typeof params !== 'object') throw unsupported()
  const { transaction } = params
  if (transaction !== undefined && transaction.kind !== 'itx' && transaction.kind !== 'batch') throw unsupported()
  return transaction
}

/** Where in the application's code the query of a hook was written, as file:line:column; null where Prisma does not tell. */
export function callSiteOf(hook: object): string | null {
  const location = (hook as { __internalParams?: InternalParams }).__internalParams?.callsite?.getLocation?.()
  return location ? `${location.fileName}:${location.lineNumber}:${location.columnNumber}` : null
}

/** Sends a query in the caller's transaction. */
export function sendIn<T>(transaction: CallerTransaction, query: UnsentQuery<T>): Promise<T> {
  if (!query.requestTransaction) throw unsupported()
  return query.requestTransaction(transaction)
}

function unsupported(): PartmanError {
  return new PartmanError('CLIENT_UNSUPPORTED', 'This version of @prisma/client does not let an extension take part in a transaction', {
    hint: 'Use a version of @prisma/client that this release of @partman/prisma-extension is tested with (7.x).',
  })
}
