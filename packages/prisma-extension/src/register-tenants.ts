import {
  type Database,
  observeState,
  type PartmanDocument,
  parseTenantKey,
  type RegistrationBatch,
  renderRegistrationBatches,
  type State,
  type TenantKey,
  type TenantSet,
  tenantIn,
  tenantsOf,
} from '@partman/core'
import type { Connection } from './connection.js'
import { explained } from './explain-failure.js'
import type { TenantRegistration } from './partman-client.js'
import { readKey } from './read-key.js'
import { observeRegistered } from './registration.js'

export interface RegistrationContext {
  readonly document: PartmanDocument
  readonly connection: Connection
  /** The same, where the session's settings are to be as they were. */
  readonly observing: Database
  /** In a transaction of the caller the first failure ends it. */
  readonly inTransaction: boolean
  /** Milliseconds since 1970. */
  readonly now: number
  readonly lockTimeoutMs: number
}

type Outcome = { readonly outcome: 'created' | 'imported' | 'existing' } | { readonly outcome: 'failed'; readonly error: unknown }

/**
 * Registers tenants in as many statements as there are batches, whatever their number; where a batch fails, its tenants are tried one by one.
 * Tells what became of each, in the order given.
 */
export async function registerTenants(
  set: TenantSet,
  keys: readonly TenantKey[],
  context: RegistrationContext,
): Promise<TenantRegistration<TenantKey>[]> {
  const given = keys.map((tenant) => ({ tenant, ...parse(set, tenant) }))
  const refused = given.find(({ error }) => error !== undefined)
  if (refused && context.inTransaction) throw refused.error
  const outcomes = await registerKeys(
    set,
    given.flatMap(({ key }) => key ?? []),
    context,
  )
  const seen = new Set<string>()
  return given.map(({ tenant, key, error }) => {
    if (key === undefined) return { tenant, outcome: 'failed', error }
    const outcome = outcomes.get(key)!
    // One that is given twice is there when it comes again.
    const again = seen.has(key) && outcome.outcome !== 'failed'
    seen.add(key)
    return { tenant, ...(again ? { outcome: 'existing' as const } : outcome) }
  })
}

async function registerKeys(set: TenantSet, keys: readonly string[], context: RegistrationContext): Promise<Map<string, Outcome>> {
  const { document, connection, observing, inTransaction } = context
  const outcomes = new Map<string, Outcome>()
  if (keys.length === 0) return outcomes
  const before = await explained(() => observeRegistered(connection, document, set, keys))
  const ofSet = document.tables.filter(({ policy }) => tenantsOf(policy)?.tenants === set.name)
  const partitioned = new Set(partitionedTenants((await observeState(observing, { ...document, tables: ofSet })).state))
  const send = async ({ keys: batch, sql }: RegistrationBatch) => {
    await explained(() => connection.query(sql))
    for (const key of batch) outcomes.set(key, { outcome: before.has(key) ? 'existing' : partitioned.has(key) ? 'imported' : 'created' })
  }
  const batchesOf = (some: readonly string[]) =>
    renderRegistrationBatches(
      document,
      set.name,
      some.map((key) => readKey(set.type, key)),
      context,
    )
  for (const batch of batchesOf(keys)) {
    try {
      await send(batch)
    } catch (failure) {
      if (inTransaction) throw failure
      for (const alone of batch.keys.flatMap((key) => batchesOf([key]))) {
        try {
          await send(alone)
        } catch (error) {
          for (const key of alone.keys) outcomes.set(key, { outcome: 'failed', error })
        }
      }
    }
  }
  return outcomes
}

/** The tenants that have partitions. Several may share one that somebody made by hand. */
export function partitionedTenants({ tables }: State): string[] {
  const values = tables.flatMap((table) =>
    table.partitions.flatMap(({ bound }) => (bound.kind === 'list' ? bound.values : [tenantIn(bound)])),
  )
  return values.filter((value) => value !== null)
}

function parse({ type }: TenantSet, tenant: TenantKey): { readonly key?: string; readonly error?: unknown } {
  try {
    return { key: parseTenantKey(type, tenant) }
  } catch (error) {
    return { error }
  }
}
