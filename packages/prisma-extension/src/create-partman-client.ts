import {
  createMaintainer,
  type Logger,
  type MaintenanceReport,
  observeState,
  observeTenants,
  type PartmanDocument,
  PartmanError,
  parseTenantKey,
  renderRegistration,
  type TenantKey,
  type TenantSet,
  tenantIn,
  tenantsOf,
} from '@partman/core'
import { prismaDatabase } from './connection.js'
import { explained } from './explain-failure.js'
import { forTenant } from './for-tenant/for-tenant.js'
import { listPartitions, type PartitionInfo } from './list-partitions.js'
import { type PartmanOptions, resolveOptions } from './options.js'
import type { PartmanClient, TenantRegistration } from './partman-client.js'
import { isTransactionClient, type RawClient } from './raw-client.js'
import { readKey } from './read-key.js'
import { observeRegistered } from './registration.js'
import { withSessionKept } from './with-session-kept.js'

/** The same with the types that the code has once the configuration is a value. */
interface UntypedPartmanClient {
  forTenant(key: TenantKey, choice?: { readonly tenants?: string }): RawClient
  ensureTenant(key: TenantKey, choice?: { readonly tenants?: string }): Promise<void>
  registerTenants(keys: readonly TenantKey[], choice?: { readonly tenants?: string }): Promise<TenantRegistration<TenantKey>[]>
  tenants(choice?: { readonly tenants?: string }): Promise<TenantKey[]>
  partitions(model: string): Promise<PartitionInfo<TenantKey | null>[]>
  maintain(options?: { readonly logger?: Logger }): Promise<MaintenanceReport>
}

/** Makes what `$partman()` gives on a client, or on the client of a transaction. */
export function createPartmanClient<Config extends PartmanDocument, Client>(
  client: RawClient,
  document: PartmanDocument,
  options: PartmanOptions,
): PartmanClient<Config, Client> {
  const { clock, lockTimeoutMs } = resolveOptions(options)
  const inTransaction = isTransactionClient(client)
  const connection = prismaDatabase(client)
  const observing = inTransaction ? withSessionKept(connection) : connection

  async function register({ name }: TenantSet, key: TenantKey): Promise<void> {
    const statement = renderRegistration(document, name, key, { now: clock.now().getTime(), lockTimeoutMs })
    await explained(() => connection.query(statement))
  }

  const untyped: UntypedPartmanClient = {
    forTenant: (key, choice) => forTenant(client, document, chooseTenantSet(document, choice), key),

    async ensureTenant(key, choice) {
      await register(chooseTenantSet(document, choice), key)
    },

    async registerTenants(keys, choice) {
      const set = chooseTenantSet(document, choice)
      const texts = keys.map((key) => validKey(set, key))
      const known = await explained(() =>
        observeRegistered(
          connection,
          set,
          texts.filter((text) => text !== undefined),
        ),
      )
      const results: TenantRegistration<TenantKey>[] = []
      for (const [index, tenant] of keys.entries()) {
        const text = texts[index]
        try {
          await register(set, tenant)
          results.push({ tenant, outcome: text !== undefined && known.has(text) ? 'existing' : 'created' })
          if (text !== undefined) known.add(text)
        } catch (error) {
          if (inTransaction) throw error
          results.push({ tenant, outcome: 'failed', error })
        }
      }
      return results
    },

    async tenants(choice) {
      const set = chooseTenantSet(document, choice)
      const tables = document.tables.filter(({ policy }) => tenantsOf(policy)?.tenants === set.name)
      const ofSet: PartmanDocument = { ...document, tenantSets: [set], tables }
      const observation = await observeState(observing, ofSet)
      const { tenants } = await observeTenants(connection, ofSet, observation)
      // Several tenants may share a partition that somebody made by hand.
      const partitioned = observation.state.tables.flatMap((table) =>
        table.partitions.flatMap(({ bound }) => (bound.kind === 'list' ? bound.values : [tenantIn(bound)])),
      )
      const texts = new Set([...(tenants.get(set.name) ?? []), ...partitioned.filter((value) => value !== null)])
      return [...texts].map((text) => readKey(set.type, text)).sort((a, b) => (a < b ? -1 : 1))
    },

    async partitions(model) {
      const declared = document.tables.find((table) => table.model === model)
      if (!declared) {
        throw new PartmanError('MODEL_UNKNOWN', `${model} is not a partitioned model`, {
          hint: `Known: ${document.tables.map((table) => table.model).join(', ') || 'none'}.`,
        })
      }
      const { state } = await observeState(observing, { ...document, tables: [declared] })
      return listPartitions(state, declared)
    },

    async maintain({ logger } = {}) {
      if (inTransaction) {
        throw new PartmanError('TRANSACTION_OPEN', 'Maintenance cannot run within a transaction: each of its steps is one', {
          hint: 'Call maintain() on the client itself, not on the transaction.',
        })
      }
      const given = { ...(options.clock && { clock: options.clock }), ...(logger && { logger }) }
      return createMaintainer({ document, database: connection, ...given }).runOnce()
    },
  }
  return untyped as PartmanClient<Config, Client>
}

function chooseTenantSet({ tenantSets }: PartmanDocument, choice: { readonly tenants?: string } | undefined): TenantSet {
  const [sole, second] = tenantSets
  const chosen = choice?.tenants === undefined ? (second ? undefined : sole) : tenantSets.find(({ name }) => name === choice.tenants)
  if (chosen) return chosen
  const asked = choice?.tenants === undefined ? 'There are several tenant sets, or none' : `There is no tenant set "${choice.tenants}"`
  throw new PartmanError('TENANT_SET_UNKNOWN', asked, { hint: `Known: ${tenantSets.map(({ name }) => name).join(', ') || 'none'}.` })
}

function validKey({ type }: TenantSet, key: TenantKey): string | undefined {
  try {
    return parseTenantKey(type, key)
  } catch {
    return undefined
  }
}
