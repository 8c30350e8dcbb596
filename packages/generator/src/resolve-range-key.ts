import type { KeyColumn, NumberKeyType, TimeEncoding, TimeKey, TimeKeyType } from '@partman/core'
import { ENCODINGS } from './annotation-rules.js'
import type { LevelContext } from './level.js'
import type { Problem } from './problem.js'
import { EPOCH, resolveCount } from './resolve-count.js'
import { type Refusal, resolveEncoding } from './resolve-encoding.js'
import { describeType, RANGE_KEY, type RangeKeyType } from './resolve-key.js'
import { type KeyField, keyOf, resolveKeyField } from './resolve-key-field.js'
import type { ModelAnnotation } from './stack-annotations.js'

type RangeColumn =
  | { readonly kind: 'time'; readonly by: TimeKey }
  | { readonly kind: 'number'; readonly by: KeyColumn<NumberKeyType> }
  /** Nobody can tell which. */
  | { readonly kind: 'neither'; readonly refusal: Refusal }

/** The key of a range level: times, or numbers. `path` and `written` are the field and its type in messages. */
export type RangeKey = RangeColumn & { readonly field: KeyField<RangeKeyType>; readonly path: string; readonly written: string }

/** Resolves `by`, `encoding` and `epoch`; undefined where no field was found. What the default of the field tells need not be written. */
export function resolveRangeKey(annotation: ModelAnnotation, { model, block, errors }: LevelContext): RangeKey | undefined {
  const { single: given } = annotation.arguments
  const name = given.get('by')
  const field = name && resolveKeyField(model, block, name, RANGE_KEY, errors)
  if (!name || !field) return undefined
  const encoding = given.get('encoding')
  const path = `${model.name}.${field.field.name}`
  const key = resolveColumn(field, encoding && ENCODINGS[encoding.text as keyof typeof ENCODINGS], path)
  if (key.kind === 'neither') errors.push({ position: (encoding ?? name).position, ...key.refusal })
  return { ...withEpoch(key, annotation, errors), field, path, written: describeType(field.field) }
}

function resolveColumn(key: KeyField<RangeKeyType>, named: TimeEncoding | undefined, path: string): RangeColumn {
  const { field, type } = key
  if (isTimeType(type)) {
    if (!named) return { kind: 'time', by: keyOf({ field, type }) }
    return { kind: 'neither', refusal: { message: `${path} is ${describeType(field)}, which needs no encoding`, hint: 'Remove encoding.' } }
  }
  if (!named && isNumberType(type)) return { kind: 'number', by: keyOf({ field, type }) }
  const resolved = resolveEncoding(key, named, path)
  if ('message' in resolved) return { kind: 'neither', refusal: resolved }
  return { kind: 'time', by: { ...keyOf({ field, type: resolved.type }), encoding: resolved.encoding } }
}

function withEpoch(key: RangeColumn, { arguments: { single } }: ModelAnnotation, errors: Problem[]): RangeColumn {
  const argument = single.get('epoch')
  if (!argument || key.kind === 'neither') return key
  if (key.kind === 'time' && 'encoding' in key.by && key.by.encoding === 'snowflake') {
    const epoch = resolveCount('epoch', argument, EPOCH, errors)
    return epoch === undefined ? key : { kind: 'time', by: { ...key.by, epoch } }
  }
  const hint = 'Add encoding: snowflake, or remove epoch.'
  errors.push({ position: argument.position, message: '"epoch" is given without encoding: snowflake', hint })
  return key
}

function isTimeType(type: RangeKeyType): type is TimeKeyType {
  return type === 'timestamptz' || type === 'timestamp' || type === 'date'
}

function isNumberType(type: RangeKeyType): type is NumberKeyType {
  return type === 'smallint' || type === 'integer' || type === 'bigint' || type === 'numeric'
}
