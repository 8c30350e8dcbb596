import type { TableName } from '../policy/document.js'
import type { Partition, Table } from '../state/state.js'
import type { LackingPartition, UnfinishedIndex } from '../state/unfinished-index.js'
import type { WantedTable } from '../state/want-state.js'
import type { IndexDifference } from './difference.js'

interface Place {
  readonly parent: TableName
  readonly partition: Partition
}

/** Lists what the indexes of one table, and of the partitions below it, are lacking; each level before those below it. */
export function* diffIndexes(wanted: WantedTable, table: Table, indexes: readonly UnfinishedIndex[]): Generator<IndexDifference> {
  if (indexes.length === 0) return
  const places = new Map<string, Place>()
  locate(table, places)
  for (const index of indexes) {
    const own = table.oid === index.tableOid ? table : places.get(index.tableOid)?.partition
    if (!own) continue
    const lacking = new Map(index.lacking.map((one) => [one.oid, one]))
    const whole = topmost(index, indexes)
    yield* diffLevel(own, (place, one) => ({ kind: 'index-missing', wanted, index, whole, ...place, lacking: one }), lacking)
    for (const part of index.brokenParts) yield { kind: 'index-broken', wanted, index, part }
    const unfinishedBelow = indexes.some(({ parentOid }) => parentOid === index.oid)
    if (lacking.size > 0 || index.brokenParts.length > 0 || unfinishedBelow || !index.attachedPart) continue
    const place = places.get(index.attachedPart.partitionOid)
    if (place) yield { kind: 'index-unnoticed', wanted, index, whole, ...place, part: index.attachedPart }
  }
}

/** What is below a partition with a fitting index of its own has its parts there already, or is lacking them of that one. */
function* diffLevel(
  level: Table | Partition,
  missing: (place: Place, lacking: LackingPartition) => IndexDifference,
  lacking: ReadonlyMap<string, LackingPartition>,
): Generator<IndexDifference> {
  for (const partition of level.partitions) {
    const one = lacking.get(partition.oid ?? '')
    if (!one || partition.detachPending) continue
    yield missing({ parent: { schema: level.schema, name: level.name }, partition }, one)
    if (!one.candidate) yield* diffLevel(partition, missing, lacking)
  }
}

function topmost(index: UnfinishedIndex, indexes: readonly UnfinishedIndex[]): UnfinishedIndex {
  const parent = indexes.find(({ oid }) => oid === index.parentOid)
  return parent ? topmost(parent, indexes) : index
}

function locate(level: Table | Partition, places: Map<string, Place>): void {
  for (const partition of level.partitions) {
    places.set(partition.oid ?? '', { parent: { schema: level.schema, name: level.name }, partition })
    locate(partition, places)
  }
}
