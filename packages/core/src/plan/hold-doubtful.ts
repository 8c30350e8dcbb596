import { type PartmanDocument, RETIRE_AT_MOST, type TablePolicy } from '../policy/document.js'
import { policyLevels } from '../policy/policy.js'
import { formatTableName } from '../state/state.js'
import type { Finding } from './finding.js'
import type { Operation } from './operation.js'
import { makePlan, type Plan } from './plan.js'

/** What is known of a table's rows, beyond what was planned for it. */
export interface Evidence {
  /** Rows tell of a time that is near the clock's. */
  readonly confirmsClock: boolean
  /** Older partitions of it hold rows, or have held some. */
  readonly isFilled: boolean
  /** How many of its partitions are past or present, the detached ones included. */
  readonly partitions: number
}

export interface RetirementLimits {
  /** By the full name of the table; of a table that nothing is said of nothing is in doubt. */
  readonly evidence: ReadonlyMap<string, Evidence>
  /** Object ids, by the full name of the table, of partitions that somebody has seen, and approved of that they go. */
  readonly approved: ReadonlyMap<string, ReadonlySet<string>>
}

/**
 * Holds back what looks like a mistake of the clock, or of somebody: what would go from a table whose rows all are older than what
 * its retention keeps, or what is more than a run may take. What somebody has seen and approved of goes all the same.
 */
export function holdDoubtful(
  { tables, retireAtMost = RETIRE_AT_MOST }: PartmanDocument,
  plan: Plan,
  { evidence, approved }: RetirementLimits,
): Plan {
  const held = new Set<Operation>()
  const findings: Finding[] = []
  for (const declared of tables) {
    const name = formatTableName(declared.table)
    const own = plan.operations.filter((one) => formatTableName(one.table) === name)
    const known = evidence.get(name)
    if (isBehind(plan, name) || (known && isLeap(declared, known, own))) {
      // A clock that is right will make them as soon as a row has come; one that is not leaves little behind.
      for (const one of own) if (one.kind === 'create-partition' && one.time !== 'near') held.add(one)
    }
    if (!known) continue
    const seen = approved.get(name)
    const unseen = own.filter((one) => isRetirement(one) && !seen?.has(one.partition.oid ?? ''))
    const going = unseen.filter((one) => !isRemoval(one))
    // Who has removed a tenant has said that it goes, but not when its grace period is over.
    const byClock = unseen.filter((one) => !isRemoval(one) || one.kind !== 'detach-partition')
    // Who lets one run take everything has no use for a guard of the last rows.
    const isLate = !known.confirmsClock && known.isFilled && retireAtMost < 1
    if (isLate && byClock.length > 0) {
      for (const one of byClock) held.add(one)
      findings.push(clockDoubted(declared, name, byClock.length))
    } else if (going.length > known.partitions * retireAtMost) {
      for (const one of going) held.add(one)
      findings.push(tooManyRetire(declared, name, going.length, known.partitions, retireAtMost))
    }
  }
  if (held.size === 0 && findings.length === 0) return plan
  return makePlan(
    Date.parse(plan.now),
    plan.operations.filter((one) => !held.has(one)),
    [...plan.findings, ...findings],
  )
}

/** Whether partitions that somebody made lie far ahead of the clock. */
function isBehind({ findings }: Plan, name: string): boolean {
  return findings.some(({ code, table }) => code === 'CLOCK_BEHIND' && formatTableName(table) === name)
}

/** Whether all partitions had ended before the present, which may be none. A declared start of a table without rows is no leap. */
function isLeap({ policy }: TablePolicy, { confirmsClock, isFilled }: Evidence, own: readonly Operation[]): boolean {
  if (confirmsClock || !own.some((one) => one.kind === 'create-partition' && one.time === 'past')) return false
  return isFilled || policyLevels(policy).every((level) => !('start' in level) || level.kind !== 'range' || level.start === null)
}

/** Whether a step takes rows out of a table, or is the end of them. */
export function isRetirement(
  operation: Operation,
): operation is Extract<Operation, { kind: 'detach-partition' | 'drop-partition' | 'move-partition' }> {
  return operation.kind === 'detach-partition' || operation.kind === 'drop-partition' || operation.kind === 'move-partition'
}

/** Whether it goes because somebody has said so of its tenant, and not by a clock or a declaration. */
export function isRemoval(operation: Operation): boolean {
  return 'removed' in operation && operation.removed !== undefined
}

function clockDoubted({ table, model, declaredAt }: TablePolicy, name: string, going: number): Finding {
  return {
    table,
    model,
    declaredAt,
    code: 'CLOCK_DOUBTED',
    severity: 'warning',
    message: `No row of ${name}, and of no other table, is as new as what its retention keeps: the clock may be wrong, and ${count(going)} of it kept`,
    nextStep: `Look at the clock of the database. Where it is right and the table is out of use, \`partman approve ${model}\` shows what would go, and lets it go.`,
  }
}

function tooManyRetire(
  { table, model, declaredAt }: TablePolicy,
  name: string,
  going: number,
  partitions: number,
  retireAtMost: number,
): Finding {
  return {
    table,
    model,
    declaredAt,
    code: 'TOO_MANY_RETIRE',
    severity: 'error',
    message: `${going} of the ${partitions} partitions of ${name} would go in one run, and at most ${Math.round(retireAtMost * 100)} % may: all are kept`,
    nextStep: `\`partman approve ${model}\` shows which, and lets them go. The share is declared in the generator block: retireAtMost = "50%".`,
  }
}

function count(partitions: number): string {
  return partitions === 1 ? '1 partition is' : `${partitions} partitions are`
}
