import type { Level, LevelContext } from './level.js'
import type { Problem } from './problem.js'
import { DEFAULT_PREMAKE, PREMAKE, resolveCount } from './resolve-count.js'
import { resolveNumberRange } from './resolve-number-range.js'
import { resolveOrderedId } from './resolve-ordered-id.js'
import { resolveRangeKey } from './resolve-range-key.js'
import { type RetentionSource, resolveRetention, retentionArguments } from './resolve-retention.js'
import { resolveTimeRange } from './resolve-time-range.js'
import type { ModelAnnotation } from './stack-annotations.js'

/** Resolves a range level, of the short form or of the long one; its retention is written at `source`. */
export function resolveRange(annotation: ModelAnnotation, source: RetentionSource | undefined, context: LevelContext): Level {
  const { errors } = context
  const { single: given } = annotation.arguments
  const key = resolveRangeKey(annotation, context)
  const orderedId = resolveOrderedId(annotation, key, context)
  const isDefault = given.get('default')?.text === 'true'
  if (isDefault) refuseRetention(annotation, source, errors)
  const retention = resolveRetention(source, context)
  const options = {
    prefix: null,
    premake: given.has('premake') ? resolveCount('premake', given.get('premake'), PREMAKE, errors) : DEFAULT_PREMAKE,
    default: isDefault,
    subpartition: null,
  }
  const policy =
    key?.kind === 'number'
      ? resolveNumberRange(annotation, key, { ...options, retention }, source, errors)
      : resolveTimeRange(annotation, key, { ...options, retention, orderedId }, errors)
  return {
    kind: key?.kind === 'number' ? 'number-range' : 'range',
    position: given.get('by')?.position ?? annotation.position,
    keys: key && [key.field],
    default: isDefault ? given.get('default')?.position : undefined,
    policy,
  }
}

function refuseRetention({ arguments: { single } }: ModelAnnotation, source: RetentionSource | undefined, errors: Problem[]): void {
  const [retention] = source ? retentionArguments(source) : []
  const argument = single.get('default')
  if (!retention || !argument) return
  errors.push({
    position: argument.position,
    message: `"default" is given beside "${retention.name}": where there is a DEFAULT partition, no other can be detached concurrently`,
    hint: 'Keep one of the two.',
  })
}
