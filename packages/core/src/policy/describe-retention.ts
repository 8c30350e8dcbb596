import type { RetentionPolicy } from './policy.js'

/** Says in a few words for people what a retention keeps, and what becomes of the rest. */
export function describeRetention(retention: RetentionPolicy): string {
  return `${kept(retention)}, then ${afterwards(retention)}`
}

function kept(retention: RetentionPolicy): string {
  switch (retention.kind) {
    case 'age':
      return retention.after
    case 'count':
      return `${retention.partitions} past partition${retention.partitions === 1 ? '' : 's'}`
    case 'size':
      return `up to ${retention.size}`
  }
}

function afterwards({ grace, afterGrace }: RetentionPolicy): string {
  switch (afterGrace?.kind) {
    case undefined:
      return `${grace} detached`
    case 'keep':
      return 'kept detached'
    case 'move':
      return `${grace} detached, then moved to ${afterGrace.schema}`
  }
}
