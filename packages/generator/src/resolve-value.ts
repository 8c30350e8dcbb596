import type { ListKeyType } from '@partman/core'
import type { ScalarValue } from './parse-value.js'
import type { Refusal } from './resolve-encoding.js'
import { describeType } from './resolve-key.js'
import type { KeyField } from './resolve-key-field.js'
import type { SchemaModels } from './schema-models.js'
import { suggestName } from './suggest-name.js'

/** One of the few values that a field may have: its name in the schema, and what it is in the database. */
export interface Choice {
  readonly name: string
  readonly value: string
}

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i
const INTEGER_BITS = { smallint: 16, integer: 32, bigint: 64 }

/** The values that a field may have; undefined where they are not few. */
export function resolveChoices({ field, type }: KeyField<ListKeyType>, { enums }: SchemaModels): readonly Choice[] | undefined {
  if (type === 'boolean') return ['true', 'false'].map((name) => ({ name, value: name }))
  if (type !== 'enum') return undefined
  return enums.get(field.type)?.values.map(({ name, dbName }) => ({ name, value: dbName ?? name })) ?? []
}

/** Resolves a value of a list to the text that PostgreSQL prints for it. `path` is the field in messages. */
export function resolveValue(
  value: ScalarValue,
  { field, type }: KeyField<ListKeyType>,
  path: string,
  choices: readonly Choice[] | undefined,
): string | Refusal {
  const written = value.kind === 'string' ? JSON.stringify(value.text) : value.text
  const takes = (wanted: string, hint: string): Refusal => ({ message: `${written} is no value of ${path}, which takes ${wanted}`, hint })
  const choice = choices?.find(({ name }) => name === value.text)
  if (choice && value.kind !== 'string') return choice.value
  if (value.kind === 'null') {
    return {
      message: 'No key may be null: Prisma needs an @id or @@unique of required fields, and PostgreSQL every key in it',
      hint: 'Remove null.',
    }
  }
  if (choices) {
    const names = choices.map(({ name }) => name)
    const suggestion = choice?.name ?? suggestName(value.text, names)
    const wanted = type === 'boolean' ? 'true and false' : `the names in ${describeType(field)}, without quotes`
    return takes(wanted, suggestion ? `Write ${suggestion}` : `There are ${names.join(', ')}.`)
  }
  switch (type) {
    case 'text':
      return value.kind === 'string'
        ? shortEnough(value.text, field.nativeType?.[1]?.[0], takes)
        : takes('texts in double quotes', `Write "${value.text}"`)
    case 'uuid':
      return UUID.test(value.text)
        ? value.text.toLowerCase()
        : takes('UUIDs in double quotes', 'For example "018f6d5e-7c00-7000-8000-000000000000"')
    case 'smallint':
    case 'integer':
    case 'bigint':
      return value.kind === 'integer' && BigInt.asIntN(INTEGER_BITS[type], BigInt(value.text)) === BigInt(value.text)
        ? String(BigInt(value.text))
        : takes(
            `whole numbers of ${INTEGER_BITS[type]} bits`,
            /^-?\d+$/.test(value.text) && value.kind === 'string' ? `Write ${value.text}` : 'For example 42',
          )
    default:
      throw new RangeError(`${type} has choices`)
  }
}

function shortEnough(text: string, limit: string | undefined, takes: (wanted: string, hint: string) => Refusal): string | Refusal {
  // PostgreSQL counts characters, not UTF-16 units.
  if (limit === undefined || [...text].length <= Number(limit)) return text
  return takes(`texts of up to ${limit} characters`, `Shorten it, or make the field @db.VarChar(${[...text].length}).`)
}
