import { PartmanError } from '../error.js'
import { SQLSTATE, sqlState } from './sql-state.js'

const SAID = /The tenant .* was removed at \S+?Z/s

/** Turns the refusal to register a tenant that was removed into what to do. */
export function explainRemoved(error: unknown): unknown {
  if (sqlState(error) !== SQLSTATE.tenantRemoved) return error
  const [said = 'The tenant was removed'] = SAID.exec(String((error as Error).message)) ?? []
  return new PartmanError('TENANT_REMOVED', `${said}: nothing is made for it`, {
    hint: '$partman().restoreTenant(key, { reason }), or `partman tenants restore <key> --reason <text>`, takes it back.',
    cause: error,
  })
}
