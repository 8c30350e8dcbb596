import { type PartmanDocument, parseDocument } from '@partman/core'
import { Prisma } from '@prisma/client/extension'
import { clientModel, clientName } from './client-model.js'
import { prismaDatabase } from './connection.js'
import { createPartmanClient } from './create-partman-client.js'
import { missingPartitionExplainer } from './explain-missing-partition.js'
import { type PartmanOptions, resolveOptions } from './options.js'
import { partitionedModelHooks } from './partitioned-model-hooks.js'
import type { PartmanClient } from './partman-client.js'
import { pruningGuards } from './pruning/pruning-guard.js'
import type { RawClient } from './raw-client.js'
import { tenantModelHooks } from './tenant-model-hooks.js'
import { assertTransactionsReachable } from './transaction.js'

/**
 * Makes the extension for `prisma.$extends(partman(config))`: creating a row of a tenant model makes the tenant's partitions
 * in the same transaction, and `$partman()` gives access to what is there.
 *
 * @throws PartmanError `DOCUMENT_INVALID`, `DOCUMENT_VERSION_UNSUPPORTED`; from `$extends` `CLIENT_UNSUPPORTED`, `MODEL_UNKNOWN`
 */
export function partman<const Config extends PartmanDocument>(config: Config, options: PartmanOptions = {}) {
  const document = parseDocument(config)
  const resolved = resolveOptions(options)
  return Prisma.defineExtension((client) => {
    const raw = client as unknown as RawClient
    assertTransactionsReachable(raw)
    const hooks = document.tenantSets.flatMap((set) => {
      if (!set.source) return []
      clientModel(raw, set.source.model)
      return [[clientName(set.source.model), tenantModelHooks(raw, document, set, set.source, resolved)] as const]
    })
    const guards = pruningGuards(document, resolved.pruning, resolved.onUnpruned)
    const guarded = document.tables.map((table) => {
      const explain = missingPartitionExplainer(prismaDatabase(raw), document, table)
      return [clientName(table.model), partitionedModelHooks(table, guards.get(table.model)!, explain)] as const
    })
    return client.$extends({
      name: '@partman/prisma-extension',
      query: Object.fromEntries([...hooks, ...guarded]),
      client: {
        /** What partman knows and can do, by the client or the transaction that it is called on. */
        $partman<This>(this: This): PartmanClient<Config, This> {
          return createPartmanClient(Prisma.getExtensionContext(this) as unknown as RawClient, document, options, guards)
        },
      },
    })
  })
}
