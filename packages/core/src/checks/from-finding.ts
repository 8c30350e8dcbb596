import type { Finding } from '../plan/finding.js'
import type { CheckResult } from './check.js'
import { codePage } from './code-page.js'
import { FINDING_REASONS } from './finding-reasons.js'

/** A finding of a plan, or of `partman check`, as a check tells it. */
export function fromFinding({
  code,
  severity,
  declaredAt,
  message,
  nextStep,
}: Pick<Finding, 'code' | 'severity' | 'message' | 'nextStep'> & { readonly declaredAt: string | null }): CheckResult {
  return {
    code,
    severity,
    declaredAt,
    message,
    reason: FINDING_REASONS[code],
    nextStep,
    statements: commandsIn(nextStep),
    page: codePage('findings', code),
  }
}

/** Whoever is on call may paste these without thinking: all of them only look, or add what is declared. */
const ONLY_ADDS_OR_LOOKS =
  /^(?:partman (?:maintain|check|plan|status|doctor|hold list|tenants list|migrate(?: --name <name>)?)|prisma (?:generate|validate))$/

/** What takes something away, or puts it in force, has a way to look first where it is listed here. */
const LOOKS_FIRST = /^partman approve [\w ]+$/

/** The commands that a next step names between backticks, but for those that somebody has to decide on. */
function commandsIn(text: string): string[] {
  const commands = [...text.matchAll(/`((?:partman|prisma) [^`]+)`/g)].map(([, command]) => command ?? '')
  return commands.flatMap((command) =>
    ONLY_ADDS_OR_LOOKS.test(command) ? [command] : LOOKS_FIRST.test(command) ? [`${command} --dry-run`] : [],
  )
}
