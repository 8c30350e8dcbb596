import { tenantsOf } from '../policy/policy.js'
import { narrowSpans } from '../state/key-span.js'
import { tenantIn } from '../state/range-span.js'
import { type Partition, sameKey } from '../state/state.js'
import { comparedKey, partitionKey } from '../state/want-state.js'
import { diffValues } from './diff-values.js'
import { diffWindows } from './diff-windows.js'
import type { Difference } from './difference.js'
import type { Level, VisitedLevel } from './level.js'

/** Compares one parent with its declared level, and everything below it with the levels below. */
export function diffLevel(level: Level, visited: VisitedLevel[], differences: Difference[]): void {
  const { wanted, policy, parent, references } = level
  for (const partition of parent.partitions) {
    if (partition.detachPending) differences.push({ kind: 'detach-unfinished', wanted, parent, partition, references })
    else if (partition.marked && !partition.alien) differences.push({ kind: 'marker-stale', wanted, parent, partition })
    if (partition.bound.kind === 'default' && !partition.detachPending) {
      const declared = 'default' in policy && policy.default
      differences.push({ kind: 'default-present', wanted, parent, partition, declared, key: comparedKey(policy, partition) })
      if (!partition.alien) {
        for (const check of partition.proofs ?? []) differences.push({ kind: 'check-left', wanted, parent, partition, check })
      }
    }
  }
  const leaving =
    policy.kind === 'range' || policy.kind === 'number-range'
      ? diffWindows({ ...level, policy }, visited, differences)
      : diffValues({ ...level, policy }, differences)
  for (const partition of parent.partitions) {
    if (partition.detachPending || partition.bound.kind === 'default' || leaving.has(partition)) continue
    diffBelow(level, partition, visited, differences)
  }
}

/** Goes on below a partition that stays, or says why it cannot. */
function diffBelow(level: Level, partition: Partition, visited: VisitedLevel[], differences: Difference[]): void {
  const { wanted, policy, parent, settings } = level
  const below = policy.subpartition
  if (below === null && partition.partitionBy === null && !partition.alien) return
  if (partition.alien) {
    differences.push({ kind: 'relation-alien', wanted, relation: partition, alien: partition.alien })
    return
  }
  if (below === null) {
    if (partition.partitionBy) differences.push({ kind: 'level-undeclared', wanted, parent, partition, foundKey: partition.partitionBy })
    return
  }
  const wantedKey = partitionKey(below)
  if (!sameKey(wantedKey, partition.partitionBy)) {
    differences.push({ kind: 'key-different', wanted, at: partition, wantedKey, foundKey: partition.partitionBy })
    return
  }
  const tenant = tenantsOf(policy) ? tenantIn(partition.bound) : level.tenant
  const own = (tenant === null ? undefined : wanted.settings.get(tenant)) ?? settings
  // What is known of keys is asked for by holds alone.
  const spans = wanted.holds.length === 0 ? [] : narrowSpans(level.spans, policy, partition.bound)
  diffLevel({ ...level, policy: below, parent: partition, stem: partition.name, tenant, spans, settings: own }, visited, differences)
}
