import type { Operation } from '../plan/operation.js'
import { LOCKS_PER_TABLE } from '../sql/lock-estimate.js'
import type { Partition } from '../state/state.js'
import type { Step } from './step.js'

/** The share of the server's locks that one transaction may take. */
const SHARE_OF_LOCKS = 1 / 4
/** Whoever wants to change the same parent, such as a tenant that signs up, waits for so many tables at most. */
const MAX_TABLES = 100

/** How many tables one transaction may make or drop, on a server with room for so many locks. */
export function tablesPerTransaction(lockCapacity: number): number {
  return Math.max(1, Math.min(MAX_TABLES, Math.floor((lockCapacity * SHARE_OF_LOCKS) / LOCKS_PER_TABLE)))
}

/**
 * Puts steps together that can be one transaction: those of one kind that follow each other, and whose locks stop nobody. A commit
 * costs as much as making a table. What comes together and fails is tried again one by one.
 */
export function batchSteps(steps: readonly Step[], lockCapacity: number): Step[][] {
  const most = tablesPerTransaction(lockCapacity)
  const batches: Step[][] = []
  let [kind, room]: [Operation['kind'] | null, number] = [null, 0]
  for (const step of steps) {
    const { operation } = step
    const tables = countTables(operation)
    const isJoinable = step.statement?.kind === 'block' && isHarmless(operation)
    if (isJoinable && kind === operation.kind && tables <= room) batches.at(-1)!.push(step)
    else {
      batches.push([step])
      room = most
    }
    kind = isJoinable ? operation.kind : null
    room -= tables
  }
  return batches
}

function isHarmless({ kind, locks }: Operation): boolean {
  return kind !== 'create-index' && kind !== 'attach-index' && locks.every(({ mode }) => mode === 'SHARE UPDATE EXCLUSIVE')
}

function countTables({ kind, partition }: Operation): number {
  return kind === 'create-partition' ? countSubtree(partition as Partition) : 1
}

/** A partition and all below it. */
export function countSubtree({ partitions }: Partition): number {
  return partitions.reduce((sum, below) => sum + countSubtree(below), 1)
}
