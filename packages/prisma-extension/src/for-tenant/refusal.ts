import { PartmanError } from '@partman/core'
import type { UnsentQuery } from '../raw-client.js'

const UNBOUND = 'Where it is meant, use the client that forTenant() was called on, which is bound to no tenant.'

/** What names another tenant. */
export function foreign(place: string): PartmanError {
  return new PartmanError('TENANT_FOREIGN', `${place} names another tenant than the one that the client is bound to`, { hint: UNBOUND })
}

/** What might reach rows of other tenants, and cannot be kept from it. */
export function unbindable(place: string, why: string): PartmanError {
  return new PartmanError('TENANT_UNBINDABLE', `${place} cannot be bound to a tenant: ${why}`, { hint: UNBOUND })
}

/**
 * A query that is refused. Like every query of Prisma it does nothing before it is awaited, and it may stand in
 * `$transaction([...])`, which then fails as a whole.
 */
export function refusedQuery(error: unknown): UnsentQuery<never> {
  const refuse = () => Promise.reject(error)
  return {
    // biome-ignore lint/suspicious/noThenProperty: it is a promise, as those of Prisma are
    then: (onFulfilled, onRejected) => refuse().then(onFulfilled, onRejected),
    catch: (onRejected) => refuse().catch(onRejected),
    finally: (onFinally) => refuse().finally(onFinally),
    requestTransaction: refuse,
    // $transaction([...]) takes nothing else.
    [Symbol.toStringTag]: 'PrismaPromise',
  }
}
