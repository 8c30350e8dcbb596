import type { Partition, State, Table, Unread } from '../state/state.js'

/** What was measured of a relation, beyond what the catalog tells. */
export interface Measures {
  readonly highestKey?: string | null
  /** The same for each tenant that has a series of its own there. */
  readonly highestKeyOf?: ReadonlyMap<string, string | null>
  readonly bytes?: number
  readonly unread?: Unread
}

/** A state with what was measured, by oid. */
export function measureState(state: State, measures: ReadonlyMap<string, Measures>): State {
  if (measures.size === 0) return state
  return {
    tables: state.tables.map((table) => measured(table, measures)),
    detached: state.detached.map((partition) => ({ ...partition, ...measures.get(partition.oid) })),
  }
}

/** What nothing was measured of stays the very same object. */
function measured<Relation extends Table | Partition>(relation: Relation, measures: ReadonlyMap<string, Measures>): Relation {
  const own = relation.oid === null ? undefined : measures.get(relation.oid)
  const partitions = relation.partitions.map((partition) => measured(partition, measures))
  if (own === undefined && partitions.every((partition, index) => partition === relation.partitions[index])) return relation
  return { ...relation, ...own, partitions }
}
