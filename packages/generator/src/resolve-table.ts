import type { PartitionPolicy, TablePolicy } from '@partman/core'
import { checkModel } from './check-model.js'
import type { Level } from './level.js'
import { type Findings, formatPosition, type Position } from './problem.js'
import type { ManagedSchemas } from './refuse-schema.js'
import { resolveLongForm } from './resolve-long-form.js'
import { resolveModel } from './resolve-model.js'
import { resolveShortForm } from './resolve-short-form.js'
import type { TenantModels } from './resolve-tenant-sets.js'
import type { SchemaModels } from './schema-models.js'
import type { PartitionedBlock } from './stack-annotations.js'
import { tableOf } from './table-name.js'

/** The policy of a table, and where its outermost key is named. */
export interface ResolvedTable {
  readonly policy: TablePolicy
  readonly key: Position
}

/** Resolves the annotations of one model to the policy of its table, which holds only where no error was found. */
export function resolveTable(
  partitioned: PartitionedBlock,
  schema: SchemaModels,
  tenantModels: TenantModels,
  managedSchemas: ManagedSchemas,
  findings: Findings,
): ResolvedTable | undefined {
  const { block, position } = partitioned
  const name = partitioned.kind === 'short' ? partitioned.annotation.name : (partitioned.levels[0]?.annotation.name ?? 'partman')
  const model = resolveModel(partitioned, name, schema, findings.errors)
  if (!model) return undefined
  const context = { model, block, schema, tenantModels, managedSchemas, ...findings }
  const levels =
    partitioned.kind === 'short' ? resolveShortForm(partitioned.annotation, context) : resolveLongForm(partitioned.levels, context)
  if (!levels) return undefined
  checkModel(levels, context)
  const policy = nestLevels(levels)
  const [outermost] = levels
  if (!policy || !outermost) return undefined
  return { policy: { model: model.name, table: tableOf(model), policy, declaredAt: formatPosition(position) }, key: outermost.position }
}

/** Puts each level below the one before it; undefined where one of them has no policy. */
function nestLevels(levels: readonly Level[]): PartitionPolicy | undefined {
  const policies = levels.map(({ policy }) => policy).filter((policy) => policy !== undefined)
  if (policies.length < levels.length) return undefined
  return policies.reduceRight<PartitionPolicy | undefined>((below, policy) => ({ ...policy, subpartition: below ?? null }), undefined)
}
