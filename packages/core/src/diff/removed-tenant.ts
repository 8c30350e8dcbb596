import { policyLevels, tenantsOf } from '../policy/policy.js'
import { coveringHolds } from '../state/hold.js'
import { tenantIn } from '../state/range-span.js'
import { type DetachedPartition, type Partition, sameTable } from '../state/state.js'
import type { WantedTable } from '../state/want-state.js'
import type { Difference, TenantRemoval } from './difference.js'
import { holdsOn, type Level } from './level.js'

/** How long the partitions of a tenant that was removed stand detached where the table has no retention that would say so. */
export const REMOVAL_GRACE = '24 hours'

/** The removal of a tenant that a partition of the outermost level is of; null where its tenant is there, or it is of none or of several. */
export function removalOf(wanted: WantedTable, { bound }: Pick<Partition, 'bound'>): TenantRemoval | null {
  if (wanted.removed.size === 0) return null
  const { policy } = wanted.policy
  const [column, key] = [tenantsOf(policy), tenantIn(bound)]
  const removedAt = key === null ? undefined : wanted.removed.get(key)
  if (!column || key === null || removedAt === undefined) return null
  const [retention] = policyLevels(policy).flatMap((level) => ('retention' in level && level.retention !== null ? [level.retention] : []))
  const { grace = REMOVAL_GRACE, afterGrace } = retention ?? {}
  return { kind: 'tenant-removed', tenants: column.tenants, key, removedAt, grace, afterGrace }
}

/** The difference that a partition is there whose tenant was removed; `leaving` gets it, also where a hold keeps it: nothing is made below it. */
export function diffRemoved(
  level: Level,
  partition: Partition,
  cause: TenantRemoval,
  leaving: Set<Partition>,
  differences: Difference[],
): void {
  const { wanted, parent, references } = level
  const holds = holdsOn(level, partition.bound, cause.key)
  leaving.add(partition)
  if (partition.alien) {
    differences.push({ kind: 'relation-alien', wanted, relation: partition, alien: partition.alien })
    return
  }
  differences.push({
    kind: 'partition-expired',
    wanted,
    parent,
    partition,
    cause,
    tenant: cause.key,
    upper: cause.key,
    isCurrent: false,
    siblings: parent.partitions.length - 1,
    references,
    holds,
  })
}

/**
 * The same of a partition that stands detached: it was of the outermost level, or below one of that which stands detached too. One that
 * others were detached from goes after them: without it nothing would tell whose they are.
 */
export function diffRemovedDetached(
  wanted: WantedTable,
  partition: DetachedPartition,
  references: Extract<Difference, { kind: 'partition-detached' }>['references'],
  detached: readonly DetachedPartition[],
): Difference | undefined {
  const removal = removalOfDetached(wanted, partition, detached)
  if (!removal) return undefined
  const isBare = !detached.some((one) => sameTable(one.marker.parent, partition) && sameTable(one.marker.table, partition.marker.table))
  return {
    kind: 'partition-detached',
    wanted,
    partition,
    expired: isBare ? removal : { ...removal, afterGrace: { kind: 'keep' } },
    references,
    tenant: removal.key,
    isParentKept: sameTable(partition.marker.parent, wanted.policy.table),
    // Where the hold lies in time nobody looks: any of the tenant's keeps it.
    holds: coveringHolds(wanted.holds, removal.key, []),
  }
}

function removalOfDetached(
  wanted: WantedTable,
  { marker }: Pick<DetachedPartition, 'marker'>,
  detached: readonly DetachedPartition[],
): TenantRemoval | null {
  if (wanted.removed.size === 0) return null
  if (sameTable(marker.parent, wanted.policy.table)) return removalOf(wanted, marker)
  const parent = detached.find((one) => sameTable(one, marker.parent) && sameTable(one.marker.table, marker.table))
  return parent ? removalOfDetached(wanted, parent, []) : null
}
