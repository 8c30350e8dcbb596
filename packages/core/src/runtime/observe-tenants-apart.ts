import type { Observation } from '../catalog/observe-state.js'
import { observeTenants } from '../catalog/observe-tenants.js'
import type { Finding } from '../plan/finding.js'
import type { PartmanDocument, TenantSet } from '../policy/document.js'
import { tenantsOf } from '../policy/policy.js'
import type { Database } from '../sql/database.js'
import { formatTableName } from '../state/state.js'
import { SQLSTATE, sqlState } from './sql-state.js'

export interface ObservedTenants {
  readonly tenants: ReadonlyMap<string, readonly string[]>
  readonly findings: readonly Finding[]
}

/** What is wrong with one tenant table, and would be so again in the next moment. */
const UNREADABLE: readonly string[] = [SQLSTATE.undefinedColumn, SQLSTATE.undefinedTable, SQLSTATE.insufficientPrivilege]

/**
 * Observes the tenants of all sets in one statement; where a set's table cannot be read, each set by itself, so that one
 * table's trouble is a finding and not the end of all maintenance. Its tenants are those that are registered, then.
 */
export async function observeTenantsApart(
  database: Database,
  document: PartmanDocument,
  observation: Observation,
): Promise<ObservedTenants> {
  try {
    return { tenants: await observeTenants(database, document, observation), findings: [] }
  } catch (error) {
    if (!isUnreadable(error)) throw error
  }
  const tenants = new Map<string, readonly string[]>()
  const findings: Finding[] = []
  const read = (set: TenantSet) => observeTenants(database, { ...document, tenantSets: [set] }, observation)
  for (const set of document.tenantSets) {
    try {
      tenants.set(set.name, (await read(set)).get(set.name) ?? [])
    } catch (error) {
      if (!isUnreadable(error) || set.source === null) throw error
      tenants.set(set.name, (await read({ ...set, source: null })).get(set.name) ?? [])
      findings.push(...unreadable(document, set, set.source.table, error))
    }
  }
  return { tenants, findings }
}

function isUnreadable(error: unknown): boolean {
  return UNREADABLE.includes(sqlState(error) ?? '')
}

/** Told of the first table that has these tenants. */
function unreadable(document: PartmanDocument, set: TenantSet, source: { schema: string; name: string }, error: unknown): Finding[] {
  const declared = document.tables.find(({ policy }) => tenantsOf(policy)?.tenants === set.name)
  if (!declared) return []
  return [
    {
      code: 'TENANTS_UNREADABLE',
      severity: 'error',
      table: declared.table,
      model: declared.model,
      declaredAt: declared.declaredAt,
      message: `The tenants in ${formatTableName(source)} cannot be read: ${(error as Error).message}`,
      nextStep: 'Grant SELECT, or deploy the migration that the schema is ahead of. Until then new tenants are those that are registered.',
    },
  ]
}
