import type { NumberRangePolicy } from '@partman/core'
import type { ScalarValue } from './parse-value.js'
import type { Problem } from './problem.js'
import { wholeDigits } from './resolve-key.js'
import type { RangeKey } from './resolve-range-key.js'
import { type RetentionSource, retentionArguments } from './resolve-retention.js'
import type { RangeOptions } from './resolve-time-range.js'
import type { ModelAnnotation } from './stack-annotations.js'

type NumberKey = Extract<RangeKey, { kind: 'number' }>

/** The document takes no longer ones. */
const MAX_DIGITS = 30
const HIGHEST = { smallint: 2n ** 15n - 1n, integer: 2n ** 31n - 1n, bigint: 2n ** 63n - 1n }

/** Resolves a range level by number; undefined where an error was found. */
export function resolveNumberRange(
  { arguments: { single: given } }: ModelAnnotation,
  key: NumberKey,
  { premake, retention, ...options }: RangeOptions,
  source: RetentionSource | undefined,
  errors: Problem[],
): NumberRangePolicy | undefined {
  const interval = given.get('interval')
  if (!interval || !isNumber(interval, key, errors)) return undefined
  refuseTime(given, key, source, errors)
  const start = given.get('start')
  if (premake === undefined || (start && start.kind !== 'integer')) return undefined
  const [step, first] = [BigInt(interval.text), BigInt(start?.text ?? 0)]
  refuseOverflow({ interval, start, step, first, premake }, key, errors)
  if (retention === undefined || retention?.kind === 'age') return undefined
  return { kind: 'number-range', by: key.by, interval: String(step), start: String(first), premake, retention, ...options }
}

function isNumber({ kind, text, position }: ScalarValue, { path, written }: NumberKey, errors: Problem[]): boolean {
  if (kind === 'integer' && BigInt(text) > 0n) return true
  if (kind === 'integer') {
    errors.push({
      position,
      message: `interval is ${text}; it is how many numbers one partition holds`,
      hint: 'For example interval: 1000000',
    })
    return false
  }
  const hint = /^\d+$/.test(text)
    ? `Write interval: ${text}`
    : 'Write how many numbers one partition holds, such as interval: 1000000, or how the field tells a time, such as encoding: epochSeconds.'
  errors.push({ position, message: `interval is "${text}", but ${path} is ${written} and tells no time`, hint })
  return false
}

/** Nothing that is measured in time has a meaning for numbers. */
function refuseTime(
  given: ReadonlyMap<string, ScalarValue>,
  { path, written }: NumberKey,
  source: RetentionSource | undefined,
  errors: Problem[],
): void {
  const refuse = (name: string, position: ScalarValue['position'], hint: string): void => {
    errors.push({ position, message: `"${name}" is of time, but ${path} is ${written} and tells none`, hint })
  }
  for (const name of ['timeZone', 'origin', 'weekStart']) {
    const argument = given.get(name)
    if (argument) refuse(name, argument.position, `Remove ${name}.`)
  }
  const start = given.get('start')
  if (start?.kind === 'string') refuse('start', start.position, 'For example start: 0')
  const [retention] = source ? retentionArguments(source) : []
  if (retention?.isAge) refuse(retention.name, retention.value.position, 'Write keep: 12 or maxSize: "50 GB" instead.')
}

interface Reach {
  readonly interval: ScalarValue
  readonly start: ScalarValue | undefined
  readonly step: bigint
  readonly first: bigint
  readonly premake: number
}

/** PostgreSQL takes no bound that the type of the key cannot hold. */
function refuseOverflow(
  { interval, start, step, first, premake }: Reach,
  { by, field, path, written }: NumberKey,
  errors: Problem[],
): void {
  const highest = by.type === 'numeric' ? 10n ** BigInt(Math.min(wholeDigits(field.field) ?? 0, MAX_DIGITS)) - 1n : HIGHEST[by.type]
  const lowest = by.type === 'numeric' ? -highest : -highest - 1n
  const end = first + step * BigInt(premake + 1)
  if (start && (first > highest || first < lowest)) {
    errors.push({
      position: start.position,
      message: `start is ${start.text}, which ${path} cannot hold: it is ${written}`,
      hint: `It holds ${lowest} to ${highest}.`,
    })
  } else if (end > highest) {
    errors.push({
      position: interval.position,
      message: `The first partition and ${premake} ahead of it reach to ${end}, which ${path} cannot hold: it is ${written}`,
      hint: `It holds up to ${highest}: write a smaller interval or premake, or make it a larger type.`,
    })
  }
}
