import type { ScalarValue } from './parse-value.js'
import type { Problem } from './problem.js'

/** The bounds of a count, both included, and what it counts. */
export interface CountRule {
  readonly min: number
  readonly max: number
  readonly what: string
  readonly hint: string
}

/** Partitions kept ahead of the current one where the annotation does not say: ten days of daily partitions outlast a long weekend. */
export const DEFAULT_PREMAKE = 10

export const PREMAKE: CountRule = {
  min: 1,
  max: 10_000,
  what: 'how many partitions to keep ahead',
  hint: `Leave it out for ${DEFAULT_PREMAKE}.`,
}

export const PARTITIONS: CountRule = {
  min: 1,
  max: 10_000,
  what: 'how many partitions the rows are spread over',
  hint: 'For example 16. It cannot be changed later without copying every row.',
}

export const KEEP: CountRule = {
  min: 1,
  max: 1_000_000,
  what: 'how many partitions to keep behind the current one',
  hint: 'For example 12. Leave it out to keep everything.',
}

export const EPOCH: CountRule = {
  min: 0,
  max: Number.MAX_SAFE_INTEGER,
  what: 'the milliseconds since 1970 that a snowflake counts from',
  hint: 'For example 1288834974657, which is that of Twitter.',
}

/** Resolves an argument that is a count, `name` in messages; undefined where it is absent or out of bounds. */
export function resolveCount(
  name: string,
  value: ScalarValue | undefined,
  { min, max, what, hint }: CountRule,
  errors: Problem[],
): number | undefined {
  if (!value) return undefined
  const count = Number(value.text)
  if (count >= min && count <= max) return count
  errors.push({ position: value.position, message: `${name} is ${value.text}; it is ${what}, ${min} to ${max}`, hint })
  return undefined
}
