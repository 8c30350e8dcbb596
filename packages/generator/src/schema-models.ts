import type { DMMF } from '@prisma/generator-helper'
import type { Position } from './problem.js'
import type { SchemaBlock } from './scan-schema.js'

/** What Prisma knows of the models, and where the schema files say it. */
export interface SchemaModels {
  readonly models: ReadonlyMap<string, DMMF.Model>
  /** Blocks by name: models, views, types and enums share their names. */
  readonly blocks: ReadonlyMap<string, SchemaBlock>
  readonly enums: ReadonlyMap<string, DMMF.DatamodelEnum>
  readonly indexes: readonly DMMF.Index[]
  /** False where `relationMode = "prisma"`: relations are no constraints of the database then. */
  readonly foreignKeys: boolean
}

/** A primary key or unique constraint of a model, with the place that declares it. */
export interface UniqueKey {
  readonly kind: 'id' | 'unique'
  readonly fields: readonly string[]
  /** Whether it is written at its one field (`@id`), not for the model (`@@id`). */
  readonly onField: boolean
  readonly position: Position
}

/** Joins what Prisma hands over with what the scan found. */
export function joinModels(datamodel: DMMF.Datamodel, blocks: readonly SchemaBlock[]): SchemaModels {
  const datasource = blocks.find(({ kind }) => kind === 'datasource')
  return {
    models: new Map(datamodel.models.map((model) => [model.name, model])),
    blocks: new Map(blocks.filter(({ kind }) => kind !== 'generator' && kind !== 'datasource').map((block) => [block.name, block])),
    enums: new Map(datamodel.enums.map((one) => [one.name, one])),
    indexes: datamodel.indexes,
    foreignKeys: datasource?.members.get('relationMode')?.text !== 'prisma',
  }
}

/** Returns the place that declares a field. */
export function fieldPosition(block: SchemaBlock, field: string): Position {
  return block.members.get(field)?.position ?? block.position
}

/** Returns the primary key and the unique constraints of a model. */
export function uniqueKeys({ indexes }: SchemaModels, block: SchemaBlock): UniqueKey[] {
  const attributes = {
    id: block.attributes.filter(({ name }) => name === '@@id'),
    unique: block.attributes.filter(({ name }) => name === '@@unique'),
  }
  const seen = { id: 0, unique: 0 }
  const keys: UniqueKey[] = []
  for (const { model, type, isDefinedOnField, fields } of indexes) {
    if (model !== block.name || (type !== 'id' && type !== 'unique')) continue
    const names = fields.map(({ name }) => name)
    const position = isDefinedOnField ? fieldPosition(block, names[0] ?? '') : attributes[type][seen[type]++]?.position
    keys.push({ kind: type, fields: names, onField: isDefinedOnField, position: position ?? block.position })
  }
  return keys
}
