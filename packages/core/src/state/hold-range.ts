import { PartmanError } from '../error.js'
import { type PartitionPolicy, policyLevels, type WindowPolicy } from '../policy/policy.js'
import { type Hold, placeHold } from './hold.js'
import { isWindows } from './key-span.js'
import { writtenInstant } from './written-key.js'

/**
 * Resolves the range of a hold, as people write it, to what is kept of it: instants, so that no later change of a time zone moves them.
 * `null` has no bound.
 *
 * @throws PartmanError `HOLD_INVALID` for a bound that no key of the table has a place for, and for a range that is empty
 */
export function resolveHoldRange(policy: PartitionPolicy, range: Pick<Hold, 'lower' | 'upper'>): Pick<Hold, 'lower' | 'upper'> {
  const written = [range.lower, range.upper].filter((text) => text !== null)
  if (written.length === 0) return range
  const levels = policyLevels(policy).filter(isWindows)
  if (levels.length === 0) {
    throw new PartmanError('HOLD_INVALID', 'The table is not partitioned by a range that a hold could begin or end in', {
      hint: 'Leave out both ends: the hold is on the whole table, or on the whole tenant.',
    })
  }
  const level = levels.find((one) => placeHold(one, range) !== undefined)
  const place = level && placeHold(level, range)
  if (!level || !place) throw unplaced(levels, range)
  if (place.from >= place.to) {
    throw new PartmanError('HOLD_INVALID', `A hold from ${range.lower} to before ${range.upper} is on nothing`, {
      hint: 'The end is excluded, and has to come after the begin.',
    })
  }
  return {
    lower: range.lower === null ? null : normalize(level, range.lower),
    upper: range.upper === null ? null : normalize(level, range.upper),
  }
}

function normalize(level: WindowPolicy, text: string): string {
  if (level.kind === 'number-range') return text
  // A key that is a date has no other time zone than its own.
  if (level.by.type === 'date' && text.length === 10) return text
  const instant = writtenInstant(level, text)
  return typeof instant === 'number' ? new Date(instant).toISOString() : text
}

function unplaced(levels: readonly WindowPolicy[], range: Pick<Hold, 'lower' | 'upper'>): PartmanError {
  const isPlaced = (bound: Pick<Hold, 'lower' | 'upper'>) => levels.some((level) => placeHold(level, bound) !== undefined)
  const { lower, upper } = range
  const text = lower !== null && !isPlaced({ lower, upper: null }) ? lower : (upper ?? lower)
  const keys = levels.map(({ by }) => by.field).join(', ')
  const hints = levels.map(({ kind }) =>
    kind === 'range' ? 'a time such as 2026-03-01 or 2026-03-01T12:00:00Z' : 'a whole number such as 1000000',
  )
  return new PartmanError('HOLD_INVALID', `${JSON.stringify(text)} is no place among the values of ${keys}`, {
    hint: `Pass ${[...new Set(hints)].join(', or ')}.`,
  })
}
