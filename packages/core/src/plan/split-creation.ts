import type { TableName } from '../policy/document.js'
import { countSubtree } from '../state/lock-budget.js'
import type { Partition } from '../state/state.js'

/** A partition to be made below a parent that is there by then. */
export interface Creation {
  readonly parent: TableName
  readonly partition: Partition
}

/**
 * Splits a subtree that is too much for one transaction: the partition comes with as many of those below it as fit, in their order,
 * and the others follow one by one. What is cut off in between is found by its bounds, as ever, and gone on with.
 */
export function splitCreation(parent: TableName, partition: Partition, most: number): Creation[] {
  if (countSubtree(partition) <= most) return [{ parent, partition }]
  let room = most - 1
  const kept: Partition[] = []
  const others: Partition[] = []
  for (const below of partition.partitions) {
    const tables = countSubtree(below)
    if (others.length === 0 && tables <= room) {
      kept.push(below)
      room -= tables
    } else others.push(below)
  }
  return [{ parent, partition: { ...partition, partitions: kept } }, ...others.flatMap((below) => splitCreation(partition, below, most))]
}
