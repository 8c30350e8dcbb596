import { type MigrationRefusal, PartmanError } from '@partman/core'
import type { ShownFinding } from './format-finding.js'

/** Why `partman migrate` wrote nothing: one error for all the models that stand in the way, and for what pending migrations would break. */
export class MigrationRefused extends PartmanError {
  /** For `--json`, beside the message. */
  readonly details: { readonly refusals: readonly object[]; readonly findings: readonly ShownFinding[] }

  constructor(refusals: readonly MigrationRefusal[], findings: readonly ShownFinding[]) {
    const because = findings.length > 0 ? 'what would break' : refusals.length === 1 ? 'this model' : 'these models'
    const lines = [
      ...refusals.map(({ policy, reason, hint }) => `  ${policy.declaredAt} ${policy.model}: ${reason}\n    ${hint}`),
      ...findings.map(({ declaredAt, message, code, nextStep }) => `  ${declaredAt} ${message} (${code})\n    ${nextStep}`),
    ]
    super('MIGRATION_REFUSED', `Nothing was written, because of ${because}:\n${lines.join('\n')}`, hintOf(findings))
    this.details = {
      refusals: refusals.map(({ policy: { model, table, declaredAt }, reason, hint }) => ({ model, table, declaredAt, reason, hint })),
      findings,
    }
  }
}

function hintOf(findings: readonly ShownFinding[]): { hint?: string } {
  if (!findings.some(({ code }) => code.startsWith('PENDING_'))) return {}
  return { hint: 'Edit the migration, then run `partman migrate`. Where a table may go with all its rows, add --allow-destructive.' }
}
