import { type Bound, type Partition, parsePosition, type RangeDatum, type State, type TablePolicy, type TenantKey } from '@partman/core'
import { readKey } from './read-key.js'

/** A partition that holds rows. */
export interface PartitionInfo<Tenant> {
  readonly schema: string
  readonly name: string
  /** null where it is not of one tenant. */
  readonly tenant: Tenant
  /** The first instant it holds; null where it is open to the past. A date stands for its midnight in UTC. */
  readonly from: Date | null
  /** The first instant it no longer holds; null where it is open to the future. */
  readonly to: Date | null
  /** False for a retired partition that is kept for its grace period, and where the retirement was begun and not ended. */
  readonly attached: boolean
}

/** Lists the leaves of one table, tenant by tenant, oldest first, the retired ones last. */
export function listPartitions(state: State, { table, policy }: TablePolicy): Leaf[] {
  const found = state.tables.find(({ schema, name }) => schema === table.schema && name === table.name)
  const tenantOf = ({ bound }: { readonly bound: Bound }, inherited: TenantKey | null): TenantKey | null => {
    const [value = null, second] = bound.kind === 'list' ? bound.values : []
    return policy.kind === 'list' && value !== null && second === undefined ? readKey(policy.by.type, value) : inherited
  }
  const tenants = new Map<string, TenantKey | null>()
  const leaves = (partition: Partition, inherited: TenantKey | null): Leaf[] => {
    const tenant = tenantOf(partition, inherited)
    if (partition.partitionBy) {
      tenants.set(JSON.stringify([partition.schema, partition.name]), tenant)
      return partition.partitions.flatMap((child) => leaves(child, tenant))
    }
    return [describe(partition, tenant, !partition.detachPending)]
  }
  const attached = (found?.partitions ?? []).flatMap((partition) => leaves(partition, null))
  const retired = state.detached
    .filter(({ marker }) => marker.table.schema === table.schema && marker.table.name === table.name)
    .map((partition) => {
      const { parent, bound } = partition.marker
      const tenant = tenants.get(JSON.stringify([parent.schema, parent.name])) ?? tenantOf({ bound }, null)
      return describe({ ...partition, bound }, tenant, false)
    })
  return [...attached.sort(byTenantAndTime), ...retired.sort(byTenantAndTime)]
}

function describe(
  { schema, name, bound }: { readonly schema: string; readonly name: string; readonly bound: Bound },
  tenant: TenantKey | null,
  attached: boolean,
): Leaf {
  const [from, to] = bound.kind === 'range' ? [bound.from[0], bound.to[0]] : []
  return { schema, name, tenant, from: dateAt(from), to: dateAt(to), attached }
}

function dateAt(datum: RangeDatum | undefined): Date | null {
  const position = datum === undefined ? undefined : parsePosition(datum)
  return typeof position === 'bigint' ? new Date(Number(position / 1000n)) : null
}

type Leaf = PartitionInfo<TenantKey | null>

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
