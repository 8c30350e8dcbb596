import type { Database } from '@partman/core'
import type { RawClient } from './raw-client.js'
import { type CallerTransaction, sendIn } from './transaction.js'

/** A way to the database: of a transaction, or one statement at a time. */
export interface Connection extends Database {
  query<Row extends object = Record<string, unknown>>(statement: string, values?: readonly unknown[]): Promise<Row[]>
}

/** A Prisma client as a connection: its transaction where it is a transaction's client. */
export function prismaDatabase(client: Pick<RawClient, '$queryRawUnsafe'>): Connection {
  return {
    async query<Row extends object>(statement: string, values: readonly unknown[] = []): Promise<Row[]> {
      return client.$queryRawUnsafe<Row[]>(statement, ...values)
    },
  }
}

/** The caller's transaction as a connection; the client is the one that the extension was given. */
export function transactionConnection(client: RawClient, transaction: CallerTransaction): Connection {
  return {
    query<Row extends object>(statement: string, values: readonly unknown[] = []): Promise<Row[]> {
      return sendIn(transaction, client.$queryRawUnsafe<Row[]>(statement, ...values))
    },
  }
}
