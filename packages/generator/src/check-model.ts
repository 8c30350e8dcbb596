import { type TenantSet, tenantsOf } from '@partman/core'
import type { DMMF } from '@prisma/generator-helper'
import { joinNames } from './join-names.js'
import type { Level, LevelContext } from './level.js'
import type { Problem } from './problem.js'
import type { KeyField } from './resolve-key-field.js'
import type { TenantModels } from './resolve-tenant-sets.js'
import type { SchemaBlock } from './scan-schema.js'
import { fieldPosition, type SchemaModels, type UniqueKey, uniqueKeys } from './schema-models.js'

/** Checks a model against what PostgreSQL and Prisma Migrate allow of a table with these levels; not at all where a key is unknown. */
export function checkModel(levels: readonly Level[], { model, block, schema, tenantModels, errors, warnings }: LevelContext): void {
  if (levels.some(({ keys }) => keys === undefined)) return
  const names = [...new Set(levels.flatMap(({ keys = [] }) => keys.map(({ field }) => field.name)))]
  for (const unique of uniqueKeys(schema, block)) {
    const missing = names.filter((name) => !unique.fields.includes(name))
    if (missing.length > 0) errors.push(uniqueProblem(model, unique, missing))
  }
  if (schema.foreignKeys) errors.push(...relationsTo(model, schema))
  for (const name of names) {
    const uses = levels.flatMap(({ kind, keys = [] }) => keys.filter(({ field }) => field.name === name).map((key) => ({ ...key, kind })))
    const [key] = uses
    if (key)
      warnings.push(
        ...keyWarnings(
          model,
          key,
          uses.some(({ kind }) => kind === 'range'),
          block,
        ),
      )
  }
  const set = tenantSetOf(levels, tenantModels)
  const trigger = set?.source?.trigger ? set : undefined
  if (trigger) errors.push(...triggerDefault(model, levels, trigger))
  if (!schema.foreignKeys) return
  if (trigger) {
    errors.push(...triggerRelations(model, block, trigger))
    warnings.push(...triggerRelationWarnings(model, block, trigger))
  }
  warnings.push(...tenantRelationWarnings(model, block, tenantModels).filter(({ type }) => type !== trigger?.name))
}

/** https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE-LIMITATIONS */
function uniqueProblem(model: DMMF.Model, { kind, fields, onField, position }: UniqueKey, missing: readonly string[]): Problem {
  const written = onField ? `@${kind} on ${model.name}.${fields[0]}` : `@@${kind}([${fields.join(', ')}]) of ${model.name}`
  const instead = `@@${kind}([${[...fields, ...missing].join(', ')}])`
  return {
    position,
    message: `${written} lacks ${joinNames(missing, 'and')}: PostgreSQL needs the whole partition key in every unique constraint`,
    hint: onField ? `Replace it by ${instead} at the end of the model.` : `Write ${instead}.`,
  }
}

function relationsTo(target: DMMF.Model, { models, blocks }: SchemaModels): Problem[] {
  const problems: Problem[] = []
  for (const model of models.values()) {
    const block = blocks.get(model.name)
    if (!block || block.kind === 'view') continue
    for (const field of model.fields) {
      if (field.type !== target.name || field.kind !== 'object' || !holdsForeignKey(model, field, target)) continue
      problems.push({
        position: fieldPosition(block, field.name),
        message: `${model.name}.${field.name} is a relation to ${target.name}, which is partitioned: Prisma Migrate would fail with P4002 on every command`,
        hint: `Remove the relation from both models and keep ${(field.relationFromFields ?? []).join(', ') || 'the key'} as a plain field, or remove @partman from ${target.name}.`,
      })
    }
  }
  return problems
}

/** Whether the field's table, or the join table of an implicit many-to-many relation, refers to the target. */
function holdsForeignKey(model: DMMF.Model, field: DMMF.Field, target: DMMF.Model): boolean {
  if ((field.relationFromFields?.length ?? 0) > 0) return true
  const back = target.fields.find((other) => other.relationName === field.relationName && other.type === model.name && other !== field)
  return field.isList && back?.isList === true
}

function keyWarnings(model: DMMF.Model, { field, type }: KeyField<string>, isRange: boolean, block: SchemaBlock): Problem[] {
  const position = fieldPosition(block, field.name)
  const warnings: Problem[] = []
  if (isRange && type === 'timestamp') {
    warnings.push({
      position,
      message: `${model.name}.${field.name} has no time zone: a row that raw SQL inserts may land hours off, in another partition`,
      hint: 'Add @db.Timestamptz(6).',
    })
  }
  if (field.isUpdatedAt) {
    warnings.push({
      position,
      message: `${model.name}.${field.name} is @updatedAt: every update may move the row to another partition`,
      hint: 'Partition by a field that never changes, such as the time of creation.',
    })
  }
  return warnings
}

function tenantRelationWarnings(model: DMMF.Model, block: SchemaBlock, tenantModels: TenantModels): (Problem & { type: string })[] {
  return foreignKeys(model)
    .filter(({ type }) => tenantModels.has(type))
    .map(({ name, type }) => ({
      type,
      position: fieldPosition(block, name),
      message: `${model.name}.${name} is a foreign key to ${type}: while a partition is made, writes to ${type} wait (SHARE ROW EXCLUSIVE)`,
      hint: 'Where that matters, drop the relation and keep the plain field.',
    }))
}

/** The set whose tenants have partitions of their own in the table. */
function tenantSetOf([outermost]: readonly Level[], tenantModels: TenantModels): TenantSet | undefined {
  const column = outermost?.policy && tenantsOf(outermost.policy)
  return column ? tenantModels.get(column.tenants) : undefined
}

/** Attaching a partition locks the DEFAULT beside it against all, and reads it; with a trigger, until whoever inserts a tenant commits. */
function triggerDefault(model: DMMF.Model, [outermost]: readonly Level[], { name: tenants }: TenantSet): Problem[] {
  if (!outermost?.default) return []
  return [
    {
      position: outermost.default,
      message: `${model.name} has a DEFAULT partition beside those of each ${tenants}, whose trigger is to make them: two sign-ups at once would deadlock (ACCESS EXCLUSIVE), and a tenant with rows in the DEFAULT could not be inserted`,
      hint: `Remove default: true, or remove trigger: true from ${tenants}.`,
    },
  ]
}

/** Whoever has inserted a tenant keeps others from attaching what refers to tenants, and its trigger wants to attach just that. */
function triggerRelations(model: DMMF.Model, block: SchemaBlock, { name: tenants }: TenantSet): Problem[] {
  return foreignKeys(model)
    .filter(({ type }) => type === tenants)
    .map(({ name, relationFromFields }) => ({
      position: fieldPosition(block, name),
      message: `${model.name}.${name} is a foreign key to ${tenants}, whose trigger is to make partitions of ${model.name}: two sign-ups at once would deadlock (SHARE ROW EXCLUSIVE)`,
      hint: `Remove the relation from both models and keep ${joinNames(relationFromFields ?? [], 'and')} as a plain field, or remove trigger: true from ${tenants}.`,
    }))
}

function triggerRelationWarnings(model: DMMF.Model, block: SchemaBlock, { name: tenants }: TenantSet): Problem[] {
  return foreignKeys(model)
    .filter(({ type }) => type !== tenants)
    .map(({ name, type }) => ({
      position: fieldPosition(block, name),
      message: `${model.name}.${name} is a foreign key to ${type}: transactions that write to ${type} and then insert a ${tenants}, whose trigger makes partitions, may deadlock`,
      hint: `Insert the ${tenants} first, or drop the relation and keep the plain field.`,
    }))
}

function foreignKeys(model: DMMF.Model): DMMF.Field[] {
  return model.fields.filter(({ relationFromFields }) => (relationFromFields?.length ?? 0) > 0)
}
