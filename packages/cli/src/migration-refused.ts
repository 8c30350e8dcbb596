import { type MigrationRefusal, PartmanError } from '@partman/core'

/** Why `partman migrate` wrote nothing: one error for all the models that stand in the way. */
export class MigrationRefused extends PartmanError {
  /** For `--json`, beside the message. */
  readonly details: { readonly refusals: readonly object[] }

  constructor(refusals: readonly MigrationRefusal[]) {
    const lines = refusals.map(({ policy, reason, hint }) => `  ${policy.declaredAt} ${policy.model}: ${reason}\n    ${hint}`)
    super(
      'MIGRATION_REFUSED',
      `Nothing was written, because of ${refusals.length === 1 ? 'this model' : 'these models'}:\n${lines.join('\n')}`,
    )
    this.details = {
      refusals: refusals.map(({ policy: { model, table, declaredAt }, reason, hint }) => ({ model, table, declaredAt, reason, hint })),
    }
  }
}
