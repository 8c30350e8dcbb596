import type { PartitionPolicy, WindowPolicy } from '../policy/policy.js'
import type { Partition } from '../state/state.js'
import { type WantedPartition, wantDefault, wantValues } from '../state/want-partitions.js'
import type { Difference } from './difference.js'
import { type Level, missing } from './level.js'
import { diffRemoved, removalOf } from './removed-tenant.js'

type ValueLevel = Level & { readonly policy: Exclude<PartitionPolicy, WindowPolicy> }

/** Compares a level of lists, tenants or hashes; no change of declaration lets any of its partitions leave, but the removal of a tenant does. */
export function diffValues(level: ValueLevel, differences: Difference[]): ReadonlySet<Partition> {
  const leaving = new Set<Partition>()
  if (level.policy.kind === 'hash') diffHash(level, level.policy.partitions, differences)
  else diffList(level, differences)
  if (!level.parent.partitions.some(({ bound }) => bound.kind === 'default')) {
    for (const one of wantDefault(level.policy)) differences.push(missing(level, one, { holdsPresent: false }))
  }
  if (level.policy.kind !== 'tenants') return leaving
  for (const partition of level.parent.partitions) {
    const removal = partition.detachPending ? null : removalOf(level.wanted, partition)
    if (removal) diffRemoved(level, partition, removal, leaving, differences)
  }
  return leaving
}

function diffList(level: ValueLevel, differences: Difference[]): void {
  const { wanted, policy, parent } = level
  const held = new Set<string | null>()
  for (const { bound } of parent.partitions) if (bound.kind === 'list') for (const value of bound.values) held.add(value)
  const declared = new Set<string | null>()
  for (const one of wantValues(policy, wanted.tenants)) {
    const values = one.bound.kind === 'list' ? one.bound.values : []
    for (const value of values) declared.add(value)
    const free = values.filter((value) => !held.has(value))
    if (free.length > 0) differences.push(missing(level, narrowed(one, values, free), { holdsPresent: true }))
  }
  if (policy.kind !== 'list') return
  for (const partition of parent.partitions) {
    const undeclared = partition.bound.kind === 'list' ? partition.bound.values.filter((value) => !declared.has(value)) : []
    if (undeclared.length > 0) differences.push({ kind: 'values-undeclared', wanted, parent, partition, values: undeclared })
  }
}

/** A list of which others hold a part already. */
function narrowed(one: WantedPartition, values: readonly (string | null)[], free: readonly (string | null)[]): WantedPartition {
  return free.length === values.length ? one : { ...one, bound: { kind: 'list', values: free } }
}

function diffHash(level: ValueLevel, declared: number, differences: Difference[]): void {
  const { wanted, policy, parent } = level
  const hashes = parent.partitions.map(({ bound }) => bound).filter((bound) => bound.kind === 'hash')
  const moduli = [...new Set(hashes.map(({ modulus }) => modulus))].sort((a, b) => a - b)
  if (moduli.some((modulus) => modulus !== declared)) {
    differences.push({ kind: 'modulus-different', wanted, parent, declared, found: moduli })
    return
  }
  const remainders = new Set(hashes.map(({ remainder }) => remainder))
  for (const one of wantValues(policy, [])) {
    if (one.bound.kind === 'hash' && !remainders.has(one.bound.remainder)) differences.push(missing(level, one, { holdsPresent: true }))
  }
}
