import { keyColumns } from '../policy/policy.js'
import { partitionStem } from '../state/partition-name.js'
import { type State, sameKey, sameTable, type Table } from '../state/state.js'
import { partitionKey, type WantedTable } from '../state/want-state.js'
import { diffDetached } from './diff-detached.js'
import { diffIndexes } from './diff-indexes.js'
import { diffLevel } from './diff-level.js'
import type { Difference } from './difference.js'
import type { VisitedLevel } from './level.js'

/** Lists how the found state differs from what is wanted, table by table, comparing bounds and never names. */
export function diffState(wanted: readonly WantedTable[], found: State): Difference[] {
  const differences: Difference[] = []
  for (const one of wanted) diffTable(one, found, differences)
  return differences
}

function diffTable(wanted: WantedTable, found: State, differences: Difference[]): void {
  const declared = wanted.policy
  const table = found.tables.find((one) => sameTable(one, declared.table))
  if (!table) {
    differences.push({ kind: 'table-missing', wanted })
    return
  }
  if (!table.partitionBy) {
    differences.push({ kind: 'table-plain', wanted, extension: table.extension ?? null })
    return
  }
  // Two that manage one table would undo each other's work.
  if (table.extension !== undefined) {
    differences.push({ kind: 'table-of-extension', wanted, extension: table.extension })
    return
  }
  if (table.alien) {
    differences.push({ kind: 'relation-alien', wanted, relation: table, alien: table.alien })
    return
  }
  const key = partitionKey(declared.policy)
  if (!sameKey(key, table.partitionBy)) {
    differences.push({ kind: 'key-different', wanted, at: table, wantedKey: key, foundKey: table.partitionBy })
    return
  }
  const types = keyTypes(wanted, table)
  if (types.length > 0) {
    differences.push(...types)
    return
  }
  const visited: VisitedLevel[] = []
  const [stem, references] = [partitionStem(declared.table), table.references ?? []]
  diffLevel(
    { wanted, policy: declared.policy, parent: table, stem, references, tenant: null, spans: [], settings: undefined },
    visited,
    differences,
  )
  for (const partition of found.detached) {
    const difference = sameTable(partition.marker.table, declared.table)
      ? diffDetached(wanted, partition, visited, references, found.detached)
      : undefined
    if (difference) differences.push(difference)
  }
  differences.push(...diffIndexes(wanted, table, found.unfinishedIndexes ?? []))
}

/** The columns of all levels whose type is not what is declared: values, bounds and names would be taken for what they are not. */
function keyTypes(wanted: WantedTable, { columnTypes }: Table): Difference[] {
  return keyColumns(wanted.policy.policy).flatMap(({ column, type: declared }): Difference[] => {
    const found = columnTypes?.get(column)
    return found === undefined || found === declared ? [] : [{ kind: 'key-type-different', wanted, column, declared, found }]
  })
}
