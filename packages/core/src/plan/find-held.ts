import type { Difference } from '../diff/difference.js'
import type { Hold } from '../state/hold.js'
import { formatTableName } from '../state/state.js'
import type { Finding } from './finding.js'

/** A partition that would go, if there were no hold on it. */
export type HeldDifference = Extract<Difference, { readonly kind: 'partition-expired' | 'partition-detached' }>

/** So many holds are named; the others are counted. */
const MAX_NAMED = 5

/** Tells what holds keep, one finding for each table. */
export function findHeld(differences: readonly HeldDifference[]): Finding[] {
  const tables = new Map<string, HeldDifference[]>()
  for (const difference of differences) {
    const name = formatTableName(difference.wanted.policy.table)
    tables.set(name, [...(tables.get(name) ?? []), difference])
  }
  return [...tables].map(([name, kept]) => {
    const { table, model, declaredAt } = kept[0]!.wanted.policy
    const holds = [...new Map(kept.flatMap((one) => one.holds).map((hold) => [hold.id, hold])).values()].sort(inOrder)
    const [first] = holds
    return {
      table,
      model,
      declaredAt,
      code: 'HOLD_KEEPS',
      severity: 'info',
      message: `${kept.length === 1 ? '1 partition' : `${kept.length} partitions`} of ${name} would go, but for ${formatHolds(holds)}`,
      nextStep: `Nothing, while the hold lasts. \`partman hold release ${first!.id}\` ends it.`,
    }
  })
}

function formatHolds(holds: readonly Hold[]): string {
  const named = holds.slice(0, MAX_NAMED).map(({ id, reason }) => `hold ${id} (${reason})`)
  const others = holds.length - named.length
  const all = others === 0 ? named : [...named, others === 1 ? '1 other' : `${others} others`]
  return all.length === 1 ? all.join() : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`
}

function inOrder(a: Hold, b: Hold): number {
  return a.id.length - b.id.length || (a.id < b.id ? -1 : 1)
}
