import {
  createMaintainer,
  type Logger,
  type MaintenanceReport,
  observeState,
  observeTenants,
  type PartmanDocument,
  PartmanError,
  parseTenantKey,
  parseTenantSettings,
  type RemovedPartitions,
  type RestoredTenant,
  removeTenant,
  renderRegistration,
  restoreTenant,
  type TenantKey,
  type TenantSet,
  type TenantSettings,
  tenantsOf,
} from '@partman/core'
import { prismaDatabase } from './connection.js'
import { explained } from './explain-failure.js'
import { forTenant } from './for-tenant/for-tenant.js'
import { listPartitions, type PartitionInfo } from './list-partitions.js'
import { type PartmanOptions, resolveOptions } from './options.js'
import type { PartmanClient, TenantRegistration, TenantRemovalReason } from './partman-client.js'
import type { PruningCounts, PruningGuard } from './pruning/pruning-guard.js'
import { isTransactionClient, type RawClient } from './raw-client.js'
import { readKey } from './read-key.js'
import { partitionedTenants, registerTenants } from './register-tenants.js'
import { observeRegistered } from './registration.js'
import { withSessionKept } from './with-session-kept.js'

/** A tenant that has no row in the bookkeeping yet gets one: the settings count from the next run of the maintainer. */
const SET_TENANT = `INSERT INTO partman.tenant (tenants, key, settings) VALUES ($1, $2, $3::jsonb)
ON CONFLICT (tenants, key) DO UPDATE SET settings = excluded.settings`

/** How often what met a lock is tried. */
const RETRY = { attempts: 8, backoffMs: 500 }

/** The same with the types that the code has once the configuration is a value. */
interface UntypedPartmanClient {
  forTenant(key: TenantKey, choice?: { readonly tenants?: string }): RawClient
  ensureTenant(key: TenantKey, choice?: { readonly tenants?: string }): Promise<void>
  registerTenants(keys: readonly TenantKey[], choice?: { readonly tenants?: string }): Promise<TenantRegistration<TenantKey>[]>
  importTenants(choice?: { readonly tenants?: string }): Promise<TenantRegistration<TenantKey>[]>
  removeTenant(key: TenantKey, why: TenantRemovalReason, choice?: { readonly tenants?: string }): Promise<RemovedPartitions>
  restoreTenant(key: TenantKey, why: TenantRemovalReason, choice?: { readonly tenants?: string }): Promise<RestoredTenant>
  setTenant(key: TenantKey, settings: TenantSettings | null, choice?: { readonly tenants?: string }): Promise<void>
  tenants(choice?: { readonly tenants?: string }): Promise<TenantKey[]>
  partitions(model: string): Promise<PartitionInfo<TenantKey | null>[]>
  pruningCounts(): Readonly<Record<string, PruningCounts>>
  maintain(options?: { readonly logger?: Logger }): Promise<MaintenanceReport>
}

/** Makes what `$partman()` gives on a client, or on the client of a transaction. */
export function createPartmanClient<Config extends PartmanDocument, Client>(
  client: RawClient,
  document: PartmanDocument,
  options: PartmanOptions,
  guards: ReadonlyMap<string, PruningGuard>,
): PartmanClient<Config, Client> {
  const { clock, lockTimeoutMs } = resolveOptions(options)
  const inTransaction = isTransactionClient(client)
  const connection = prismaDatabase(client)
  const observing = inTransaction ? withSessionKept(connection) : connection

  async function register({ name }: TenantSet, key: TenantKey): Promise<void> {
    const statement = renderRegistration(document, name, key, { now: clock.now().getTime(), lockTimeoutMs })
    await explained(() => connection.query(statement))
  }

  /** Every tenant there is, as PostgreSQL prints its key; who was removed is none, whatever is left of it. */
  async function observeAll(set: TenantSet): Promise<string[]> {
    const tables = document.tables.filter(({ policy }) => tenantsOf(policy)?.tenants === set.name)
    const ofSet: PartmanDocument = { ...document, tenantSets: [set], tables }
    const observation = await observeState(observing, ofSet)
    const { tenants, removed } = await observeTenants(connection, ofSet, observation)
    const all = new Set([...(tenants.get(set.name) ?? []), ...partitionedTenants(observation.state)])
    return [...all].filter((key) => !removed.get(set.name)?.has(key))
  }

  const registerAll = (set: TenantSet, keys: readonly TenantKey[]) =>
    registerTenants(set, keys, { document, connection, observing, inTransaction, now: clock.now().getTime(), lockTimeoutMs })

  const untyped: UntypedPartmanClient = {
    forTenant: (key, choice) => forTenant(client, document, chooseTenantSet(document, choice), key),

    async ensureTenant(key, choice) {
      await register(chooseTenantSet(document, choice), key)
    },

    async registerTenants(keys, choice) {
      return registerAll(chooseTenantSet(document, choice), keys)
    },

    async importTenants(choice) {
      const set = chooseTenantSet(document, choice)
      const found = await observeAll(set)
      const registered = await explained(() => observeRegistered(connection, document, set, found))
      return registerAll(
        set,
        found.filter((key) => !registered.has(key)).map((key) => readKey(set.type, key)),
      )
    },

    async tenants(choice) {
      const set = chooseTenantSet(document, choice)
      return (await observeAll(set)).map((text) => readKey(set.type, text)).sort((a, b) => (a < b ? -1 : 1))
    },

    async setTenant(key, settings, choice) {
      const set = chooseTenantSet(document, choice)
      const text = parseTenantKey(set.type, key)
      if (settings !== null) assertSettings(text, settings)
      await explained(() => connection.query(SET_TENANT, [set.name, text, settings === null ? null : JSON.stringify(settings)]))
    },

    async removeTenant(key, { reason, by = 'the application' }, choice) {
      const { name } = chooseTenantSet(document, choice)
      return explained(() => removeTenant(observing, document, { tenants: name, key, reason, by }))
    },

    async restoreTenant(key, { reason, by = 'the application' }, choice) {
      assertNoTransaction(inTransaction, 'A tenant cannot be restored within a transaction: each step of it is one', 'restoreTenant()')
      const { name } = chooseTenantSet(document, choice)
      return explained(() =>
        restoreTenant(connection, document, { tenants: name, key, reason, by }, { ...RETRY, lockTimeoutMs, now: clock.now().getTime() }),
      )
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

    pruningCounts() {
      return Object.fromEntries([...guards].map(([model, guard]) => [model, guard.counts]))
    },

    async maintain({ logger } = {}) {
      assertNoTransaction(inTransaction, 'Maintenance cannot run within a transaction: each of its steps is one', 'maintain()')
      const given = { ...(options.clock && { clock: options.clock }), ...(logger && { logger }) }
      return createMaintainer({ document, database: connection, ...given }).runOnce()
    },
  }
  return untyped as PartmanClient<Config, Client>
}

function assertNoTransaction(inTransaction: boolean, message: string, call: string): void {
  if (!inTransaction) return
  throw new PartmanError('TRANSACTION_OPEN', message, { hint: `Call ${call} on the client itself, not on the transaction.` })
}

function chooseTenantSet({ tenantSets }: PartmanDocument, choice: { readonly tenants?: string } | undefined): TenantSet {
  const [sole, second] = tenantSets
  const chosen = choice?.tenants === undefined ? (second ? undefined : sole) : tenantSets.find(({ name }) => name === choice.tenants)
  if (chosen) return chosen
  const asked = choice?.tenants === undefined ? 'There are several tenant sets, or none' : `There is no tenant set "${choice.tenants}"`
  throw new PartmanError('TENANT_SET_UNKNOWN', asked, { hint: `Known: ${tenantSets.map(({ name }) => name).join(', ') || 'none'}.` })
}

function assertSettings(key: string, settings: TenantSettings): void {
  const parsed = parseTenantSettings(settings)
  if ('problem' in parsed) {
    throw new PartmanError(
      'TENANT_SETTINGS_INVALID',
      `The settings of tenant ${JSON.stringify(key)} cannot be understood: ${parsed.problem}`,
      {
        hint: 'For example { retention: "90 days", premake: 20 }; retention: null keeps everything.',
      },
    )
  }
}
