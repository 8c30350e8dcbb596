import type { WindowPolicy } from '../policy/policy.js'
import type { KeySpan } from './key-span.js'
import { EARLIEST, LATEST, type Position } from './position.js'
import { placeWritten } from './written-key.js'

/** What nothing may retire or drop: the rows of a table, of one tenant or of all, from `lower` to before `upper`. */
export interface Hold {
  /** As PostgreSQL prints it. */
  readonly id: string
  /** null: of all tenants. */
  readonly tenant: string | null
  /** Keys as people write them, an instant or a local date for one that tells a time, or as PostgreSQL prints them; null: without a bound. */
  readonly lower: string | null
  readonly upper: string | null
  readonly reason: string
  /** ISO 8601; null: until it is released. */
  readonly until: string | null
}

/** The holds whose time is not over at an instant (milliseconds since 1970). What is no instant is never over. */
export function holdsInForce(holds: readonly Hold[], now: number): Hold[] {
  return holds.filter(({ until }) => until === null || !(Date.parse(until) <= now))
}

/** The holds on any of the rows that a partition may have: `tenant` is null where they are of several, or of nobody. */
export function coveringHolds(holds: readonly Hold[], tenant: string | null, spans: readonly KeySpan[]): Hold[] {
  return holds.filter((hold) => (hold.tenant === null || tenant === null || hold.tenant === tenant) && overlaps(hold, spans))
}

/**
 * A hold is on whichever of the table's keys its bounds have a place. Where that is more than one, nobody knows which was meant, and
 * each counts; where it is none, the hold is on everything.
 */
function overlaps(hold: Hold, spans: readonly KeySpan[]): boolean {
  let isPlaced = false
  for (const { policy, from, to } of spans) {
    const place = placeHold(policy, hold)
    if (!place) continue
    isPlaced = true
    // One that ends before it begins was not meant so.
    if (place.from >= place.to || (place.from < to && from < place.to)) return true
  }
  return !isPlaced
}

/** Where a hold lies on the axis of a level's key; undefined where one of its bounds has no place there. */
export function placeHold(
  policy: WindowPolicy,
  { lower, upper }: Pick<Hold, 'lower' | 'upper'>,
): { readonly from: Position; readonly to: Position } | undefined {
  const from = lower === null ? EARLIEST : placeWritten(policy, lower, 'lower')
  const to = upper === null ? LATEST : placeWritten(policy, upper, 'upper')
  return from === undefined || to === undefined ? undefined : { from, to }
}
