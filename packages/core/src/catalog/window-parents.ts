import type { PartmanDocument } from '../policy/document.js'
import type { PartitionPolicy, TenantColumn, WindowPolicy } from '../policy/policy.js'
import type { Bound } from '../state/bound.js'
import { type Partition, type State, sameKey, sameTable, type Table } from '../state/state.js'
import { partitionKey } from '../state/want-state.js'

/** A column that all rows below a partition have one value in. */
export interface KnownValue {
  readonly column: string
  readonly value: string
}

/** A found parent of a level of windows. */
export interface WindowParent {
  readonly table: Table
  readonly parent: Table | Partition
  readonly policy: WindowPolicy
  /** What the levels above it tell of its rows. */
  readonly known: readonly KnownValue[]
}

/** The found parents of the levels of windows that are asked for, where they are partitioned as declared. */
export function windowParents({ tables }: PartmanDocument, found: State, asksFor: (policy: WindowPolicy) => boolean): WindowParent[] {
  const parents: WindowParent[] = []
  for (const declared of tables) {
    if (!anyLevel(declared.policy, asksFor)) continue
    const table = found.tables.find((one) => sameTable(one, declared.table))
    if (table && table.extension === undefined) visit(table, table, declared.policy, [])
  }
  return parents

  function visit(table: Table, parent: Table | Partition, policy: PartitionPolicy, known: readonly KnownValue[]): void {
    if (parent.alien || !sameKey(partitionKey(policy), parent.partitionBy)) return
    if (isWindows(policy) && asksFor(policy)) parents.push({ table, parent, policy, known })
    const { subpartition } = policy
    if (subpartition === null || !anyLevel(subpartition, asksFor)) return
    for (const child of parent.partitions) visit(table, child, subpartition, [...known, ...knownOf(policy, child.bound)])
  }
}

function isWindows(policy: PartitionPolicy): policy is WindowPolicy {
  return policy.kind === 'range' || policy.kind === 'number-range'
}

function anyLevel(policy: PartitionPolicy, asksFor: (policy: WindowPolicy) => boolean): boolean {
  return (isWindows(policy) && asksFor(policy)) || (policy.subpartition !== null && anyLevel(policy.subpartition, asksFor))
}

function knownOf(policy: PartitionPolicy, bound: Bound): KnownValue[] {
  if ((policy.kind !== 'tenants' && policy.kind !== 'list') || bound.kind !== 'list' || bound.values.length !== 1) return []
  const [value = null] = bound.values
  return value === null ? [] : [{ column: policy.by.column, value }]
}

/** What a series of its own tells of its rows. */
export function knownOfSeries(prefix: TenantColumn | null, tenant: string | null): KnownValue[] {
  return prefix === null || tenant === null ? [] : [{ column: prefix.by.column, value: tenant }]
}
