import { type AfterGrace, PartmanError, parseSize, type RetentionPolicy } from '@partman/core'
import type { LevelContext } from './level.js'
import type { ScalarValue } from './parse-value.js'
import type { Problem } from './problem.js'
import { refuseSchema } from './refuse-schema.js'
import { KEEP, resolveCount } from './resolve-count.js'
import { resolveDuration } from './resolve-duration.js'
import type { ModelAnnotation } from './stack-annotations.js'

const DEFAULT_GRACE = '24 hours'

/** Where the retention of a level is written: in the short form, or below the level. */
export interface RetentionSource {
  readonly annotation: ModelAnnotation
  /** What the argument for an age is called there. */
  readonly age: 'retention' | 'after'
}

/** The argument that says when partitions retire, and whether by age. */
export interface RetentionArgument {
  readonly name: string
  readonly value: ScalarValue
  readonly isAge: boolean
}

/** The arguments that say when partitions retire; there is to be one of them at most. */
export function retentionArguments({ annotation, age }: RetentionSource): RetentionArgument[] {
  return [age, 'keep', 'maxSize'].flatMap((name) => {
    const value = annotation.arguments.single.get(name)
    return value ? [{ name, value, isAge: name === age }] : []
  })
}

/** Resolves when the partitions of a level retire; null where they never do, undefined where an error was found. */
export function resolveRetention(
  source: RetentionSource | undefined,
  context: Pick<LevelContext, 'errors' | 'managedSchemas'>,
): RetentionPolicy | null | undefined {
  if (!source) return null
  const { errors } = context
  const given = source.annotation.arguments.single
  const [first, second] = retentionArguments(source)
  const grace = given.get('grace') ? resolveDuration(given.get('grace'), errors) : DEFAULT_GRACE
  if (second) {
    const message = `"${second.name}" is given beside "${first?.name}"; partitions retire by age, by count or by size`
    errors.push({ position: second.value.position, message, hint: 'Keep one of the two.' })
    return undefined
  }
  if (!first) return refuseNone(source, errors)
  const kind = resolveKind(first, errors)
  const afterGrace = resolveAfterGrace(source, context)
  if (!kind || grace === undefined || afterGrace === undefined) return undefined
  return { ...kind, grace, ...(afterGrace === null ? {} : { afterGrace }) }
}

/** Resolves what becomes of a detached partition; null where it is dropped, undefined where an error was found. */
function resolveAfterGrace(
  { annotation }: RetentionSource,
  { errors, managedSchemas }: Pick<LevelContext, 'errors' | 'managedSchemas'>,
): AfterGrace | null | undefined {
  const [drop, moveTo] = ['drop', 'moveTo'].map((name) => annotation.arguments.single.get(name))
  if (drop && moveTo) {
    const message = '"moveTo" is given beside "drop"; a retired partition is dropped, kept or moved'
    errors.push({ position: moveTo.position, message, hint: 'Keep one of the two.' })
    return undefined
  }
  if (!moveTo) return drop?.text === 'false' ? { kind: 'keep' } : null
  const refusal = refuseSchema('moveTo', moveTo.text, managedSchemas)
  if (!refusal) return { kind: 'move', schema: moveTo.text }
  errors.push({
    position: moveTo.position,
    ...refusal,
    hint: 'Name a schema that neither Prisma nor partman looks after, such as "archive".',
  })
  return undefined
}

function refuseNone({ annotation, age }: RetentionSource, errors: Problem[]): null | undefined {
  if (age === 'after') {
    const message = '@partman.retention needs one of the arguments "after", "keep" and "maxSize"'
    errors.push({ position: annotation.position, message, hint: 'Add after: "30 days"' })
    return undefined
  }
  const stray = Object.entries(STRAY).flatMap(([name, says]) => {
    const argument = annotation.arguments.single.get(name)
    return argument ? [{ name, says, position: argument.position }] : []
  })
  for (const { name, says, position } of stray) {
    const message = `"${name}" says ${says}, but without "retention" none retires`
    errors.push({ position, message, hint: `Add retention: "30 days", or remove ${name}.` })
  }
  return stray.length === 0 ? null : undefined
}

/** What has no meaning where nothing retires. */
const STRAY = {
  grace: 'how long a retired partition is kept',
  drop: 'whether a retired partition is dropped',
  moveTo: 'where a retired partition goes',
} as const

type RetentionKind =
  | { readonly kind: 'age'; readonly after: string }
  | { readonly kind: 'count'; readonly partitions: number }
  | { readonly kind: 'size'; readonly size: string }

function resolveKind({ name, value, isAge }: RetentionArgument, errors: Problem[]): RetentionKind | undefined {
  if (isAge) {
    const after = resolveDuration(value, errors)
    return after === undefined ? undefined : { kind: 'age', after }
  }
  if (name === 'keep') {
    const partitions = resolveCount('keep', value, KEEP, errors)
    return partitions === undefined ? undefined : { kind: 'count', partitions }
  }
  return isSize(value, errors) ? { kind: 'size', size: value.text } : undefined
}

function isSize({ text, position }: ScalarValue, errors: Problem[]): boolean {
  try {
    parseSize(text)
    return true
  } catch (error) {
    if (!(error instanceof PartmanError)) throw error
    errors.push({ position, message: error.message, hint: error.hint ?? '' })
    return false
  }
}
