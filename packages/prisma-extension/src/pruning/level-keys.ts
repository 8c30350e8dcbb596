import { type PartitionPolicy, policyLevels, type RangePolicy } from '@partman/core'
import type { Binding } from './where-bounds.js'

/** What a query has to bind for PostgreSQL to leave out partitions of one level. */
export interface LevelKey {
  readonly fields: readonly string[]
  readonly binding: Binding
}

/**
 * The keys of all levels, outermost first. Of a key with several columns the first one prunes a range, and a hash is known only
 * of all of them. https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITION-PRUNING
 */
export function levelKeys(policy: PartitionPolicy): LevelKey[] {
  return policyLevels(policy).map((level) => {
    if (level.kind === 'hash') return { fields: level.by.map(({ field }) => field), binding: 'equality' }
    const { field } = 'prefix' in level && level.prefix ? level.prefix.by : level.by
    return { fields: [field], binding: 'any' }
  })
}

/** The levels by time beside whose key an id tells the time. */
export function orderedLevels(policy: PartitionPolicy): (RangePolicy & { readonly orderedId: NonNullable<RangePolicy['orderedId']> })[] {
  return policyLevels(policy).flatMap((level) =>
    level.kind === 'range' && level.orderedId ? [{ ...level, orderedId: level.orderedId }] : [],
  )
}
