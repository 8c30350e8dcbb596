import type { TablePolicy } from '@partman/core'
import { explainMissingKey } from './explain-missing-key.js'
import type { PruningGuard } from './pruning/pruning-guard.js'
import { callerTransaction, callSiteOf } from './transaction.js'
import { upsertGuard } from './upsert-key.js'

type Arguments = Readonly<Record<string, unknown>>

/** What Prisma calls a query hook with, for any operation. */
interface HookedOperation {
  readonly operation: string
  readonly args: Arguments
  query(args: Arguments): Promise<unknown>
}

/** The query hook of a partitioned model. Models that are not partitioned have none, and their queries cost nothing. */
export function partitionedModelHooks(
  table: TablePolicy,
  guard: PruningGuard,
  explain: (failure: unknown, query: { readonly args: Arguments; readonly inTransaction: boolean }) => Promise<unknown>,
) {
  const guardUpsert = upsertGuard(table)
  return {
    async $allOperations(hooked: HookedOperation): Promise<unknown> {
      const { operation, args, query } = hooked
      if (operation === 'upsert') guardUpsert(args)
      const narrowed = guard.look({ operation, args, callSite: () => callSiteOf(hooked) })
      try {
        return await query(narrowed)
      } catch (failure) {
        const explained = explainMissingKey(failure, table, { operation, args: args ?? {} })
        throw await explain(explained, { args: args ?? {}, inTransaction: callerTransaction(hooked) !== undefined })
      }
    },
  }
}
