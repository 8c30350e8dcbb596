import { instantBefore } from '../calendar/window.js'
import { formatDuration, parseDuration } from '../policy/duration.js'
import { type PartitionPolicy, policyLevels, type RangePolicy, tenantsOf } from '../policy/policy.js'
import { fullLeaves } from '../state/full-leaves.js'
import type { WantedTable } from '../state/want-state.js'
import { timeSeries } from '../state/window-series.js'

/** Something that may be declared instead, and what the table then comes to. */
export interface FewerLeaves {
  /** As it stands in an annotation. */
  readonly declare: string
  readonly leaves: number
}

/** Intervals that people take, shortest first. */
const INTERVALS = ['1 hour', '6 hours', '1 day', '1 week', '1 month', '3 months', '1 year']

/** Whoever wants to keep a month does not want to keep a day: less than this share of the windows is no way out. */
const LEAST_SHARE_KEPT = 1 / 2

/**
 * The ways to bring a table to so many leaves, each by itself: tenants that share partitions, longer windows, fewer windows. Where
 * partitions have no end, a retention is the only one.
 */
export function fewerLeaves(wanted: WantedTable, most: number): FewerLeaves[] {
  const ways = isEndless(wanted) ? [] : [sharedTenants(wanted, most), longerInterval(wanted, most)]
  return [...ways, shorterRetention(wanted, most)].filter((way) => way !== undefined)
}

/** Whether some level has more partitions the longer it lasts, or as many as its rows are large. */
export function isEndless({ policy }: WantedTable): boolean {
  return policyLevels(policy.policy).some((level) => 'retention' in level && (level.retention === null || level.retention.kind === 'size'))
}

/** HASH in place of a partition for each tenant, a power of two as it can be split evenly later. */
function sharedTenants(wanted: WantedTable, most: number): FewerLeaves | undefined {
  const { policy } = wanted.policy
  const spreads = policy.kind === 'hash' ? policy.partitions : tenantsOf(policy) ? wanted.tenants.length : 0
  if (spreads === 0) return undefined
  const ofOne = leavesOfOne(wanted)
  const partitions = 2 ** Math.floor(Math.log2(Math.min(most / ofOne, spreads - 1)))
  return partitions < 2 ? undefined : { declare: `layout: hash, partitions: ${partitions}`, leaves: partitions * ofOne }
}

/** What one tenant without settings of its own, or one hash partition, comes to. */
function leavesOfOne(wanted: WantedTable): number {
  const { policy } = wanted.policy
  if (policy.kind !== 'range' && policy.kind !== 'number-range') return policy.subpartition ? fullLeaves(wanted, policy.subpartition) : 1
  return fullLeaves(wanted, { ...policy, prefix: null })
}

function longerInterval(wanted: WantedTable, most: number): FewerLeaves | undefined {
  const level = lastByTime(wanted)
  if (!level) return undefined
  const before = (interval: string) => instantBefore(wanted.now, parseDuration(interval), 'UTC')
  const span = wanted.now - before(level.interval)
  for (const interval of INTERVALS) {
    const longer = (wanted.now - before(interval)) / span
    if (longer <= 1) continue
    const premake = Math.max(1, Math.ceil(level.premake / longer))
    const leaves = fullLeaves(replaced(wanted, level, { ...level, interval, origin: null, premake }))
    if (leaves <= most) return { declare: `interval: "${interval}", premake: ${premake}`, leaves }
  }
  return undefined
}

function shorterRetention(wanted: WantedTable, most: number): FewerLeaves | undefined {
  const level = lastByTime(wanted)
  if (!level || level.retention?.kind === 'size') return undefined
  const { retention, premake } = level
  const { count, unit } = parseDuration(level.interval)
  const grace = retention?.grace ?? '1 day'
  // The series of all tenants and parents, were each of one window.
  const series = fullLeaves(replaced(wanted, level, { ...level, premake: 1, retention: { kind: 'count', partitions: 1, grace } })) / 3
  const kept = Math.floor(most / series) - premake - 1
  if (kept < Math.max(1, (fullLeaves(wanted) / series) * LEAST_SHARE_KEPT - premake - 1)) return undefined
  const isCounted = retention?.kind === 'count'
  const after = formatDuration({ count: kept * count, unit })
  const shorter: RangePolicy = {
    ...level,
    retention: isCounted ? { ...retention, partitions: kept } : { kind: 'age', after, grace },
  }
  const leaves = fullLeaves(replaced(wanted, level, shorter))
  return leaves > most ? undefined : { declare: isCounted ? `keep: ${kept}` : `retention: "${after}"`, leaves }
}

/** The level by time that cuts finest; it is what most of the windows come from. */
function lastByTime({ policy }: WantedTable): RangePolicy | undefined {
  return policyLevels(policy.policy).findLast((level) => level.kind === 'range')
}

/** The table with another policy in the place of one level's. */
function replaced(wanted: WantedTable, level: RangePolicy, by: RangePolicy): WantedTable {
  const swap = (policy: PartitionPolicy): PartitionPolicy =>
    policy === level ? by : { ...policy, subpartition: policy.subpartition && swap(policy.subpartition) }
  const policy = { ...wanted.policy, policy: swap(wanted.policy.policy) }
  const series = timeSeries(by, wanted.now)
  return { ...wanted, policy, series: (of, highest) => (of === by ? series : wanted.series(of, highest)) }
}
