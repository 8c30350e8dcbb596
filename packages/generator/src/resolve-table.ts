import { type ListPolicy, parseDuration, type RangePolicy, type TablePolicy, type TenantKeyType, type TimeKeyType } from '@partman/core'
import type { DMMF } from '@prisma/generator-helper'
import { checkModel } from './check-model.js'
import { linkTenantSet } from './link-tenant-set.js'
import type { ArgumentValue } from './parse-annotation.js'
import { type Findings, formatPosition, type Problem } from './problem.js'
import type { ModelAnnotation } from './resolve-annotations.js'
import { resolveDuration, resolvePremake, resolveTimeZone } from './resolve-arguments.js'
import { columnOf, resolveTimeType, SUPPORTED_TYPES } from './resolve-key.js'
import { type KeyField, type KeyPurpose, resolveKeyField } from './resolve-key-field.js'
import { resolveModel } from './resolve-model.js'
import { TENANT_KEY, type TenantModels } from './resolve-tenant-sets.js'
import type { SchemaModels } from './schema-models.js'
import { tableOf } from './table-name.js'

const TIME_KEY: KeyPurpose<TimeKeyType> = {
  resolveType: resolveTimeType,
  supported: SUPPORTED_TYPES.time,
  noun: 'a key that partitions by time',
}

/** Resolves one `@partman` to the policy of its table, which holds only where no error was found. */
export function resolveTable(
  annotation: ModelAnnotation,
  schema: SchemaModels,
  tenantModels: TenantModels,
  findings: Findings,
): TablePolicy | undefined {
  const { errors } = findings
  const model = resolveModel(annotation, 'partman', schema, errors)
  if (!model) return undefined
  const { block, position, arguments: given } = annotation
  const by = given.get('by')
  const tenant = given.get('tenant')
  if (by && tenant && by.text === tenant.text) {
    const hint = 'Partition by a time, and name the field that holds the tenant.'
    errors.push({ position: tenant.position, message: `"by" and "tenant" both name ${model.name}.${by.text}`, hint })
    return undefined
  }
  const timeKey = by && resolveKeyField(model, block, by, TIME_KEY, errors)
  const tenantKey = tenant && resolveKeyField(model, block, tenant, TENANT_KEY, errors)
  const range = resolveRange(annotation, timeKey, errors)
  const tenants = linkTenantSet(annotation, model, tenantKey, tenantModels, errors)
  const keys = [tenantKey?.field, timeKey?.field].filter((field) => field !== undefined)
  if (timeKey && (!tenant || tenantKey)) checkModel(model, block, keys, timeKey.type, schema, tenantModels, findings)
  if (!range) return undefined
  const policy = tenantKey && tenants !== undefined ? listPolicy(tenantKey, tenants, range) : range
  return { model: model.name, table: tableOf(model), policy, declaredAt: formatPosition(position) }
}

function resolveRange(
  { arguments: given }: ModelAnnotation,
  timeKey: KeyField<TimeKeyType> | undefined,
  errors: Problem[],
): RangePolicy | undefined {
  const interval = resolveDuration(given.get('interval'), errors)
  const after = resolveDuration(given.get('retention'), errors)
  const grace = resolveDuration(given.get('grace'), errors) ?? '24 hours'
  const timeZone = resolveTimeZone(given.get('timeZone'), errors)
  const premake = resolvePremake(given.get('premake'), errors)
  const orphan = given.get('grace')
  if (orphan && !given.has('retention')) {
    errors.push({
      position: orphan.position,
      message: '"grace" says how long a retired partition is kept, but without "retention" none retires',
      hint: 'Add retention: "30 days", or remove grace.',
    })
  }
  if (!timeKey || interval === undefined) return undefined
  refusePartsOfDays(given.get('interval'), interval, timeKey, errors)
  const retention = after === undefined ? null : { after, grace }
  return { kind: 'range', by: keyOf(timeKey), interval, timeZone, premake, retention }
}

function refusePartsOfDays(
  argument: ArgumentValue | undefined,
  interval: string,
  { field, type }: KeyField<TimeKeyType>,
  errors: Problem[],
): void {
  const { unit } = parseDuration(interval)
  if (!argument || type !== 'date' || (unit !== 'hour' && unit !== 'minute')) return
  errors.push({
    position: argument.position,
    message: `"${interval}" is counted in ${unit}s, but ${field.name} is a date without a time`,
    hint: 'Write "1 day" or longer, or make the field @db.Timestamptz(6).',
  })
}

function listPolicy(key: KeyField<TenantKeyType>, tenants: string, subpartition: RangePolicy): ListPolicy {
  return { kind: 'list', by: keyOf(key), tenants, subpartition }
}

function keyOf<Type extends string>({ field, type }: { field: DMMF.Field; type: Type }) {
  return { field: field.name, column: columnOf(field), type }
}
