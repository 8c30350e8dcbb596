import type { Logger, MaintenanceReport, PartmanDocument } from '@partman/core'
import type { PartitionedModelName, TenantKeyOf, TenantOf, TenantSetChoice, TenantSetName } from './config-types.js'
import type { PartitionInfo } from './list-partitions.js'

/** What became of one tenant that was to be registered. */
export type TenantRegistration<Key> =
  | { readonly tenant: Key; readonly outcome: 'created' | 'existing' }
  | { readonly tenant: Key; readonly outcome: 'failed'; readonly error: unknown }

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
   * Makes the partitions of many tenants, each in a transaction of its own, and tells what became of each, in the order
   * given. In a transaction of the caller the first failure is thrown: nothing of that transaction can stay.
   *
   * @throws PartmanError `TENANT_SET_UNKNOWN`, `BOOKKEEPING_MISSING`
   */
  registerTenants<Name extends TenantSetName<Config>>(
    keys: readonly TenantKeyOf<Config, Name>[],
    ...choice: TenantSetChoice<Config, Name>
  ): Promise<TenantRegistration<TenantKeyOf<Config, Name>>[]>
  /** Every tenant there is: registered, with a row in the tenant model's table, or with partitions. */
  tenants<Name extends TenantSetName<Config>>(...choice: TenantSetChoice<Config, Name>): Promise<TenantKeyOf<Config, Name>[]>
  /**
   * The partitions that hold a model's rows, and those that are retired and not yet dropped.
   *
   * @throws PartmanError `MODEL_UNKNOWN`
   */
  partitions<Model extends PartitionedModelName<Config>>(model: Model): Promise<PartitionInfo<TenantOf<Config, Model>>[]>
  /**
   * Runs maintenance once: makes what is coming, retires what is old.
   *
   * @throws PartmanError `TRANSACTION_OPEN` within a transaction, `BOOKKEEPING_MISSING`
   */
  maintain(options?: { readonly logger?: Logger }): Promise<MaintenanceReport>
}
