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

/** The commands that a next step names between backticks. */
function commandsIn(text: string): string[] {
  return [...text.matchAll(/`((?:partman|prisma) [^`]+)`/g)].map(([, command]) => command ?? '')
}
