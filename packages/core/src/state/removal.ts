import { firstInstant } from '../calendar/first-instant.js'
import { instantBefore } from '../calendar/window.js'
import { parseDuration } from '../policy/duration.js'
import type { AfterGrace } from '../policy/policy.js'
import type { RetentionTerms } from './retention-terms.js'

/** What becomes of the partitions of a table once their tenant was removed: for how long they stand detached, and what comes then. */
export interface RemovalTerms {
  readonly grace: string
  /** Absent: they are dropped. */
  readonly afterGrace?: AfterGrace | undefined
}

/** A tenant that somebody has removed. */
export interface Removal {
  /** ISO 8601. */
  readonly removedAt: string
  /** ISO 8601: the grace period counts from here. It is moved where somebody tries to take the tenant back. */
  readonly graceFrom: string
  /** As they were when it was removed, by the full name of the table: what is declared later does not shorten them. */
  readonly terms: Readonly<Record<string, RemovalTerms>>
}

/** Where no retention says for how long. */
const GRACE = '24 hours'

/** Those that keep the most of what the retentions of a table say, declared or in force, at an instant (milliseconds since 1970). */
export function removalTerms(retentions: readonly RetentionTerms[], now: number): RemovalTerms {
  const [first, ...others] = retentions.flat().filter((one) => one !== null)
  if (!first) return { grace: GRACE }
  const most = others.reduce<RemovalTerms>((kept, one) => (keepsMore(one, kept, now) ? one : kept), first)
  return { grace: most.grace, ...(most.afterGrace && { afterGrace: most.afterGrace }) }
}

const RANK = { keep: 2, move: 1, drop: 0 }

function keepsMore(a: RemovalTerms, b: RemovalTerms, now: number): boolean {
  const [rankA, rankB] = [RANK[a.afterGrace?.kind ?? 'drop'], RANK[b.afterGrace?.kind ?? 'drop']]
  if (rankA !== rankB) return rankA > rankB
  return instantBefore(now, parseDuration(a.grace), 'UTC') < instantBefore(now, parseDuration(b.grace), 'UTC')
}

/** The terms of a table; one that they do not name was declared since, and keeps what it has. */
export function termsOf({ terms }: Removal, table: string): RemovalTerms {
  return terms[table] ?? { grace: GRACE, afterGrace: { kind: 'keep' } }
}

/**
 * The instant (milliseconds since 1970) from which on a partition of a removed tenant may be dropped that stands detached since `retiredAt`; null
 * where none is, as it is kept or moved, and so can be taken back.
 */
export function removalEnd(
  { graceFrom }: Pick<Removal, 'graceFrom'>,
  { grace, afterGrace }: RemovalTerms,
  retiredAt: number,
): number | null {
  if (afterGrace !== undefined) return null
  const began = Math.max(retiredAt, Date.parse(graceFrom))
  const duration = parseDuration(grace)
  return firstInstant((now) => instantBefore(now, duration, 'UTC') >= began, began) ?? null
}
