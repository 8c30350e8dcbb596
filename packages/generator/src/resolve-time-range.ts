import { parseDuration, type RangePolicy, type RetentionPolicy } from '@partman/core'
import type { ScalarValue } from './parse-value.js'
import type { Problem } from './problem.js'
import { resolveDuration } from './resolve-duration.js'
import { resolveOrigin, resolveStart } from './resolve-origin.js'
import type { RangeKey } from './resolve-range-key.js'
import { resolveTimeZone } from './resolve-time-zone.js'
import type { ModelAnnotation } from './stack-annotations.js'

/** What levels by time and by number have in common; undefined where an error was found. */
export interface RangeOptions extends Pick<RangePolicy, 'prefix' | 'default' | 'subpartition'> {
  readonly premake: number | undefined
  readonly retention: RetentionPolicy | null | undefined
}

/** Resolves a range level by time; undefined where an error was found. */
export function resolveTimeRange(
  { arguments: { single: given } }: ModelAnnotation,
  key: Exclude<RangeKey, { kind: 'number' }> | undefined,
  { premake, retention, orderedId, ...options }: RangeOptions & Pick<RangePolicy, 'orderedId'>,
  errors: Problem[],
): RangePolicy | undefined {
  const argument = given.get('interval')
  const interval = argument && resolveInterval(argument, key, errors)
  const timeZone = resolveTimeZone(given.get('timeZone'), errors)
  const origin = resolveOrigin(given, interval, errors)
  const start = resolveStart(given.get('start'), errors)
  if (key?.kind !== 'time' || interval === undefined || premake === undefined || retention === undefined) return undefined
  return {
    kind: 'range',
    by: key.by,
    interval,
    timeZone,
    origin,
    start,
    premake,
    retention,
    ...(orderedId ? { orderedId } : {}),
    ...options,
  }
}

function resolveInterval(argument: ScalarValue, key: RangeKey | undefined, errors: Problem[]): string | undefined {
  const { kind, text, position } = argument
  if (kind === 'integer') {
    if (!key) return undefined
    const message = `interval is the number ${text}, but ${key.path} is ${key.written}: its partitions are as long as a time`
    errors.push({ position, message, hint: 'Write a number and a unit in double quotes, such as interval: "1 day".' })
    return undefined
  }
  const interval = resolveDuration(argument, errors)
  if (interval === undefined || key?.field.type !== 'date') return interval
  const { unit } = parseDuration(interval)
  if (unit !== 'hour' && unit !== 'minute') return interval
  errors.push({
    position,
    message: `"${interval}" is counted in ${unit}s, but ${key.field.field.name} is a date without a time`,
    hint: 'Write "1 day" or longer, or make the field @db.Timestamptz(6).',
  })
  return undefined
}
