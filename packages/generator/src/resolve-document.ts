import { DOCUMENT_VERSION, type PartmanDocument, type TenantSet, tenantsOf } from '@partman/core'
import { DEFAULT_TENANT_SET } from './link-tenant-set.js'
import type { Findings, Problem } from './problem.js'
import type { ManagedSchemas } from './refuse-schema.js'
import { type ResolvedTable, resolveTable } from './resolve-table.js'
import { resolveTenantSets, triggerArgument } from './resolve-tenant-sets.js'
import type { SchemaModels } from './schema-models.js'
import type { ModelAnnotation, SchemaAnnotations } from './stack-annotations.js'

/** Resolves annotations and models to the document; models in the order of the schema files. It holds only where no error was found. */
export function resolveDocument(
  annotations: SchemaAnnotations,
  schema: SchemaModels,
  settings: Pick<PartmanDocument, 'schemaHash' | 'partitionSchema' | 'retireAtMost'>,
  managedSchemas: ManagedSchemas,
  findings: Findings,
): PartmanDocument {
  const tenantModels = resolveTenantSets(annotations.tenants, schema, findings.errors)
  const tables = annotations.partitioned
    .map((partitioned) => resolveTable(partitioned, schema, tenantModels, managedSchemas, findings))
    .filter((table) => table !== undefined)
  findings.warnings.push(...unusedTriggers(annotations.tenants, tables))
  const sets = [...tenantModels.values()].filter((set) => set !== undefined)
  return {
    version: DOCUMENT_VERSION,
    ...settings,
    tenantSets: [...sets, ...defaultTenantSet(tables, findings.errors)],
    tables: tables.map(({ policy }) => policy),
  }
}

function unusedTriggers(tenants: readonly ModelAnnotation[], tables: readonly ResolvedTable[]): Problem[] {
  return tenants.flatMap((annotation) => {
    const [argument, { name }] = [triggerArgument(annotation), annotation.block]
    if (!argument || tables.some(({ policy: { policy } }) => tenantsOf(policy)?.tenants === name)) return []
    return [
      {
        position: argument.position,
        message: `No model has partitions for each ${name}, so there is nothing that a trigger could make`,
        hint: 'Remove trigger: true, or write tenant: into the @partman(...) of a model.',
      },
    ]
  })
}

/** Tables whose tenants have no table share one set, so their keys must be of one type. */
function defaultTenantSet(tables: readonly ResolvedTable[], errors: Problem[]): TenantSet[] {
  let set: (TenantSet & { model: string }) | undefined
  for (const {
    policy: { model, policy },
    key,
  } of tables) {
    const column = tenantsOf(policy)
    if (column?.tenants !== DEFAULT_TENANT_SET) continue
    set ??= { name: DEFAULT_TENANT_SET, type: column.by.type, source: null, model }
    if (set.type === column.by.type) continue
    errors.push({
      position: key,
      message: `${model}.${column.by.field} is ${column.by.type}, but the tenants of ${set.model} are ${set.type}, and neither has a tenant model`,
      hint: 'Give both fields the same type, or annotate the models that hold the tenants with @partman.tenants.',
    })
  }
  return set ? [{ name: set.name, type: set.type, source: set.source }] : []
}
