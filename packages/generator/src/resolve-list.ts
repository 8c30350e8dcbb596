import type { Level, LevelContext } from './level.js'
import type { ScalarValue } from './parse-value.js'
import { LIST_KEY } from './resolve-key.js'
import { keyOf, resolveKeyField } from './resolve-key-field.js'
import { resolveTenantColumn } from './resolve-tenant-column.js'
import { resolveValues } from './resolve-values.js'
import type { ModelAnnotation } from './stack-annotations.js'

/** Resolves `@partman.list`: a partition for each of the values, or for each tenant of a set. `depth` counts from 0. */
export function resolveList(annotation: ModelAnnotation, depth: number, context: LevelContext): Level {
  const { single, lists } = annotation.arguments
  const [by, tenants] = [single.get('by'), single.get('tenants')]
  if (!by) return { kind: 'list', position: annotation.position, keys: undefined, policy: undefined }
  const isDefault = single.get('default')?.text === 'true'
  const options = { default: isDefault, subpartition: null }
  if (tenants) {
    refuseTenants(tenants, lists.has('values'), depth, context)
    const { key, column } = resolveTenantColumn({ tenant: by, tenants }, context)
    return {
      kind: 'tenants',
      position: by.position,
      keys: key && [key],
      default: isDefault ? single.get('default')?.position : undefined,
      policy: column && { kind: 'tenants', ...column, ...options },
    }
  }
  const key = resolveKeyField(context.model, context.block, by, LIST_KEY, context.errors)
  const values = key && resolveValues(annotation, key, context)
  return {
    kind: 'list',
    position: by.position,
    keys: key && [key],
    policy: values && { kind: 'list', by: keyOf(key), values, ...options },
  }
}

function refuseTenants({ position }: ScalarValue, hasValues: boolean, depth: number, { model, errors }: LevelContext): void {
  if (hasValues) {
    const hint = 'Keep one of the two.'
    errors.push({ position, message: '"tenants" is given beside "values": a list has a partition for each tenant, or for values', hint })
  }
  if (depth > 0) {
    errors.push({
      position,
      message: `The tenants of ${model.name} are its level ${depth + 1}; they can only be the outermost one`,
      hint: 'Write this level first: a tenant that signs up gets its partitions directly below the table.',
    })
  }
}
