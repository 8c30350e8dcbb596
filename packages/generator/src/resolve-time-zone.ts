import type { ScalarValue } from './parse-value.js'
import type { Problem } from './problem.js'
import { suggestName } from './suggest-name.js'

const DEFAULT_TIME_ZONE = 'UTC'

/** Resolves the argument `timeZone`. */
export function resolveTimeZone(value: ScalarValue | undefined, errors: Problem[]): string {
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
