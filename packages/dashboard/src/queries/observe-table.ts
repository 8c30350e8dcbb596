import {
  type Difference,
  describeApart,
  describePartitions,
  diffState,
  type Hold,
  heldPartitions,
  type Observation,
  observeMeasures,
  observeState,
  observeTenantsApart,
  type PartitionDescription,
  sameTable,
  type Table,
  type TablePolicy,
  wantState,
} from '@partman/core'
import type { Dashboard } from '../api/context.js'

/** What a partition is to its table at this moment. */
export type StateOfPartition = 'retiring' | 'detached' | 'history' | 'current' | 'ahead' | 'missing' | 'other'

/** A partition of a table, and what it is there. */
export interface PlacedPartition extends PartitionDescription {
  readonly state: StateOfPartition
  readonly held: boolean
  /** ISO 8601. */
  readonly retiredAt: string | null
}

/** A table with every partition that it has, had until lately, or lacks. */
export interface ObservedTable {
  readonly observation: Observation
  readonly table: Table | undefined
  /** Holds in force. */
  readonly holds: readonly Hold[]
  readonly partitions: readonly PlacedPartition[]
}

/** Observes one table: a few statements, whatever the number of its partitions. */
export async function observeTable({ database, document }: Dashboard, declared: TablePolicy): Promise<ObservedTable> {
  const own = { ...document, tables: [declared] }
  const observation = await observeMeasures(database, own, await observeState(database, own))
  const { state, server } = observation
  const wish = await observeTenantsApart(database, own, observation)
  const [wanted] = wantState(own, { ...wish, now: server.now })
  const holds = wanted?.holds ?? []
  const table = state.tables.find((one) => sameTable(one, declared.table))
  const differences = wanted ? diffState([wanted], state) : []
  const held = new Set(holds.flatMap((hold) => namesHeld(declared, observation, hold)))
  const detached = state.detached.filter(({ marker }) => sameTable(marker.table, declared.table))
  const retiredAt = new Map(detached.map(({ oid, marker }) => [oid, marker.retiredAt]))
  const attached = table ? describePartitions(declared, table, server.now) : []
  const apart = detached.map((partition) => ({
    parent: partition.marker.parent,
    partition: { ...partition, bound: partition.marker.bound, partitionBy: null, partitions: [] },
  }))
  const retiring = new Set(differences.flatMap(retiringOids))
  const placed = (partition: PartitionDescription, found: StateOfPartition): PlacedPartition => ({
    ...partition,
    state: found,
    held: held.has(partition.oid),
    retiredAt: (partition.oid !== null && retiredAt.get(partition.oid)) || null,
  })
  return {
    observation,
    table,
    holds,
    partitions: [
      ...attached.map((one) => placed(one, one.isLeaving || retiring.has(one.oid) ? 'retiring' : one.time)),
      ...describeApart(declared, table, apart).map((one) => placed(one, 'detached')),
      ...describeApart(declared, table, differences.filter(isMissing)).map((one) => placed(one, 'missing')),
    ],
  }
}

function namesHeld(declared: TablePolicy, { state }: Observation, hold: Hold): (string | null)[] {
  const { attached, detached } = heldPartitions(declared, state, hold)
  return [...attached, ...detached].map(({ oid }) => oid)
}

function isMissing(difference: Difference): difference is Extract<Difference, { kind: 'partition-missing' }> {
  return difference.kind === 'partition-missing'
}

/** Of all that holds rows in what has passed its retention and is not held. */
function retiringOids(difference: Difference): (string | null)[] {
  if (difference.kind !== 'partition-expired' || difference.holds.length > 0) return []
  const leaves = (partition: typeof difference.partition): (string | null)[] =>
    partition.partitionBy ? partition.partitions.flatMap(leaves) : [partition.oid]
  return leaves(difference.partition)
}
