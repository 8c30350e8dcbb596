import { PartmanError, parseDuration } from '@partman/core'
import type { ArgumentValue } from './parse-annotation.js'
import type { Problem } from './problem.js'
import { suggestName } from './suggest-name.js'

/** Partitions kept ahead of the current one where the annotation does not say: ten days of daily partitions outlast a long weekend. */
export const DEFAULT_PREMAKE = 10
const MAX_PREMAKE = 10_000
const DEFAULT_TIME_ZONE = 'UTC'

/** Resolves an argument that is a duration to its text. Undefined where it is absent or wrong. */
export function resolveDuration(value: ArgumentValue | undefined, errors: Problem[]): string | undefined {
  if (!value) return undefined
  try {
    parseDuration(value.text)
    return value.text
  } catch (error) {
    if (!(error instanceof PartmanError)) throw error
    const { position, text } = value
    const amount = /^\d+/.exec(text)?.[0]
    if (/^\d+ ?s(ec(ond)?s?)?$/i.test(text)) {
      errors.push({
        position,
        message: `"${text}" is counted in seconds; a minute is the smallest unit`,
        hint: 'The shortest is "1 minute".',
      })
    } else if (amount !== undefined && Number(amount) === 0) {
      errors.push({ position, message: `"${text}" is not longer than nothing`, hint: 'The shortest is "1 minute".' })
    } else errors.push({ position, message: error.message, hint: error.hint ?? '' })
    return undefined
  }
}

/** Resolves the argument `premake`. */
export function resolvePremake(value: ArgumentValue | undefined, errors: Problem[]): number {
  if (!value) return DEFAULT_PREMAKE
  const premake = Number(value.text)
  if (premake < 1 || premake > MAX_PREMAKE) {
    errors.push({
      position: value.position,
      message: `premake is ${value.text}; it is how many partitions to keep ahead, 1 to ${MAX_PREMAKE}`,
      hint: `Leave it out for ${DEFAULT_PREMAKE}.`,
    })
  }
  return premake
}

/** Resolves the argument `timeZone`. */
export function resolveTimeZone(value: ArgumentValue | undefined, errors: Problem[]): string {
  if (!value) return DEFAULT_TIME_ZONE
  // Newer runtimes take an offset for a zone; it knows no daylight saving, and PostgreSQL reads its sign the other way round.
  if (/^[A-Za-z]/.test(value.text) && isTimeZone(value.text)) return value.text
  const suggestion = suggestName(value.text, Intl.supportedValuesOf('timeZone'))
  errors.push({
    position: value.position,
    message: `"${value.text}" is not an IANA time zone`,
    hint: suggestion ? `Did you mean "${suggestion}"?` : 'For example "Europe/Vienna" or "UTC".',
  })
  return DEFAULT_TIME_ZONE
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
