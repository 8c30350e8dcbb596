import { PartmanError, parseDuration } from '@partman/core'
import type { ScalarValue } from './parse-value.js'
import type { Problem } from './problem.js'

/** Resolves an argument that is a duration to its text. Undefined where it is absent or wrong. */
export function resolveDuration(value: ScalarValue | undefined, errors: Problem[]): string | undefined {
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
