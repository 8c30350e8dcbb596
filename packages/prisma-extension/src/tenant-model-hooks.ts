import { type PartmanDocument, PartmanError, type Sql, type TenantSet } from '@partman/core'
import { clientModel } from './client-model.js'
import { type Connection, prismaDatabase, transactionConnection } from './connection.js'
import { explained, explainFailure, explainRefusedKey } from './explain-failure.js'
import { fillKeys, isGiven, type RowInput } from './fill-keys.js'
import type { ResolvedOptions } from './options.js'
import type { RawClient } from './raw-client.js'
import { distinctKeys, observeRegistered, renderRegistrations } from './registration.js'
import { type CallerTransaction, callerTransaction, sendIn } from './transaction.js'

type Source = NonNullable<TenantSet['source']>
type Arguments = Readonly<Record<string, unknown>>

/** What Prisma calls a query hook with. */
interface HookedQuery {
  readonly args: Arguments
  query(args: Arguments): Promise<unknown>
}

/** Where in the arguments of an operation the new rows are. */
interface RowPlace {
  rows(args: Arguments): readonly RowInput[]
  withRows(args: Arguments, rows: readonly RowInput[]): Arguments
}

const ONE_ROW: RowPlace = {
  rows: ({ data }) => [(data ?? {}) as RowInput],
  withRows: (args, [data]) => ({ ...args, data }),
}
const MANY_ROWS: RowPlace = {
  rows: ({ data }) => (Array.isArray(data) ? data : data === undefined ? [] : [data]),
  withRows: (args, data) => ({ ...args, data }),
}
const UPSERTED_ROW: RowPlace = {
  rows: ({ create }) => [(create ?? {}) as RowInput],
  withRows: (args, [create]) => ({ ...args, create }),
}

/** The query hooks of a tenant model: whatever makes a row of it makes the tenant's partitions in the same transaction, before the row. */
export function tenantModelHooks(client: RawClient, document: PartmanDocument, set: TenantSet, source: Source, options: ResolvedOptions) {
  const hook = (place: RowPlace) => (hooked: HookedQuery) => createTenants(hooked, place)

  async function createTenants(hooked: HookedQuery, place: RowPlace): Promise<unknown> {
    const { args, query } = hooked
    const transaction = callerTransaction(hooked)
    const connection = transaction?.kind === 'itx' ? transactionConnection(client, transaction) : prismaDatabase(client)
    if (place === UPSERTED_ROW && (await isUpdate(transaction, args))) return query(args)
    const inputs = place.rows(args)
    if (inputs.length === 0) return query(args)
    if (transaction?.kind === 'batch' && source.trigger) return query(args)
    if (transaction?.kind === 'batch') {
      await assertRegistered(connection, inputs)
      return query(args)
    }
    const { rows, keys } = await fillKeys(source, inputs, connection)
    const statements = renderRegistrations(document, set, keys, options)
    const filled = place.withRows(args, rows)
    try {
      return await createBehind(statements, () => query(filled), transaction)
    } catch (error) {
      throw explainFailure(explainRefusedKey(error, source))
    }
  }

  /** First the partitions, then the row: the other order deadlocks with a foreign key to the tenant's table. */
  async function createBehind(
    statements: readonly Sql[],
    createRow: () => Promise<unknown>,
    transaction: CallerTransaction | undefined,
  ): Promise<unknown> {
    if (!transaction) {
      const results = await client.$transaction([...statements.map((statement) => client.$executeRawUnsafe(statement)), createRow()])
      return results.at(-1)
    }
    for (const statement of statements) await sendIn(transaction, client.$executeRawUnsafe(statement))
    return createRow()
  }

  /** A row that an upsert is going to update has its partitions, and its key may be another than the one it would be created with. */
  async function isUpdate(transaction: CallerTransaction | undefined, { where }: Arguments): Promise<boolean> {
    const found = clientModel(client, source.model).findUnique({ where, select: { [source.key.field]: true } })
    try {
      return (transaction?.kind === 'itx' ? await sendIn(transaction, found) : await found) !== null
    } catch (error) {
      // Arguments that Prisma refuses, it shall refuse as those of the upsert.
      if ((error as Error).name === 'PrismaClientValidationError') return true
      throw error
    }
  }

  async function assertRegistered(connection: Connection, inputs: readonly RowInput[]): Promise<void> {
    const given = inputs.map((row) => row[source.key.field]).filter(isGiven) as string[]
    const keys = distinctKeys(set, given)
    const registered =
      given.length === inputs.length ? await explained(() => observeRegistered(connection, document, set, keys)) : new Set()
    if (keys.every((key) => registered.has(key)) && given.length === inputs.length) return
    throw new PartmanError(
      'TRANSACTION_BATCHED',
      `A new ${source.model} gets its partitions in its own transaction, which $transaction([...]) cannot take in`,
      {
        hint: `Use an interactive transaction, $transaction(async (tx) => ...), or call $partman().ensureTenant(key) before and pass ${source.key.field}.`,
      },
    )
  }

  return { create: hook(ONE_ROW), createMany: hook(MANY_ROWS), createManyAndReturn: hook(MANY_ROWS), upsert: hook(UPSERTED_ROW) }
}
