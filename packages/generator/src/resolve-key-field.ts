import type { DMMF } from '@prisma/generator-helper'
import type { ScalarValue } from './parse-value.js'
import type { Problem } from './problem.js'
import { columnOf, describeType, type KeyPurpose } from './resolve-key.js'
import type { SchemaBlock } from './scan-schema.js'
import { suggestName } from './suggest-name.js'

/** A field that may be a key, with its PostgreSQL type. */
export interface KeyField<Type extends string> {
  readonly field: DMMF.Field
  readonly type: Type
}

/**
 * Resolves the argument that names a key to a field that holds one value of a supported type in every row; whatever else it
 * names becomes a problem.
 */
export function resolveKeyField<Type extends string>(
  model: DMMF.Model,
  block: SchemaBlock,
  { text: name, position }: Pick<ScalarValue, 'text' | 'position'>,
  { resolveType, supported, noun }: KeyPurpose<Type>,
  problems: Problem[],
): KeyField<Type> | undefined {
  const refuse = (message: string, hint: string): undefined => {
    problems.push({ position, message, hint })
  }
  const field = model.fields.find((candidate) => candidate.name === name)
  if (!field) {
    if (block.members.has(name)) {
      return refuse(`${model.name}.${name} carries @ignore, so Prisma Client cannot write it`, 'Remove @ignore, or name another field.')
    }
    const scalars = model.fields.filter(({ kind }) => kind !== 'object').map((candidate) => candidate.name)
    const suggestion = suggestName(name, scalars)
    return refuse(`${model.name} has no field "${name}"`, suggestion ? `Did you mean "${suggestion}"?` : `It has ${scalars.join(', ')}.`)
  }
  const path = `${model.name}.${name}`
  if (field.kind === 'object') {
    const columns = field.relationFromFields ?? []
    const hint =
      columns.length > 0 ? `Name the field it is stored in: ${columns.join(', ')}.` : 'Name a field that is stored in this table.'
    return refuse(`${path} is a relation, not a column`, hint)
  }
  if (field.isList) return refuse(`${path} is a list; ${noun} is one value`, 'Name a field that is no list.')
  const type = resolveType(field)
  if (!type) return refuse(`${path} is ${describeType(field)}; ${noun} cannot be of that type`, `Supported: ${supported}.`)
  if (!field.isRequired) {
    return refuse(
      `${path} may be null; ${noun} needs a value in every row`,
      `Make it ${field.type} instead of ${field.type}?, and fill the rows that have none first.`,
    )
  }
  return { field, type }
}

/** A key as the document has it. */
export function keyOf<Type extends string>({ field, type }: KeyField<Type>) {
  return { field: field.name, column: columnOf(field), type }
}
