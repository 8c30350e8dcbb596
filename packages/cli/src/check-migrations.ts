import {
  BOOKKEEPING_VERSION,
  type Database,
  type Finding,
  findTableChanges,
  formatTableName,
  type MigrationFile,
  type PartmanDocument,
  type PendingChanges,
  parseMigrationMarkers,
  partitionKey,
  policyLevels,
  resolveMigrationHistory,
  resolvePendingChanges,
  type TableChange,
  type TableName,
} from '@partman/core'
import { checkUndeclared } from './check-undeclared.js'
import { findPendingBreaks } from './find-pending-breaks.js'
import { findIndexesBuiltAtOnce } from './find-pending-indexes.js'
import type { ShownFinding } from './format-finding.js'
import { type Client, observeMigrationRows } from './observe-migrations.js'
import { checkTriggers, observeTriggers } from './tenant-triggers.js'

/** What there is to check: the project's migrations, and what the catalog said already. */
export interface MigrationCheck {
  readonly document: PartmanDocument
  readonly migrations: readonly MigrationFile[]
  /** The schema that unqualified names in migrations mean. */
  readonly schema: string
  readonly findings: readonly Finding[]
  readonly bookkeepingVersion: number | null
}

/** Finds what the migrations that are not applied yet would break, and takes away what they will mend. */
export async function checkMigrations(
  { database, pool }: { readonly database: Database; readonly pool: Client },
  check: MigrationCheck,
): Promise<ShownFinding[]> {
  const { document, migrations, schema } = check
  const history = resolveMigrationHistory(await observeMigrationRows(pool, schema), migrations)
  const last = new Map<string, TableChange>()
  for (const { table } of document.tables) {
    const change = (await findTableChanges(history.pending, table, { defaultSchema: schema })).at(-1)
    if (change) last.set(formatTableName(table), change)
  }
  const pending = await resolvePendingChanges(history.pending, { defaultSchema: schema })
  const isMended = (finding: Finding) =>
    ((finding.code === 'TABLE_MISSING' || finding.code === 'TABLE_NOT_PARTITIONED') &&
      last.get(formatTableName(finding.table))?.kind === 'create-partitioned') ||
    isRenamed(finding, document, pending)
  return [
    ...checkBookkeeping(check, history.pending),
    ...history.failed.map(failedMigration),
    ...check.findings.filter((finding) => !isMended(finding)),
    ...document.tables.flatMap(({ table, declaredAt }) => plainTable(table, declaredAt, last.get(formatTableName(table)))),
    ...(await findIndexesBuiltAtOnce(pool, document, history.pending, pending, schema)),
    ...(await findPendingBreaks(pool, document, pending)),
    ...checkTriggers(await observeTriggers({ database, pool }, document, pending), { all: migrations, pending: history.pending }, pending),
    ...(await undeclaredTables(pool, check, pending)),
  ]
}

function checkBookkeeping({ document, bookkeepingVersion }: MigrationCheck, pending: readonly MigrationFile[]): ShownFinding[] {
  const version = Math.max(bookkeepingVersion ?? 0, parseMigrationMarkers(pending).bookkeeping)
  if (document.tables.length === 0 || version >= BOOKKEEPING_VERSION) return []
  return [
    {
      code: 'BOOKKEEPING_MISSING',
      severity: 'error',
      declaredAt: null,
      message: `The database has ${bookkeepingVersion === null ? 'no partman bookkeeping' : `version ${bookkeepingVersion} of the partman bookkeeping`}, and no pending migration brings version ${BOOKKEEPING_VERSION}`,
      nextStep: 'Run `partman migrate --name <name>` and deploy the migration.',
    },
  ]
}

/** A migration that Prisma began, and neither finished nor marked as rolled back. */
export function failedMigration(name: string): ShownFinding {
  return {
    code: 'MIGRATION_FAILED',
    severity: 'error',
    declaredAt: null,
    message: `The migration ${name} was begun, and neither finished nor rolled back`,
    nextStep: `Repair the database, then run \`prisma migrate resolve --rolled-back ${name}\` (or \`--applied\`).`,
  }
}

function plainTable(table: { schema: string; name: string }, declaredAt: string, change: TableChange | undefined): ShownFinding[] {
  if (change?.kind !== 'create-plain') return []
  return [
    {
      code: 'PENDING_TABLE_PLAIN',
      severity: 'error',
      declaredAt,
      message: `${formatPlace(change.migration, change.position)} creates ${formatTableName(table)} without partitions`,
      nextStep: 'Run `partman migrate --name <name>` before it is deployed.',
    },
  ]
}

/** A table that gets another name is declared by the new one, and one that goes needs no declaration. */
async function undeclaredTables(pool: Client, { document, schema }: MigrationCheck, { changes }: PendingChanges): Promise<ShownFinding[]> {
  const gone = new Set(
    changes.flatMap(({ change, inDatabase }) =>
      inDatabase && (change.kind === 'rename-table' || change.kind === 'drop-table') ? formatTableName(inDatabase.table) : [],
    ),
  )
  const undeclared = await checkUndeclared(pool, document, schema)
  return undeclared.filter(({ table }) => !gone.has(formatTableName(table))).map(({ table: _, ...finding }) => finding)
}

/** Whether pending migrations rename the table that a finding misses, or a column of the key that it finds another. */
export function isRenamed({ code, table }: Finding, document: PartmanDocument, pending: PendingChanges): boolean {
  const inDatabase = pending.databaseName(table)
  if (!inDatabase) return false
  if (code === 'TABLE_MISSING') return formatTableName(inDatabase.table) !== formatTableName(table)
  return code === 'PARTITION_KEY_DIFFERENT' && keyColumns(document, table).some((column) => inDatabase.columnOf(column) !== column)
}

function keyColumns({ tables }: PartmanDocument, name: TableName): string[] {
  const declared = tables.find(({ table }) => formatTableName(table) === formatTableName(name))
  if (!declared) return []
  return policyLevels(declared.policy).flatMap((level) => partitionKey(level).columns.filter((column) => column !== null))
}

function formatPlace({ name }: MigrationFile, position: string): string {
  return `${name}/migration.sql:${position}`
}
