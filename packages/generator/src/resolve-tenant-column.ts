import type { TenantColumn } from '@partman/core'
import type { LevelContext } from './level.js'
import { linkTenantSet, type TenantArguments } from './link-tenant-set.js'
import { TENANT_KEY } from './resolve-key.js'
import { type KeyField, keyOf, resolveKeyField } from './resolve-key-field.js'

/** Resolves a tenant column; `column` is undefined where an error was found, `key` where it is in the field. */
export function resolveTenantColumn(
  given: TenantArguments,
  context: LevelContext,
): { readonly key: KeyField<string> | undefined; readonly column: TenantColumn | undefined } {
  const key = resolveKeyField(context.model, context.block, given.tenant, TENANT_KEY, context.errors)
  const tenants = linkTenantSet(given, key, context)
  return { key, column: key && tenants !== undefined ? { by: keyOf(key), tenants } : undefined }
}
