import type { LAYOUTS } from './annotation-rules.js'
import type { Level, LevelContext } from './level.js'
import type { Problem } from './problem.js'
import { resolveHashLevel } from './resolve-hash.js'
import { resolveRange } from './resolve-range.js'
import { resolveTenantColumn } from './resolve-tenant-column.js'
import type { ModelAnnotation } from './stack-annotations.js'

type Layout = (typeof LAYOUTS)[number]

/** Resolves `@partman` to the levels that it stands for, outermost first; undefined where one field is to be both keys. */
export function resolveShortForm(annotation: ModelAnnotation, context: LevelContext): Level[] | undefined {
  const { single: given } = annotation.arguments
  const [by, tenant] = [given.get('by'), given.get('tenant')]
  const layout = (given.get('layout')?.text ?? 'list') as Layout
  if (by && tenant && by.text === tenant.text) {
    const message = `"by" and "tenant" both name ${context.model.name}.${by.text}`
    context.errors.push({ position: tenant.position, message, hint: 'Partition by a time, and name the field that holds the tenant.' })
    return undefined
  }
  refuseStray(annotation, layout, context.errors)
  const range = resolveRange(annotation, { annotation, age: 'retention' }, context)
  if (!tenant) return [range]
  if (layout === 'hash') return [resolveHashLevel(tenant.position, [tenant], given.get('partitions'), context), range]
  const { key, column } = resolveTenantColumn({ tenant, tenants: given.get('tenants') }, context)
  if (layout === 'list') {
    const policy = column && { kind: 'tenants' as const, ...column, default: false, subpartition: null }
    return [{ kind: 'tenants', position: tenant.position, keys: key && [key], policy }, range]
  }
  const policy = range.policy && 'prefix' in range.policy && column ? { ...range.policy, prefix: column } : undefined
  return [{ ...range, position: tenant.position, keys: key && range.keys && [key, ...range.keys], policy }]
}

/** Refuses arguments that have no meaning without another one. */
function refuseStray({ arguments: { single: given }, position }: ModelAnnotation, layout: Layout, errors: Problem[]): void {
  const refuse = (name: string, message: string, hint: string): void => {
    const argument = given.get(name)
    if (argument) errors.push({ position: argument.position, message, hint })
  }
  if (!given.has('tenant')) {
    for (const name of ['tenants', 'layout', 'partitions']) {
      refuse(name, `"${name}" is given without "tenant"`, `Add tenant: and the field that holds the tenant, or remove ${name}.`)
    }
  } else if (layout !== 'hash') {
    refuse('partitions', '"partitions" is given without layout: hash', 'Add layout: hash, or remove partitions.')
  } else {
    refuse('tenants', '"tenants" is given beside layout: hash, where no tenant has partitions of its own', 'Remove one of the two.')
    if (!given.has('partitions'))
      errors.push({
        position: given.get('layout')?.position ?? position,
        message: 'layout: hash needs the argument "partitions"',
        hint: 'Add partitions: 16',
      })
  }
}
