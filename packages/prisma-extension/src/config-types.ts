import type { PartmanDocument, TenantKey, TenantKeyType } from '@partman/core'

interface KeyValues {
  text: string
  uuid: string
  smallint: number
  integer: number
  bigint: bigint
}

/** The type that Prisma Client has for a key. */
export type KeyValue<Type extends TenantKeyType> = KeyValues[Type]

/** Names of the tenant sets of a configuration. */
export type TenantSetName<Config extends PartmanDocument> = Config['tenantSets'][number]['name']

/** The type of the keys of a tenant set; any key where the configuration has lost its literal types. */
export type TenantKeyOf<Config extends PartmanDocument, Name extends TenantSetName<Config>> =
  string extends TenantSetName<Config> ? TenantKey : KeyValue<Extract<Config['tenantSets'][number], { readonly name: Name }>['type']>

/** Names of the partitioned models of a configuration. */
export type PartitionedModelName<Config extends PartmanDocument> = Config['tables'][number]['model']

/** The type of a model's tenants; null for a model without tenants. */
export type TenantOf<Config extends PartmanDocument, Model extends PartitionedModelName<Config>> =
  string extends PartitionedModelName<Config>
    ? TenantKey | null
    : TenantOfPolicy<Extract<Config['tables'][number], { readonly model: Model }>['policy']>

// A partition that is not of one tenant, a DEFAULT or a shared one, may stand beside the tenants' own.
type TenantOfPolicy<Policy> = Policy extends
  | { readonly kind: 'tenants'; readonly by: { readonly type: infer Type extends TenantKeyType } }
  | { readonly prefix: { readonly by: { readonly type: infer Type extends TenantKeyType } } }
  ? KeyValue<Type> | null
  : null

/** Which tenant set is meant: has to be said where there is more than one. */
export type TenantSetChoice<Config extends PartmanDocument, Name> =
  IsUnion<TenantSetName<Config>> extends true ? [choice: { readonly tenants: Name }] : [choice?: { readonly tenants?: Name }]

type IsUnion<Type, Each = Type> = Each extends Type ? ([Type] extends [Each] ? false : true) : never
