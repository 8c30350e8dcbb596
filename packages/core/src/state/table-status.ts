import type { TablePolicy } from '../policy/document.js'
import { type PartitionPolicy, policyLevels } from '../policy/policy.js'
import { describeTables, type TableDescription } from './describe-table.js'
import type { Hold } from './hold.js'
import { nextRetirement, nextRetirementKey } from './next-retirement.js'
import { type State, sameTable } from './state.js'
import { partitionKey } from './want-state.js'

/** A declared level for people to read. */
export interface LevelDescription {
  readonly kind: PartitionPolicy['kind']
  readonly method: 'range' | 'list' | 'hash'
  readonly columns: readonly string[]
}

/** A declared table in a few figures, with what comes next for it. */
export interface TableStatus extends TableDescription {
  /** ISO 8601; in the past where it is due. */
  readonly nextRetirement: string | null
  /** The number at which a partition of a level by number goes next; it may have been reached. */
  readonly nextRetirementKey: string | null
  /** The levels as they are declared, outermost first. */
  readonly levels: readonly LevelDescription[]
  /** Holds in force on it. */
  readonly holds: number
}

/** Tells how each table is, as it was found. `holds` are those in force. */
export function tableStatuses(
  tables: readonly { readonly policy: TablePolicy; readonly holds: readonly Hold[] }[],
  found: State,
): TableStatus[] {
  return describeTables(tables, found).map((description, index) => {
    const { policy, holds } = tables[index]!
    const table = found.tables.find((one) => sameTable(one, policy.table))
    const instant = table ? nextRetirement(policy, table, holds) : null
    return {
      ...description,
      nextRetirement: instant === null ? null : new Date(instant).toISOString(),
      nextRetirementKey: table ? nextRetirementKey(policy, table, holds) : null,
      levels: policyLevels(policy.policy).map((level) => {
        const { method, columns } = partitionKey(level)
        return { kind: level.kind, method, columns: columns.filter((column) => column !== null) }
      }),
      holds: holds.length,
    }
  })
}
