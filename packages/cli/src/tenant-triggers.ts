import {
  type Database,
  type FoundTrigger,
  findTriggerOn,
  formatTableName,
  type MigrationFile,
  observeForeignKeys,
  observeTenantTriggers,
  type PartmanDocument,
  type PendingChanges,
  planTriggers,
  refuseTriggers,
  type TriggerRequest,
  type TriggerStep,
  wantTriggers,
} from '@partman/core'
import type { ShownFinding } from './format-finding.js'
import { type Client, observeFoundTables } from './observe-migrations.js'

/** What pending migrations make in the place of another is not there yet; nothing in PostgreSQL has an empty name. */
const NO_TABLE = { schema: '', name: '' }

/** Reads what the database has of the triggers that a document asks for, and what stands against them. */
export async function observeTriggers(
  { database, pool }: { readonly database: Database; readonly pool: Client },
  document: PartmanDocument,
  pending: PendingChanges,
): Promise<TriggerRequest> {
  const triggers = wantTriggers(document)
  const nameOf = (table: TriggerTable) => pending.databaseName(table)?.table ?? NO_TABLE
  const found = await observeFoundTables(
    pool,
    triggers.map(({ source }) => nameOf(source.table)),
  )
  const wanted = []
  for (const [index, trigger] of triggers.entries()) {
    const to = nameOf(trigger.source.table)
    const foreignKeys = await observeForeignKeys(
      database,
      trigger.tables.map(({ table }) => ({ table: nameOf(table), to })).filter(({ table }) => table !== NO_TABLE && to !== NO_TABLE),
    )
    wanted.push({ trigger, found: found[index] ?? ({ kind: 'absent' } as const), foreignKeys })
  }
  const { partitionSchema, tenantSets } = document
  return { partitionSchema, tenantSets, wanted, found: await observeTenantTriggers(database, partitionSchema) }
}

type TriggerTable = TriggerRequest['wanted'][number]['trigger']['source']['table']

/** Finds triggers that no pending migration makes or takes away, and what stands against those that are wanted. */
export function checkTriggers(
  request: TriggerRequest,
  migrations: { readonly all: readonly MigrationFile[]; readonly pending: readonly MigrationFile[] },
  pending: PendingChanges,
): ShownFinding[] {
  const refused = refuseTriggers(request, pending).map(
    ({ policy, reason, hint }): ShownFinding => ({
      code: 'TENANT_TRIGGER_REFUSED',
      severity: 'error',
      declaredAt: policy.declaredAt,
      message: `The trigger of ${policy.model} cannot be made: ${reason}`,
      nextStep: hint,
    }),
  )
  return [...refused, ...planTriggers(request, migrations, pending).map((step) => differentTrigger(step, request, pending))]
}

function differentTrigger(step: TriggerStep, { found }: TriggerRequest, pending: PendingChanges): ShownFinding {
  const shared = {
    code: 'TENANT_TRIGGER_DIFFERENT',
    severity: 'warning',
    nextStep: 'Run `partman migrate --name <name>` and deploy the migration.',
  } as const
  if (step.kind === 'drop-trigger') {
    return { ...shared, declaredAt: null, message: `The trigger of the tenants of ${step.tenants} is there, and asked for no more` }
  }
  const { tenants, declaredAt, source } = step.trigger
  return {
    ...shared,
    declaredAt,
    message: describeDifference(formatTableName(source.table), findTriggerOn(source.table, tenants, found, pending)),
  }
}

function describeDifference(table: string, found: FoundTrigger | undefined): string {
  if (!found) return `${table} has no trigger that makes the partitions of its tenants`
  return found.enabled
    ? `The trigger of ${table} makes other partitions than are declared`
    : `The trigger of ${table} is disabled, and makes no partitions`
}
