import { tenantsOf } from '../policy/policy.js'
import { coveringHolds } from '../state/hold.js'
import { tenantIn } from '../state/range-span.js'
import { termsOf } from '../state/removal.js'
import { type DetachedPartition, formatTableName, type Partition, sameTable } from '../state/state.js'
import type { WantedTable } from '../state/want-state.js'
import type { Difference, TenantRemoval } from './difference.js'
import { holdsOn, type Level } from './level.js'

/** The removal of a tenant that a partition of the outermost level is of; null where its tenant is there, or it is of none or of several. */
export function removalOf(wanted: WantedTable, { bound }: Pick<Partition, 'bound'>): TenantRemoval | null {
  return wanted.removed.size === 0 ? null : removalOfTenant(wanted, tenantIn(bound))
}

function removalOfTenant(wanted: WantedTable, key: string | null): TenantRemoval | null {
  const column = tenantsOf(wanted.policy.policy)
  const removal = key === null ? undefined : wanted.removed.get(key)
  if (!column || key === null || !removal) return null
  return { kind: 'tenant-removed', tenants: column.tenants, key, removal, ...termsOf(removal, formatTableName(wanted.policy.table)) }
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
 * The same of a partition that stands detached. One of the outermost level goes after all others of the tenant, which nothing could be
 * attached to again without it.
 */
export function diffRemovedDetached(
  wanted: WantedTable,
  partition: DetachedPartition,
  references: Extract<Difference, { kind: 'partition-detached' }>['references'],
  detached: readonly DetachedPartition[],
): Difference | undefined {
  if (wanted.removed.size === 0) return undefined
  const key = tenantOfMarker(partition)
  const removal = removalOfTenant(wanted, key)
  if (!removal) return undefined
  const isOutermost = sameTable(partition.marker.parent, partition.marker.table)
  const waits =
    isOutermost &&
    detached.some(
      (one) =>
        sameTable(one.marker.table, partition.marker.table) &&
        !sameTable(one.marker.parent, one.marker.table) &&
        tenantOfMarker(one) === key,
    )
  return {
    kind: 'partition-detached',
    wanted,
    partition,
    expired: waits ? { ...removal, afterGrace: { kind: 'keep' } } : removal,
    references,
    tenant: removal.key,
    isParentKept: isOutermost,
    // Where the hold lies in time nobody looks: any of the tenant's keeps it.
    holds: coveringHolds(wanted.holds, removal.key, []),
  }
}

function tenantOfMarker({ marker }: Pick<DetachedPartition, 'marker'>): string | null {
  return marker.tenant ?? (sameTable(marker.parent, marker.table) ? tenantIn(marker.bound) : null)
}
