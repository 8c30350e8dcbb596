import type { TableName, TablePolicy } from '../policy/document.js'
import { tenantsOf } from '../policy/policy.js'
import { keepsAtLeast, type RetentionTerms, retentionTerms, sameTerms } from '../state/retention-terms.js'
import { formatTableName } from '../state/state.js'
import type { Wish } from '../state/want-state.js'
import type { Finding } from './finding.js'
import { isRemoval, isRetirement } from './hold-doubtful.js'
import { makePlan, type Plan } from './plan.js'
import { MAX_CLOCKS_APART_MS, type PlanContext } from './plan-changes.js'

/** Terms that nobody has to approve of, because they take nothing away: they are in force from now on. */
export interface AcceptedTerms {
  readonly table: TableName
  readonly retention: RetentionTerms
  /** Object ids of the partitions that were seen to go, and may. Default: none. */
  readonly partitions?: readonly string[]
}

export interface ApprovedPlan {
  readonly plan: Plan
  readonly accepted: readonly AcceptedTerms[]
}

/**
 * Holds back what a table would lose by a retention that nobody has approved of: the first one that is ever declared for it,
 * or one that keeps less than the one in force, which `inForce` has by the full name of the table. A first one that takes nothing
 * is accepted, unless something is wrong with the table or the clock: then what it would take may only not be seen yet.
 */
export function holdUnapproved(
  tables: readonly TablePolicy[],
  plan: Plan,
  inForce: ReadonlyMap<string, RetentionTerms>,
  { now, clocksApartMs }: Pick<PlanContext, 'now' | 'clocksApartMs'>,
  removed: Wish['removed'] = new Map(),
): ApprovedPlan {
  const held = new Set<string>()
  const findings: Finding[] = []
  const accepted: AcceptedTerms[] = []
  for (const declared of tables) {
    const name = formatTableName(declared.table)
    const [retention, known] = [retentionTerms(declared.policy), inForce.get(name)]
    if (known && sameTerms(known, retention)) continue
    const going = plan.operations.filter((one) => isRetirement(one) && !isRemoval(one) && formatTableName(one.table) === name).length
    // What is of a tenant that was removed is not seen to go by its time.
    const hidesSome = (removed.get(tenantsOf(declared.policy)?.tenants ?? '')?.size ?? 0) > 0
    const isDoubtful = hidesSome || clocksApartMs > MAX_CLOCKS_APART_MS || plan.findings.some((one) => formatTableName(one.table) === name)
    if (known ? keepsAtLeast(retention, known, now) : going === 0 && !isDoubtful) accepted.push({ table: declared.table, retention })
    else if (known || going > 0) {
      held.add(name)
      findings.push(unapproved(declared, name, known !== undefined, going))
    }
  }
  if (held.size === 0) return { plan, accepted }
  const operations = plan.operations.filter((one) => !isRetirement(one) || isRemoval(one) || !held.has(formatTableName(one.table)))
  return { plan: makePlan(now, operations, [...plan.findings, ...findings]), accepted }
}

function unapproved({ table, model, declaredAt }: TablePolicy, name: string, isShorter: boolean, going: number): Finding {
  const what = isShorter
    ? `The retention of ${name} keeps less than the one in force`
    : `Nobody has approved of the retention of ${name} yet`
  const takes =
    going === 0 ? 'no partition would go at once' : going === 1 ? '1 partition would go at once' : `${going} partitions would go at once`
  return {
    table,
    model,
    declaredAt,
    code: 'RETENTION_UNAPPROVED',
    severity: going === 0 ? 'warning' : 'error',
    message: `${what}: ${takes}`,
    nextStep: `\`partman approve ${model}\` shows which, and puts it in force. Until then nothing of the table is retired or dropped.`,
  }
}
