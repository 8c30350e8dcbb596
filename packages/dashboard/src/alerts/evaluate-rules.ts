import type { AlertRuleName, FoundAlert, Ruling } from './alert-rule.js'
import { shorten } from './format-alert.js'
import type { AlertFacts } from './observe-facts.js'
import type { ResolvedRules } from './resolve-rules.js'
import { findCutOffRuns, findFailedRun, findLockWaits, findUnseenMaintainer } from './run-rules.js'
import {
  findDefaultRows,
  findFindings,
  findLockBudget,
  findMissing,
  findPendingDetaches,
  findPlain,
  findShortRunway,
} from './table-rules.js'

/** Those of the database that cannot be looked at are not found by looking. */
type Rule = (facts: AlertFacts, rules: ResolvedRules) => Ruling<Omit<FoundAlert, 'rule' | 'model'> & Partial<Pick<FoundAlert, 'model'>>>

const RULES: Readonly<Record<Exclude<AlertRuleName, 'bookkeeping-missing' | 'database-unreachable'>, Rule>> = {
  'table-missing': findMissing,
  'table-plain': findPlain,
  'runway-short': findShortRunway,
  'maintainer-unseen': findUnseenMaintainer,
  'run-failed': findFailedRun,
  'run-cut-off': findCutOffRuns,
  'default-rows': findDefaultRows,
  'detach-pending': findPendingDetaches,
  'lock-budget': findLockBudget,
  finding: findFindings,
  'lock-waits': findLockWaits,
}

/** The longest message, in characters: findings tell of as much as there is. */
const MAX_MESSAGE = 1_000

/** What the rules that are on have to say. */
export interface Evaluated {
  readonly found: readonly FoundAlert[]
  /** Those that cannot tell: what they have raised goes on. */
  readonly unknown: readonly AlertRuleName[]
}

/** Finds what the rules that are on have to say. */
export function evaluateRules(facts: AlertFacts, rules: ResolvedRules): Evaluated {
  const found: FoundAlert[] = []
  const unknown: AlertRuleName[] = []
  for (const rule of rules.names) {
    if (rule === 'bookkeeping-missing' || rule === 'database-unreachable') continue
    const ruling = RULES[rule](facts, rules)
    if (ruling === 'unknown') unknown.push(rule)
    else found.push(...ruling.map((one) => describe(rule, one)))
  }
  return { found, unknown }
}

function describe(rule: AlertRuleName, found: Exclude<ReturnType<Rule>, 'unknown'>[number]): FoundAlert {
  return {
    ...found,
    rule,
    model: found.model ?? null,
    message: shorten(found.message, MAX_MESSAGE),
    nextStep: shorten(found.nextStep, MAX_MESSAGE),
  }
}
