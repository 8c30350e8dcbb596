import type { Logger, MaintenanceReport, PartmanDocument, RemovedPartitions, RestoredTenant, TenantSettings } from '@partman/core'
import type { PartitionedModelName, TenantKeyOf, TenantOf, TenantSetChoice, TenantSetName } from './config-types.js'
import type { PartitionInfo } from './list-partitions.js'
import type { PruningCounts } from './pruning/pruning-guard.js'

/** What became of one tenant that was to be registered. */
export type TenantRegistration<Key> =
  /** `imported`: it had partitions, and was not registered. */
  | { readonly tenant: Key; readonly outcome: 'created' | 'imported' | 'existing' }
  | { readonly tenant: Key; readonly outcome: 'failed'; readonly error: unknown }

/** Why a tenant is to go, or to come back, for whoever asks later; `by` is who wants it, by default `the application`. */
export interface TenantRemovalReason {
  readonly reason: string
  readonly by?: string
}

/** What `$partman()` gives: bound to the client, or the transaction, that it was called on. */
export interface PartmanClient<Config extends PartmanDocument, Client = unknown> {
  /**
   * Returns the client, or the client of the transaction, bound to one tenant: every query of it reads and writes that
   * tenant's rows alone in the models that have tenants, wherever in the query they are. What names another tenant is refused,
   * and so is what cannot be bound, such as raw SQL.
   *
   * @throws PartmanError `TENANT_KEY_INVALID`, `TENANT_SET_UNKNOWN`, `CLIENT_UNSUPPORTED`; the client's queries `TENANT_FOREIGN`,
   * `TENANT_UNBINDABLE`
   */
  forTenant<Name extends TenantSetName<Config>>(key: TenantKeyOf<Config, Name>, ...choice: TenantSetChoice<Config, Name>): Client
  /**
   * Makes the partitions of a tenant, and takes those that are there as they are.
   *
   * @throws PartmanError `TENANT_KEY_INVALID`, `TENANT_SET_UNKNOWN`, `BOOKKEEPING_MISSING`
   */
  ensureTenant<Name extends TenantSetName<Config>>(key: TenantKeyOf<Config, Name>, ...choice: TenantSetChoice<Config, Name>): Promise<void>
  /**
   * Makes the partitions of many tenants, some in one transaction, and tells what became of each, in the order given; where a
   * transaction fails, its tenants are tried one by one. In a transaction of the caller the first failure is thrown: nothing
   * of that transaction can stay.
   *
   * @throws PartmanError `TENANT_SET_UNKNOWN`, `BOOKKEEPING_MISSING`
   */
  registerTenants<Name extends TenantSetName<Config>>(
    keys: readonly TenantKeyOf<Config, Name>[],
    ...choice: TenantSetChoice<Config, Name>
  ): Promise<TenantRegistration<TenantKeyOf<Config, Name>>[]>
  /** Registers the tenants that have a row in the tenant model's table, or partitions, and are not registered yet. */
  importTenants<Name extends TenantSetName<Config>>(
    ...choice: TenantSetChoice<Config, Name>
  ): Promise<TenantRegistration<TenantKeyOf<Config, Name>>[]>
  /**
   * Gives a tenant a retention and a premake of its own, in the place of those of its tables; null takes them away. They count from
   * the next run of the maintainer; `retention: null` keeps everything.
   *
   * @throws PartmanError `TENANT_SETTINGS_INVALID`, `TENANT_KEY_INVALID`, `TENANT_SET_UNKNOWN`, `BOOKKEEPING_MISSING`
   */
  setTenant<Name extends TenantSetName<Config>>(
    key: TenantKeyOf<Config, Name>,
    settings: TenantSettings | null,
    ...choice: TenantSetChoice<Config, Name>
  ): Promise<void>
  /**
   * Removes a tenant: nothing is made for it any more, also where its row is there still, and the maintainer detaches its partitions in the
   * next run, in its usual way (hooks, holds and foreign keys count), and drops or moves them once the grace period of the table's
   * retention is over, or a day. Nobody can register it until `restoreTenant` has taken it back. Returns the partitions that will go, and
   * the tables where it has none of its own.
   *
   * @throws PartmanError `TENANT_UNKNOWN`, `TENANT_KEY_INVALID`, `TENANT_SET_UNKNOWN`, `BOOKKEEPING_MISSING`
   */
  removeTenant<Name extends TenantSetName<Config>>(
    key: TenantKeyOf<Config, Name>,
    why: TenantRemovalReason,
    ...choice: TenantSetChoice<Config, Name>
  ): Promise<RemovedPartitions>
  /**
   * Takes a tenant back that was removed: attaches what stands detached of it, and makes what is missing. Waits for a run of the maintainer
   * to end. What was dropped is gone.
   *
   * @throws PartmanError `TENANT_UNKNOWN`, `TENANT_KEY_INVALID`, `TENANT_SET_UNKNOWN`, `BOOKKEEPING_MISSING`, `LEASE_HELD`, `RESTORE_REFUSED`, `TRANSACTION_OPEN`
   */
  restoreTenant<Name extends TenantSetName<Config>>(
    key: TenantKeyOf<Config, Name>,
    why: TenantRemovalReason,
    ...choice: TenantSetChoice<Config, Name>
  ): Promise<RestoredTenant>
  /** Every tenant there is: registered, with a row in the tenant model's table, or with partitions. */
  tenants<Name extends TenantSetName<Config>>(...choice: TenantSetChoice<Config, Name>): Promise<TenantKeyOf<Config, Name>[]>
  /**
   * The partitions that hold a model's rows, and those that are retired and not yet dropped.
   *
   * @throws PartmanError `MODEL_UNKNOWN`
   */
  partitions<Model extends PartitionedModelName<Config>>(model: Model): Promise<PartitionInfo<TenantOf<Config, Model>>[]>
  /** How many queries on each partitioned model PostgreSQL could leave partitions out for, since this process made its client. */
  pruningCounts(): Readonly<Record<PartitionedModelName<Config>, PruningCounts>>
  /**
   * Runs maintenance once: makes what is coming, retires what is old.
   *
   * @throws PartmanError `TRANSACTION_OPEN` within a transaction, `BOOKKEEPING_MISSING`
   */
  maintain(options?: { readonly logger?: Logger }): Promise<MaintenanceReport>
}
