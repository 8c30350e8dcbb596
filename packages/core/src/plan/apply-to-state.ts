import { type Partition, type State, sameTable, type Table } from '../state/state.js'
import type { Operation } from './operation.js'

/** What an operation makes of a state: the same as it makes of a database, on a value. */
export function applyToState(state: State, operation: Operation): State {
  switch (operation.kind) {
    case 'create-partition':
      return { ...state, tables: mapLevels(state.tables, operation.parent, (partitions) => [...partitions, made(operation.partition)]) }
    case 'detach-partition': {
      const { partition, parent, table, retiredAt } = operation
      const { schema, name, oid, bound } = partition
      const detached = { schema, name, oid, marker: { table, partition: { schema, name }, parent, bound, retiredAt } }
      return { tables: without(state.tables, parent, partition.oid), detached: [...state.detached, detached] }
    }
    case 'clear-marker': {
      const { parent, partition } = operation
      const cleared = (one: Partition): Partition => (one.oid === partition.oid ? unmarked(one) : one)
      return { ...state, tables: mapLevels(state.tables, parent, (partitions) => partitions.map(cleared)) }
    }
    case 'finalize-detach':
      return { ...state, tables: without(state.tables, operation.parent, operation.partition.oid) }
    case 'drop-partition':
      return { ...state, detached: state.detached.filter(({ oid }) => oid !== operation.partition.oid) }
  }
}

function without(tables: readonly Table[], parent: { schema: string; name: string }, oid: string): Table[] {
  return mapLevels(tables, parent, (partitions) => partitions.filter((partition) => partition.oid !== oid))
}

function mapLevels<Level extends Table | Partition>(
  levels: readonly Level[],
  parent: { schema: string; name: string },
  change: (partitions: readonly Partition[]) => readonly Partition[],
): Level[] {
  return levels.map((level) => {
    if (sameTable(level, parent)) return { ...level, partitions: change(level.partitions) }
    return level.partitions.some(({ partitionBy }) => partitionBy !== null)
      ? { ...level, partitions: mapLevels(level.partitions, parent, change) }
      : level
  })
}

function unmarked({ marked: _, ...partition }: Partition): Partition {
  return partition
}

/** A name is as good as an object id where nothing else can be made under it. */
function made(partition: Partition): Partition {
  return { ...partition, oid: `${partition.schema}.${partition.name}`, partitions: partition.partitions.map(made) }
}
