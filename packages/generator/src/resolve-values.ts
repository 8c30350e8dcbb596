import type { ListKeyType, ListPolicy } from '@partman/core'
import { joinNames } from './join-names.js'
import type { LevelContext } from './level.js'
import type { ArgumentValue, ArrayValue, ScalarValue } from './parse-value.js'
import type { Position, Problem } from './problem.js'
import type { Refusal } from './resolve-encoding.js'
import type { KeyField } from './resolve-key-field.js'
import { resolveChoices, resolveValue } from './resolve-value.js'
import type { ModelAnnotation } from './stack-annotations.js'

const EXAMPLE = 'For example values: ["eu", ["us", "ca"]]'

/**
 * Resolves the values of a list level, one array per partition. A field of few possible values has a partition for each where none
 * are named. Undefined where an error was found.
 */
export function resolveValues(
  { arguments: { single, lists }, position }: ModelAnnotation,
  key: KeyField<ListKeyType>,
  { model, schema, errors, warnings }: LevelContext,
): ListPolicy['values'] | undefined {
  const path = `${model.name}.${key.field.name}`
  const choices = resolveChoices(key, schema)
  const list = lists.get('values')
  if (!list) {
    if (choices) return choices.map(({ value }) => [value])
    errors.push({ position, message: '@partman.list needs one of the arguments "values" and "tenants"', hint: 'Add values: ["eu", "us"]' })
    return undefined
  }
  const problems: Problem[] = []
  const values = readPartitions(list, (value) => resolveValue(value, key, path, choices), problems)
  errors.push(...problems)
  if (problems.length > 0) return undefined
  const missing = choices?.filter(({ value }) => !values.flat().includes(value)).map(({ name }) => name) ?? []
  if (missing.length > 0 && single.get('default')?.text !== 'true') {
    const message = `${path} may be ${joinNames(missing, 'or')}, which no partition holds: PostgreSQL refuses such a row`
    warnings.push({ position: list.position, message, hint: 'Add it to values, or add default: true.' })
  }
  return values
}

function readPartitions({ items, position }: ArrayValue, read: (value: ScalarValue) => string | Refusal, problems: Problem[]): string[][] {
  const seen = new Set<string>()
  const readOne = (value: ArgumentValue): string[] => {
    const refuse = ({ message, hint }: Refusal): [] => {
      problems.push({ position: value.position, message, hint })
      return []
    }
    if (value.kind === 'array')
      return refuse({ message: 'Brackets in brackets are the values of one partition, and go no deeper', hint: EXAMPLE })
    const text = read(value)
    if (typeof text !== 'string') return refuse(text)
    if (seen.has(text))
      return refuse({ message: `${value.text} is named twice; a value belongs in one partition`, hint: 'Keep one of the two.' })
    seen.add(text)
    return [text]
  }
  if (items.length === 0) problems.push(nothingAt(position))
  return items.map((item) => {
    if (item.kind !== 'array') return readOne(item)
    if (item.items.length === 0) problems.push(nothingAt(item.position))
    return item.items.flatMap(readOne)
  })
}

function nothingAt(position: Position): Problem {
  return { position, message: 'There is nothing in the brackets', hint: EXAMPLE }
}
