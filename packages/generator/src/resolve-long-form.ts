import type { Level, LevelContext } from './level.js'
import { resolveHash } from './resolve-hash.js'
import { resolveList } from './resolve-list.js'
import { resolveRange } from './resolve-range.js'
import type { AnnotatedLevel } from './stack-annotations.js'

/** Resolves stacked annotations to levels, outermost first. */
export function resolveLongForm(stack: readonly AnnotatedLevel[], context: LevelContext): Level[] {
  const levels = stack.map((level, depth) => resolveLevel(level, depth, context))
  refuseRepeats(levels, context)
  return levels
}

function resolveLevel({ annotation, retention }: AnnotatedLevel, depth: number, context: LevelContext): Level {
  switch (annotation.name) {
    case 'partman.list':
      return resolveList(annotation, depth, context)
    case 'partman.hash':
      return resolveHash(annotation, context)
    default:
      return resolveRange(annotation, retention && { annotation: retention, age: 'after' }, context)
  }
}

/** A level that goes by the field of one above, in the same way, has nothing left to tell apart. */
function refuseRepeats(levels: readonly Level[], { model, errors }: LevelContext): void {
  const seen = new Set<string>()
  for (const { kind, keys = [], position } of levels) {
    const method = kind === 'tenants' ? 'list' : kind === 'number-range' ? 'range' : kind
    const repeated = keys.find(({ field }) => seen.has(`${method} ${field.name}`))
    if (repeated) {
      const message = `${model.name}.${repeated.field.name} is the key of two @partman.${method} levels`
      errors.push({ position, message, hint: 'Name another field, or remove one of the two levels.' })
    }
    for (const { field } of keys) seen.add(`${method} ${field.name}`)
  }
}
