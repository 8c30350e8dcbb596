import type { Check, CheckFinding, CheckResult, Observers } from '../checks/check.js'
import { codePage } from '../checks/code-page.js'
import { PartmanError } from '../error.js'
import { isLockTrouble, SQLSTATE, sqlState } from './sql-state.js'

/**
 * Observes the facts that the checks need, one after the other, and runs every check whose facts there are. A fact that cannot be
 * observed, or a check that fails, is a finding itself, with what was not looked at for it: it never hides another. Never throws.
 */
export async function runChecks<Facts extends object>(
  observers: Observers<Facts>,
  checks: readonly Check<Facts>[],
): Promise<CheckFinding[]> {
  const facts: Partial<Facts> = {}
  const failures = new Map<string, unknown>()
  const needed = new Set<string>(checks.flatMap(({ needs }) => needs))
  for (const name of Object.keys(observers) as (keyof Facts & string)[]) {
    if (!needed.has(name)) continue
    try {
      facts[name] = await observers[name]()
    } catch (error) {
      failures.set(name, error)
    }
  }
  const findings: CheckFinding[] = []
  const unchecked: Unchecked[] = []
  for (const check of checks) {
    const missing = check.needs.find((name) => failures.has(name))
    try {
      if (missing === undefined) findings.push(...check.find(facts as Facts).map((result) => complete(result, check.name)))
      else unchecked.push({ check: check.name, error: failures.get(missing) })
    } catch (error) {
      unchecked.push({ check: check.name, error })
    }
  }
  return [...explain(unchecked), ...findings]
}

interface Unchecked {
  readonly check: string
  readonly error: unknown
}

function complete(result: CheckResult, check: string): CheckFinding {
  return { declaredAt: null, statements: [], choices: [], page: codePage('doctor', result.code), ...result, check }
}

/** What has failed in the same way is told of once. */
function explain(unchecked: readonly Unchecked[]): CheckFinding[] {
  const groups = new Map<string, Unchecked[]>()
  for (const one of unchecked) {
    const key = messageOf(one.error)
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  return [...groups.values()].map((group) =>
    complete(explainFailure(group[0]?.error, group.map(({ check }) => check).join(', ')), group.length === 1 ? group[0]!.check : 'checks'),
  )
}

function explainFailure(error: unknown, names: string): CheckResult {
  const message = `${messageOf(error)}. Not looked at: ${names}`
  const reason = 'What is wrong there, if anything is, is not in this list.'
  if (error instanceof PartmanError) {
    const nextStep = error.hint ?? 'See its page.'
    return { code: error.code, severity: 'error', message, reason, nextStep, page: codePage('errors', error.code) }
  }
  if (isOfConnection(error)) {
    const nextStep = 'See whether the server runs, and whether address, name and password of the connection are right.'
    return { code: 'DATABASE_UNREACHABLE', severity: 'error', message, reason, nextStep }
  }
  const isInTheWay = isLockTrouble(error) || sqlState(error) === SQLSTATE.queryCanceled
  return {
    code: 'CHECK_FAILED',
    severity: isInTheWay ? 'warning' : 'error',
    message,
    reason,
    nextStep: isInTheWay
      ? 'Somebody holds a lock that nobody waits for here. Run `partman doctor` again in a moment.'
      : 'Mend what the message names, then run `partman doctor` again.',
  }
}

/** Of the network, or of a server that lets nobody in. */
function isOfConnection(error: unknown): boolean {
  const single = error instanceof AggregateError ? error.errors[0] : error
  const { code } = (typeof single === 'object' && single !== null ? single : {}) as { code?: unknown }
  if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) return true
  const state = sqlState(error)
  return state === undefined ? /timeout|terminated|closed/i.test(messageOf(error)) : /^(08|28|3D|53300|57P)/.test(state)
}

function messageOf(error: unknown): string {
  // A connection that fails on every address of a host has its messages inside.
  const single = error instanceof AggregateError && error.message === '' ? error.errors[0] : error
  return single instanceof Error ? single.message.replace(/\.$/, '') : String(single)
}
