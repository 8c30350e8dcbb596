import type { TenantSet } from '@partman/core'
import type { DMMF } from '@prisma/generator-helper'
import { TENANTS } from './annotation-rules.js'
import type { ScalarValue } from './parse-value.js'
import { formatPosition, type Position, type Problem } from './problem.js'
import { TENANT_KEY } from './resolve-key.js'
import { resolveKeyDefault } from './resolve-key-default.js'
import { keyOf, resolveKeyField } from './resolve-key-field.js'
import { resolveModel } from './resolve-model.js'
import type { SchemaBlock } from './scan-schema.js'
import { fieldPosition, type SchemaModels, uniqueKeys } from './schema-models.js'
import type { ModelAnnotation } from './stack-annotations.js'
import { tableOf } from './table-name.js'

/** The models annotated with `@partman.tenants`; a broken one is a member without a set, so that it is complained of once. */
export type TenantModels = ReadonlyMap<string, TenantSet | undefined>

/** Resolves each `@partman.tenants` to a tenant set named after its model. */
export function resolveTenantSets(annotations: readonly ModelAnnotation[], schema: SchemaModels, problems: Problem[]): TenantModels {
  const sets = new Map<string, TenantSet | undefined>()
  for (const annotation of annotations) {
    sets.set(annotation.block.name, resolveTenantSet(annotation, schema, problems))
  }
  return sets
}

function resolveTenantSet(annotation: ModelAnnotation, schema: SchemaModels, problems: Problem[]): TenantSet | undefined {
  const { block } = annotation
  const model = resolveModel(annotation, TENANTS, schema, problems)
  const named = annotation.arguments.single.get('key') ?? soleId(annotation, schema, problems)
  if (!model || !named) return undefined
  const key = resolveKeyField(model, block, named, TENANT_KEY, problems)
  if (!key || !assertUnique(model, key.field, named.position, block, schema, problems)) return undefined
  const made = resolveKeyDefault(key.field)
  return {
    name: model.name,
    type: key.type,
    source: {
      model: model.name,
      table: tableOf(model),
      key: { ...keyOf(key), ...(made && { default: made }) },
      ...(triggerArgument(annotation) && { trigger: { declaredAt: formatPosition(annotation.position) } }),
    },
  }
}

/** The argument that asks for a trigger. */
export function triggerArgument({ arguments: given }: ModelAnnotation): ScalarValue | undefined {
  const trigger = given.single.get('trigger')
  return trigger?.text === 'true' ? trigger : undefined
}

function soleId({ block, position }: ModelAnnotation, schema: SchemaModels, problems: Problem[]) {
  const [id, second] = uniqueKeys(schema, block).find(({ kind }) => kind === 'id')?.fields ?? []
  if (id !== undefined && second === undefined) return { text: id, position: fieldPosition(block, id) }
  if (schema.models.has(block.name)) {
    problems.push({
      position,
      message: `${block.name} has no @id of a single field to tell tenants by`,
      hint: 'Name a unique field: @partman.tenants(key: slug)',
    })
  }
  return undefined
}

function assertUnique(
  model: DMMF.Model,
  { name }: DMMF.Field,
  position: Position,
  block: SchemaBlock,
  schema: SchemaModels,
  problems: Problem[],
): boolean {
  if (uniqueKeys(schema, block).some(({ fields }) => fields.length === 1 && fields[0] === name)) return true
  problems.push({
    position,
    message: `${model.name}.${name} is not unique, so two rows could be the same tenant`,
    hint: `Add @unique to ${name}, or name the @id.`,
  })
  return false
}
