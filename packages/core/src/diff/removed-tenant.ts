import { tenantsOf } from '../policy/policy.js'
import { tenantIn } from '../state/range-span.js'
import { type DetachedPartition, type Partition, sameTable } from '../state/state.js'
import type { WantedTable } from '../state/want-state.js'
import type { Difference, TenantRemoval } from './difference.js'
import { holdsOn, type Level } from './level.js'

/** How long the partitions of a tenant that was removed stand detached before they are dropped. */
export const REMOVAL_GRACE = '24 hours'

/** The removal of a tenant that a partition of the outermost level is of; null where its tenant is there, or it is of none or of several. */
export function removalOf(wanted: WantedTable, { bound }: Pick<Partition, 'bound'>): TenantRemoval | null {
  if (wanted.removed.size === 0) return null
  const [column, key] = [tenantsOf(wanted.policy.policy), tenantIn(bound)]
  if (!column || key === null || !wanted.removed.has(key)) return null
  return { kind: 'tenant-removed', tenants: column.tenants, key, grace: REMOVAL_GRACE }
}

/** The difference that a partition is there whose tenant was removed; `leaving` gets it, unless a hold keeps it. */
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

/** The same of a partition that stands detached: it was of the outermost level, or below one of that which stands detached too. */
export function removalOfDetached(
  wanted: WantedTable,
  { marker }: Pick<DetachedPartition, 'marker'>,
  detached: readonly DetachedPartition[],
): TenantRemoval | null {
  if (wanted.removed.size === 0) return null
  if (sameTable(marker.parent, wanted.policy.table)) return removalOf(wanted, marker)
  const parent = detached.find((one) => sameTable(one, marker.parent) && sameTable(one.marker.table, marker.table))
  return parent ? removalOfDetached(wanted, parent, []) : null
}
