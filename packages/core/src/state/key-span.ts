import { type PartitionPolicy, policyLevels, type WindowPolicy } from '../policy/policy.js'
import type { Bound } from './bound.js'
import { keyAxis } from './key-axis.js'
import { EARLIEST, LATEST, type Position } from './position.js'
import { placeRange } from './range-span.js'

/** What is known of the rows in a part of the tree: on the axis of a level's key they lie from `from` to before `to`. */
export interface KeySpan {
  readonly policy: WindowPolicy
  readonly from: Position
  readonly to: Position
}

/** What is known of the rows of a partition of a level, given what is known of those of its parent. */
export function narrowSpans(above: readonly KeySpan[], policy: PartitionPolicy, bound: Bound): readonly KeySpan[] {
  if (!isWindows(policy)) return above
  const place = bound.kind === 'range' ? placeRange(policy, keyAxis(policy), bound.from, bound.to) : undefined
  return [...above.filter((span) => !isSameKey(span.policy, policy)), { policy, from: place?.from ?? EARLIEST, to: place?.to ?? LATEST }]
}

/** The keys of the levels below a partition, which have any value as far as it tells. */
export function spansBelow(known: readonly KeySpan[], policy: PartitionPolicy): readonly KeySpan[] {
  const below = policy.subpartition === null ? [] : policyLevels(policy.subpartition).filter(isWindows)
  const others = below.filter((level) => !known.some((span) => isSameKey(span.policy, level)))
  return [...known, ...others.map((level) => ({ policy: level, from: EARLIEST, to: LATEST }) as const)]
}

export function isWindows(policy: PartitionPolicy): policy is WindowPolicy {
  return policy.kind === 'range' || policy.kind === 'number-range'
}

function isSameKey(a: WindowPolicy, b: WindowPolicy): boolean {
  return a.by.column === b.by.column
}
