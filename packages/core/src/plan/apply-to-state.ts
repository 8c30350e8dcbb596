import { type Partition, type State, sameTable, type Table } from '../state/state.js'
import type { AttachIndex, CreateIndex, Operation } from './operation.js'
import { retiredMarker } from './retired-marker.js'

/** What an operation makes of a state: the same as it makes of a database, on a value. */
export function applyToState(state: State, operation: Operation): State {
  switch (operation.kind) {
    case 'create-partition':
      return { ...state, tables: mapLevels(state.tables, operation.parent, (partitions) => [...partitions, made(operation.partition)]) }
    case 'detach-partition': {
      const { partition, parent } = operation
      const { schema, name, oid } = partition
      const detached = { schema, name, oid, marker: retiredMarker(operation) }
      return { ...state, tables: without(state.tables, parent, partition.oid), detached: [...state.detached, detached] }
    }
    case 'clear-marker': {
      const { parent, partition } = operation
      const cleared = (one: Partition): Partition => (one.oid === partition.oid ? unmarked(one) : one)
      return { ...state, tables: mapLevels(state.tables, parent, (partitions) => partitions.map(cleared)) }
    }
    case 'drop-check': {
      const { parent, partition, check } = operation
      const released = (one: Partition): Partition => (one.oid === partition.oid ? withoutProof(one, check.oid) : one)
      return { ...state, tables: mapLevels(state.tables, parent, (partitions) => partitions.map(released)) }
    }
    case 'finalize-detach':
      return { ...state, tables: without(state.tables, operation.parent, operation.partition.oid) }
    case 'create-index':
    case 'attach-index':
      return withPart(state, operation)
    case 'drop-partition':
    case 'move-partition':
      return { ...state, detached: state.detached.filter(({ oid }) => oid !== operation.partition.oid) }
  }
}

/** What is below a partition lacks no longer what it has been given; an index that nothing lacks is whole. */
function withPart(state: State, { index, partition }: CreateIndex | AttachIndex): State {
  const unfinishedIndexes = (state.unfinishedIndexes ?? [])
    .map((one) => (one.oid === index.oid ? { ...one, lacking: one.lacking.filter(({ oid }) => oid !== partition.oid) } : one))
    .filter(({ lacking, brokenParts }) => lacking.length + brokenParts.length > 0)
  return { ...state, unfinishedIndexes }
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

function withoutProof({ proofs = [], ...partition }: Partition, oid: string): Partition {
  const left = proofs.filter((proof) => proof.oid !== oid)
  return left.length === 0 ? partition : { ...partition, proofs: left }
}

/** A name is as good as an object id where nothing else can be made under it. */
function made(partition: Partition): Partition {
  return { ...partition, oid: `${partition.schema}.${partition.name}`, partitions: partition.partitions.map(made) }
}
