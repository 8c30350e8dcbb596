import type { Observation } from '../catalog/observe-state.js'
import { type InvalidSettings, type ObservedTenants, observeTenants } from '../catalog/observe-tenants.js'
import type { Finding } from '../plan/finding.js'
import type { PartmanDocument, TenantSet } from '../policy/document.js'
import { tenantsOf } from '../policy/policy.js'
import type { Database } from '../sql/database.js'
import { formatTableName } from '../state/state.js'
import { SQLSTATE, sqlState } from './sql-state.js'

/** What is known of the tenants, with what hindered the reading of some. */
export interface TenantsWithFindings extends Pick<ObservedTenants, 'tenants' | 'removed' | 'settings' | 'inForce' | 'approved' | 'holds'> {
  readonly findings: readonly Finding[]
}

/** What is wrong with one tenant table, and would be so again in the next moment. */
const UNREADABLE: readonly string[] = [SQLSTATE.undefinedColumn, SQLSTATE.undefinedTable, SQLSTATE.insufficientPrivilege]

/**
 * Observes the tenants of all sets in one statement; where a set's table cannot be read, each set by itself, so that one
 * table's trouble is a finding and not the end of all maintenance. Its tenants are those that are registered, then. `tellsLocks`: also where a
 * lock was in the way, for whoever looks only once and waits for nobody; a maintainer comes again.
 */
export async function observeTenantsApart(
  database: Database,
  document: PartmanDocument,
  observation: Observation,
  { tellsLocks = false }: { readonly tellsLocks?: boolean } = {},
): Promise<TenantsWithFindings> {
  const isUnreadable = (error: unknown) =>
    UNREADABLE.includes(sqlState(error) ?? '') || (tellsLocks && sqlState(error) === SQLSTATE.lockNotAvailable)
  try {
    return withFindings(document, await observeTenants(database, document, observation))
  } catch (error) {
    // Without tenants it is the bookkeeping that cannot be read, and what it protects would go.
    if (!isUnreadable(error) || document.tenantSets.length === 0) throw error
  }
  const apart: TenantsWithFindings[] = []
  const read = async (set: TenantSet) => {
    apart.push(withFindings(document, await observeTenants(database, { ...document, tenantSets: [set] }, observation)))
  }
  const findings: Finding[] = []
  for (const set of document.tenantSets) {
    try {
      await read(set)
    } catch (error) {
      if (!isUnreadable(error) || set.source === null) throw error
      await read({ ...set, source: null })
      findings.push(...unreadable(document, set, set.source.table, error))
    }
  }
  return {
    tenants: new Map(apart.flatMap(({ tenants }) => [...tenants])),
    removed: new Map(apart.flatMap(({ removed }) => [...removed])),
    settings: new Map(apart.flatMap(({ settings }) => [...settings])),
    inForce: new Map(apart.flatMap(({ inForce }) => [...inForce])),
    approved: new Map(apart.flatMap(({ approved }) => [...approved])),
    holds: new Map(apart.flatMap(({ holds }) => [...holds])),
    findings: [...findings, ...apart.flatMap((one) => one.findings)],
  }
}

function withFindings(
  document: PartmanDocument,
  { tenants, removed, settings, invalidSettings, inForce, approved, holds }: ObservedTenants,
): TenantsWithFindings {
  const findings = [...tenants.keys()].flatMap((set) =>
    invalid(
      document,
      invalidSettings.filter((one) => one.tenants === set),
    ),
  )
  return { tenants, removed, settings, inForce, approved, holds, findings }
}

/** Told once for a set, however many of its tenants have such settings. */
function invalid(document: PartmanDocument, [first, ...others]: readonly InvalidSettings[]): Finding[] {
  if (!first) return []
  const { tenants, key, problem } = first
  const more = others.length === 0 ? '' : ` (and of ${others.length} more)`
  return ofFirstTable(document, tenants, {
    code: 'TENANT_SETTINGS_INVALID',
    severity: 'error',
    message: `The settings of the tenant ${JSON.stringify(key)}${more} of ${tenants} cannot be understood: ${problem}`,
    nextStep:
      'Mend them in partman.tenant, for example {"retention": "90 days", "premake": 20}. Until then what is declared holds for it, but nothing of it retires by age.',
  })
}

function unreadable(document: PartmanDocument, set: TenantSet, source: { schema: string; name: string }, error: unknown): Finding[] {
  const isLocked = sqlState(error) === SQLSTATE.lockNotAvailable
  return ofFirstTable(document, set.name, {
    code: 'TENANTS_UNREADABLE',
    severity: isLocked ? 'warning' : 'error',
    message: `The tenants in ${formatTableName(source)} cannot be read: ${(error as Error).message}`,
    nextStep: isLocked
      ? 'Somebody has locked the table: look again in a moment.'
      : 'Grant SELECT, or deploy the migration that the schema is ahead of. Until then new tenants are those that are registered.',
  })
}

/** Told of the first table that has these tenants. */
function ofFirstTable(
  document: PartmanDocument,
  tenants: string,
  finding: Pick<Finding, 'code' | 'severity' | 'message' | 'nextStep'>,
): Finding[] {
  const declared = document.tables.find(({ policy }) => tenantsOf(policy)?.tenants === tenants)
  return declared ? [{ ...finding, table: declared.table, model: declared.model, declaredAt: declared.declaredAt }] : []
}
