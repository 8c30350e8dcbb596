import type { Operation } from '../plan/operation.js'
import { countSubtree, tablesPerTransaction } from '../state/lock-budget.js'
import type { Partition } from '../state/state.js'
import type { Step } from './step.js'

/**
 * No transaction has more steps. Each is a subtransaction: 64 of them fill what PostgreSQL remembers of a transaction for the snapshots
 * of others (https://www.postgresql.org/docs/current/subxacts.html), and long before, each further one costs more than a commit.
 */
const MOST_STEPS = 20

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
    const isJoinable = step.statement?.kind === 'block' && isHarmless(operation) && !dropsMany(operation)
    const batch = batches.at(-1)
    if (isJoinable && kind === operation.kind && tables <= room && batch && batch.length < MOST_STEPS) batch.push(step)
    else {
      batches.push([step])
      room = most
    }
    kind = isJoinable ? operation.kind : null
    room -= tables
  }
  return batches
}

const JOINABLE: readonly Operation['kind'][] = ['create-partition', 'clear-marker', 'drop-partition']

/** What is asked before a detach has to be asked right before it, and whoever ends one waits for others. */
function isHarmless({ kind, locks }: Operation): boolean {
  return JOINABLE.includes(kind) && locks.every(({ mode }) => mode === 'SHARE UPDATE EXCLUSIVE')
}

/** All partitions below it are locked with it, and nobody has counted them. */
function dropsMany(operation: Operation): boolean {
  return operation.kind === 'drop-partition' && operation.partition.isPartitioned === true
}

function countTables({ kind, partition }: Operation): number {
  return kind === 'create-partition' ? countSubtree(partition as Partition) : 1
}
