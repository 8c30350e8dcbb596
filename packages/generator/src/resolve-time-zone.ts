import { isTimeZone } from '@partman/core'
import type { ScalarValue } from './parse-value.js'
import type { Problem } from './problem.js'
import { suggestName } from './suggest-name.js'

const DEFAULT_TIME_ZONE = 'UTC'

/** Resolves the argument `timeZone`. */
export function resolveTimeZone(value: ScalarValue | undefined, errors: Problem[]): string {
  if (!value) return DEFAULT_TIME_ZONE
  if (isTimeZone(value.text)) return value.text
  const suggestion = suggestName(value.text, Intl.supportedValuesOf('timeZone'))
  errors.push({
    position: value.position,
    message: `"${value.text}" is not an IANA time zone`,
    hint: suggestion ? `Did you mean "${suggestion}"?` : 'For example "Europe/Vienna" or "UTC".',
  })
  return DEFAULT_TIME_ZONE
}
