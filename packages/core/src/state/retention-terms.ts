import { instantBefore } from '../calendar/window.js'
import { parseDuration } from '../policy/duration.js'
import type { TimeEncoding } from '../policy/key-column.js'
import { type PartitionPolicy, policyLevels, type RetentionPolicy } from '../policy/policy.js'
import { parseSize } from '../policy/size.js'

/**
 * The retention of a level, and what else it depends on: how the values of its key tell their time where they are no times (read
 * otherwise, all of them may be old), and what one partition holds where partitions are counted.
 */
export type RetentionTerm = RetentionPolicy & { readonly encoding?: TimeEncoding; readonly epoch?: number; readonly interval?: string }

/** The retention of each level of a table, outermost first; null where a level keeps everything. */
export type RetentionTerms = readonly (RetentionTerm | null)[]

/** The terms that a policy declares. */
export function retentionTerms(policy: PartitionPolicy): RetentionTerms {
  return policyLevels(policy).map((level) => {
    if (!('retention' in level) || level.retention === null) return null
    const counted = level.retention.kind === 'count' ? { interval: level.interval } : {}
    if (!('encoding' in level.by)) return { ...level.retention, ...counted }
    const { encoding, epoch = 0 } = level.by
    return { ...level.retention, ...counted, encoding, epoch }
  })
}

/** Whether what is declared keeps at least what the terms in force keep, at an instant (milliseconds since 1970): months differ in length. */
export function keepsAtLeast(declared: RetentionTerms, inForce: RetentionTerms, now: number): boolean {
  return declared.every((retention, depth) => retention === null || keepsAsLong(retention, inForce[depth] ?? null, now))
}

function keepsAsLong(declared: RetentionTerm, inForce: RetentionTerm | null, now: number): boolean {
  if (declared.encoding !== inForce?.encoding || declared.epoch !== inForce?.epoch) return false
  // What keeps everything, or counts in another way, cannot be outdone.
  if (inForce === null) return false
  // What is not dropped may be moved or left alone as soon as one likes.
  if (!declared.afterGrace && (inForce.afterGrace || !isLongerOrSame(declared.grace, inForce.grace, now))) return false
  switch (declared.kind) {
    case 'age':
      return inForce.kind === 'age' && isLongerOrSame(declared.after, inForce.after, now)
    case 'count':
      return inForce.kind === 'count' && declared.partitions >= inForce.partitions && isWideAsBefore(declared, inForce, now)
    case 'size':
      return inForce.kind === 'size' && parseSize(declared.size) >= parseSize(inForce.size)
  }
}

/** Twelve partitions of a day each are not twelve of a month. */
function isWideAsBefore({ interval = '' }: RetentionTerm, { interval: before = '' }: RetentionTerm, now: number): boolean {
  if (interval === before) return true
  const isNumber = (text: string) => /^\d+$/.test(text)
  if (isNumber(interval) || isNumber(before)) return isNumber(interval) && isNumber(before) && BigInt(interval) >= BigInt(before)
  return before !== '' && isLongerOrSame(interval, before, now)
}

function isLongerOrSame(duration: string, other: string, now: number): boolean {
  return instantBefore(now, parseDuration(duration), 'UTC') <= instantBefore(now, parseDuration(other), 'UTC')
}

/** Whether two terms are the same. */
export function sameTerms(a: RetentionTerms, b: RetentionTerms): boolean {
  return JSON.stringify(a.map(ordered)) === JSON.stringify(b.map(ordered))
}

function ordered(retention: RetentionTerm | null): unknown {
  return retention && Object.entries(retention).sort(([a], [b]) => (a < b ? -1 : 1))
}
