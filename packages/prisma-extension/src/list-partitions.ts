import {
  type Bound,
  formatBound,
  type Partition,
  type PartitionPolicy,
  placeRange,
  type State,
  type TablePolicy,
  type TenantKey,
  tenantIn,
  tenantsOf,
  timeAxis,
} from '@partman/core'
import { readKey } from './read-key.js'

/** A partition that holds rows. */
export interface PartitionInfo<Tenant> {
  readonly schema: string
  readonly name: string
  /** null where it is not of one tenant. */
  readonly tenant: Tenant
  /** The first instant it holds; null where it is open to the past, or no level is by time. A date stands for its midnight in UTC. */
  readonly from: Date | null
  /** The first instant it no longer holds; null where it is open to the future, or no level is by time. */
  readonly to: Date | null
  /** What it holds of its parent, for people. */
  readonly bound: string
  /** False for a retired partition that is kept for its grace period, and where the retirement was begun and not ended. */
  readonly attached: boolean
}

type Leaf = PartitionInfo<TenantKey | null>
/** What a partition has from the levels above it, and its own. */
type Place = Pick<Leaf, 'tenant' | 'from' | 'to'>

const NOWHERE: Place = { tenant: null, from: null, to: null }

/** Lists the leaves of one table, tenant by tenant, oldest first, the retired ones last. */
export function listPartitions(state: State, { table, policy }: TablePolicy): Leaf[] {
  const found = state.tables.find(({ schema, name }) => schema === table.schema && name === table.name)
  const parents = new Map<string, { readonly level: PartitionPolicy; readonly place: Place }>()
  const leaves = (
    parent: { schema: string; name: string },
    partitions: readonly Partition[],
    level: PartitionPolicy,
    above: Place,
  ): Leaf[] => {
    parents.set(JSON.stringify([parent.schema, parent.name]), { level, place: above })
    return partitions.flatMap((partition) => {
      const place = placeIn(level, partition.bound, above)
      if (partition.partitionBy) return level.subpartition ? leaves(partition, partition.partitions, level.subpartition, place) : []
      return [describe(partition, place, !partition.detachPending)]
    })
  }
  const attached = found ? leaves(found, found.partitions, policy, NOWHERE) : []
  const retired = state.detached
    .filter(({ marker }) => marker.table.schema === table.schema && marker.table.name === table.name)
    .map((partition) => {
      const { parent, bound } = partition.marker
      const { level, place } = parents.get(JSON.stringify([parent.schema, parent.name])) ?? { level: policy, place: NOWHERE }
      return describe({ ...partition, bound }, placeIn(level, bound, place), false)
    })
  return [...attached.sort(byTenantAndTime), ...retired.sort(byTenantAndTime)]
}

function placeIn(level: PartitionPolicy, bound: Bound, above: Place): Place {
  const key = tenantsOf(level)
  const value = key && tenantIn(bound)
  const own = { ...above, ...(key && value !== null && { tenant: readKey(key.by.type, value) }) }
  if (level.kind !== 'range' || bound.kind !== 'range') return own
  const axis = timeAxis(level.by)
  const range = placeRange(level, axis, bound.from, bound.to)
  const dateAt = (position: bigint | number | undefined) => (typeof position === 'bigint' ? new Date(axis.instantAt(position)) : null)
  return { ...own, from: dateAt(range?.from), to: dateAt(range?.to) }
}

function describe(
  { schema, name, bound }: { readonly schema: string; readonly name: string; readonly bound: Bound },
  place: Place,
  attached: boolean,
): Leaf {
  return { schema, name, ...place, bound: formatBound(bound), attached }
}

function byTenantAndTime(a: Leaf, b: Leaf): number {
  return compareKeys(a.tenant, b.tenant) || compareTimes(a.from, b.from)
}

/** What is of no one tenant comes last. */
function compareKeys(a: TenantKey | null, b: TenantKey | null): number {
  if (a === b) return 0
  if (a === null || b === null) return a === null ? 1 : -1
  return a < b ? -1 : 1
}

function compareTimes(a: Date | null, b: Date | null): number {
  return (a?.getTime() ?? Number.MIN_SAFE_INTEGER) - (b?.getTime() ?? Number.MIN_SAFE_INTEGER)
}
