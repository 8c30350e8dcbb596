import { formatDuration, parseDuration } from '../policy/duration.js'
import type { HookDecision } from './retirement-hook.js'

/** What a hook said, as it is written down. */
export interface ParsedDecision {
  readonly decision: 'proceed' | 'keep' | 'retry'
  readonly reason: string | null
  /** As PostgreSQL reads an interval; null: by the number of attempts. */
  readonly after: string | null
}

/**
 * Parses what a hook returned: a hook that forgot to return anything has not said that the rows may go.
 *
 * @throws TypeError; PartmanError `DURATION_INVALID`
 */
export function parseDecision(given: HookDecision): ParsedDecision {
  if (given === 'proceed') return { decision: 'proceed', reason: null, after: null }
  if (typeof given === 'object' && given !== null) {
    const { decision, reason } = given
    if (decision === 'keep' && typeof reason === 'string' && reason !== '') return { decision, reason: storable(reason), after: null }
    if (decision === 'retry')
      return {
        decision,
        reason: reason === undefined ? null : storable(reason),
        after: given.after === undefined ? null : interval(given.after),
      }
  }
  throw new TypeError(`it returned ${JSON.stringify(given)}, which is no decision`)
}

/** Text as PostgreSQL can store it: without NUL, and without half a character, which a cut may leave. */
export function storable(text: string): string {
  return Buffer.from(text.replaceAll('\0', '')).toString()
}

/** A quarter is no unit of PostgreSQL's. */
function interval(text: string): string {
  const { count, unit } = parseDuration(text)
  return formatDuration(unit === 'quarter' ? { count: count * 3, unit: 'month' } : { count, unit })
}

const FIRST_MINUTES = 1
const MOST_MINUTES = 60

/** How long a hook is left alone after so many attempts, as PostgreSQL reads an interval. */
export function backOff(attempts: number): string {
  return `${Math.min(FIRST_MINUTES * 2 ** (attempts - 1), MOST_MINUTES)} minutes`
}
