import { PartmanError } from '@partman/core'

/** Parses an instant as people write it, to milliseconds since 1970; a date is its midnight in UTC. */
export function parseInstant(text: string): number {
  const isWhole = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text)
  const instant = isWhole ? Date.parse(text) : Number.NaN
  if (Number.isNaN(instant)) throw invalidInstant(text, 'is not an instant')
  return instant
}

export function invalidInstant(text: string, why: string): PartmanError {
  return new PartmanError('INSTANT_INVALID', `"${text}" ${why}`, {
    hint: 'Such as `--until 2028-01-01`, `--until 2028-01-01T12:00:00Z` or `--tenants 100`.',
  })
}
