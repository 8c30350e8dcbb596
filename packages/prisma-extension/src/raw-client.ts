/** A query that Prisma has made and not yet sent: it goes out when awaited, or as part of a transaction. */
export interface UnsentQuery<T> extends Promise<T> {
  /** Sends it in a transaction of the caller. Not promised by Prisma: `assertTransactionsReachable` looks for it. */
  requestTransaction?(transaction: object): Promise<T>
}

/** The part of a Prisma client that does not depend on the schema, as far as it is used here. */
export interface RawClient {
  $queryRawUnsafe<Rows>(statement: string, ...values: unknown[]): UnsentQuery<Rows>
  $executeRawUnsafe(statement: string, ...values: unknown[]): UnsentQuery<number>
  $transaction(queries: UnsentQuery<unknown>[]): Promise<unknown[]>
}

/** Whether a client is one that a transaction was given: it cannot connect by itself. */
export function isTransactionClient(client: object): boolean {
  return typeof (client as { $connect?: unknown }).$connect !== 'function'
}
