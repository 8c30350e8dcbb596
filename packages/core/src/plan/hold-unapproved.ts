import type { TableName, TablePolicy } from '../policy/document.js'
import { keepsAtLeast, type RetentionTerms, retentionTerms, sameTerms } from '../state/retention-terms.js'
import { formatTableName } from '../state/state.js'
import type { Finding } from './finding.js'
import { makePlan, type Plan } from './plan.js'
import { MAX_CLOCKS_APART_MS, type PlanContext } from './plan-changes.js'

/** Terms that nobody has to approve of, because they take nothing away: they are in force from now on. */
export interface AcceptedTerms {
  readonly table: TableName
  readonly retention: RetentionTerms
}

export interface ApprovedPlan {
  readonly plan: Plan
  readonly accepted: readonly AcceptedTerms[]
}

/**
 * Holds back what a table would lose by a retention that nobody has approved of: the first one that is ever declared for it,
 * or one that keeps less than the one in force, whose full name `inForce` goes by. One that takes nothing away at this moment
 * is accepted, unless something is wrong with the table or the clock: then what it would take may only not be seen yet.
 */
export function holdUnapproved(
  tables: readonly TablePolicy[],
  plan: Plan,
  inForce: ReadonlyMap<string, RetentionTerms>,
  { now, clocksApartMs }: Pick<PlanContext, 'now' | 'clocksApartMs'>,
): ApprovedPlan {
  const held = new Set<string>()
  const findings: Finding[] = []
  const accepted: AcceptedTerms[] = []
  for (const { table, model, declaredAt, policy } of tables) {
    const name = formatTableName(table)
    const [declared, known] = [retentionTerms(policy), inForce.get(name)]
    if (known && sameTerms(known, declared)) continue
    const going = plan.operations.filter((one) => retires(one) && formatTableName(one.table) === name).length
    const isDoubtful = clocksApartMs > MAX_CLOCKS_APART_MS || plan.findings.some((one) => formatTableName(one.table) === name)
    if (going === 0 ? !isDoubtful : known && keepsAtLeast(declared, known, now)) accepted.push({ table, retention: declared })
    if (going === 0 || (known && keepsAtLeast(declared, known, now))) continue
    held.add(name)
    findings.push({
      table,
      model,
      declaredAt,
      code: 'RETENTION_UNAPPROVED',
      severity: 'error',
      message: `${known ? `The retention of ${name} keeps less than the one in force` : `Nobody has approved of the retention of ${name} yet`}: ${going === 1 ? '1 partition' : `${going} partitions`} would go at once`,
      nextStep: `\`partman approve ${model}\` shows which, and lets them go. Until then none is retired or dropped.`,
    })
  }
  if (held.size === 0) return { plan, accepted }
  const operations = plan.operations.filter((one) => !retires(one) || !held.has(formatTableName(one.table)))
  return { plan: makePlan(now, operations, [...plan.findings, ...findings]), accepted }
}

function retires({ kind }: Plan['operations'][number]): boolean {
  return kind === 'detach-partition' || kind === 'drop-partition'
}
