import type { OrderedId } from '@partman/core'
import type { LevelContext } from './level.js'
import { resolveDuration } from './resolve-duration.js'
import { resolveEncoding } from './resolve-encoding.js'
import { RANGE_KEY } from './resolve-key.js'
import { keyOf, resolveKeyField } from './resolve-key-field.js'
import type { RangeKey } from './resolve-range-key.js'
import type { ModelAnnotation } from './stack-annotations.js'

/** Resolves `orderedId` and `skew`; undefined where neither is given, or an error was found. What the id tells, its default says. */
export function resolveOrderedId(
  { arguments: { single: given } }: ModelAnnotation,
  key: RangeKey | undefined,
  { model, block, errors }: LevelContext,
): OrderedId | undefined {
  const [name, argument] = [given.get('orderedId'), given.get('skew')]
  const first = name ?? argument
  if (!first) return undefined
  const refuse = (message: string, hint: string): undefined => {
    errors.push({ position: first.position, message, hint })
  }
  if (!name)
    return refuse('"skew" is given without "orderedId"', 'Add orderedId: and the field whose values begin with their time, or remove skew.')
  if (!argument) {
    return refuse(
      'orderedId needs the argument "skew"',
      'Say how far the key of a row is from the time that its id tells, such as skew: "1 minute".',
    )
  }
  const skew = resolveDuration(argument, errors)
  const field = resolveKeyField(model, block, name, RANGE_KEY, errors)
  if (!field || skew === undefined || !key || key.kind === 'neither') return undefined
  if (key.kind === 'number' || 'encoding' in key.by) {
    return refuse(`${key.path} is ${key.written}: only beside a DateTime an id tells where a row is`, 'Remove orderedId and skew.')
  }
  const resolved = resolveEncoding(field, undefined, `${model.name}.${field.field.name}`)
  if ('message' in resolved) return refuse(resolved.message, 'Name a field with @default(uuid(7)), @default(ulid()) or @default(cuid()).')
  return { by: { ...keyOf({ field: field.field, type: resolved.type }), encoding: resolved.encoding }, skew }
}
