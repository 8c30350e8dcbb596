import type { TenantKeyType, TenantSet } from '@partman/core'
import type { DMMF } from '@prisma/generator-helper'
import type { LevelContext } from './level.js'
import type { ScalarValue } from './parse-value.js'
import type { Problem } from './problem.js'
import type { KeyField } from './resolve-key-field.js'
import type { TenantModels } from './resolve-tenant-sets.js'
import { suggestName } from './suggest-name.js'

/** The name of the tenant set whose tenants have no table: they are registered by hand. */
export const DEFAULT_TENANT_SET = 'default'

/** How a tenant column is declared: the argument that names its field, and the one that names its tenant model. */
export interface TenantArguments {
  readonly tenant: ScalarValue
  readonly tenants: ScalarValue | undefined
}

/**
 * Resolves which tenant set a tenant field belongs to: the model that `tenants:` names, else the one that the field is a
 * relation to, else the only one there is. Undefined where an error was found.
 */
export function linkTenantSet(
  { tenant, tenants }: TenantArguments,
  key: KeyField<TenantKeyType> | undefined,
  { model, tenantModels, errors }: LevelContext,
): string | undefined {
  const name = tenants ? resolveNamed(tenants, tenantModels, errors) : resolveUnnamed(tenant, model, tenantModels, errors)
  const set = name === undefined ? undefined : tenantModels.get(name)
  const reference = set && referenceTo(set, tenant, model)
  if (set?.source && reference && reference !== set.source.key.field) {
    errors.push({
      position: tenant.position,
      message: `${model.name}.${tenant.text} refers to ${set.name}.${reference}, but tenants are told by ${set.name}.${set.source.key.field}`,
      hint: `Write @partman.tenants(key: ${reference}) above ${set.name}, or name the field that holds ${set.source.key.field}.`,
    })
    return undefined
  }
  if (!key || !set || set.type === key.type) return name
  errors.push({
    position: tenant.position,
    message: `${model.name}.${key.field.name} is ${key.type}, but the tenant key ${set.name}.${set.source?.key.field} is ${set.type}`,
    hint: 'Give both fields the same type.',
  })
  return undefined
}

function resolveNamed({ text, position }: ScalarValue, tenantModels: TenantModels, errors: Problem[]): string | undefined {
  if (tenantModels.has(text)) return text
  if (text === DEFAULT_TENANT_SET) return DEFAULT_TENANT_SET
  const suggestion = suggestName(text, tenantModels.keys())
  errors.push({
    position,
    message: `${text} is not annotated with @partman.tenants`,
    hint: suggestion ? `Did you mean ${suggestion}?` : `Write \`/// @partman.tenants\` above the model ${text}.`,
  })
  return undefined
}

function resolveUnnamed(tenant: ScalarValue, model: DMMF.Model, tenantModels: TenantModels, errors: Problem[]): string | undefined {
  const related = model.fields.find(({ type, relationFromFields }) => tenantModels.has(type) && relationFromFields?.includes(tenant.text))
  if (related) return related.type
  const [first, ...others] = tenantModels.keys()
  if (others.length === 0) return first ?? DEFAULT_TENANT_SET
  errors.push({
    position: tenant.position,
    message: `${model.name}.${tenant.text} is a relation to none of the ${tenantModels.size} tenant models`,
    hint: `Say which it is: ${[first, ...others].map((name) => `tenants: ${name}`).join(' or ')}.`,
  })
  return undefined
}

/** What the tenant field refers to in the tenant model, where it is part of a relation to it. */
function referenceTo({ name }: TenantSet, tenant: ScalarValue, model: DMMF.Model): string | undefined {
  for (const { type, relationFromFields, relationToFields } of model.fields) {
    const field = type === name ? relationToFields?.[relationFromFields?.indexOf(tenant.text) ?? -1] : undefined
    if (field !== undefined) return field
  }
  return undefined
}
