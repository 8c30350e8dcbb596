import {
  type AlteredTables,
  BOOKKEEPING_VERSION,
  type Finding,
  findAlteredTables,
  findDroppedTables,
  findPendingIndexes,
  findTableChanges,
  formatTableName,
  type MigrationFile,
  type PartmanDocument,
  parseMigrationMarkers,
  resolveMigrationHistory,
  type TableChange,
  type TableName,
} from '@partman/core'
import type pg from 'pg'
import { checkUndeclared } from './check-undeclared.js'
import type { ShownFinding } from './format-finding.js'
import { observeFoundTables, observeKeyColumns, observeMigrationRows } from './observe-migrations.js'

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
export async function checkMigrations(pool: Pick<pg.Pool, 'query'>, check: MigrationCheck): Promise<ShownFinding[]> {
  const { document, migrations, schema } = check
  const history = resolveMigrationHistory(await observeMigrationRows(pool, schema), migrations)
  const last = new Map<string, TableChange>()
  for (const { table } of document.tables) {
    const change = (await findTableChanges(history.pending, table, { defaultSchema: schema })).at(-1)
    if (change) last.set(formatTableName(table), change)
  }
  const altered = await findPendingAlterations(history.pending, schema)
  const renamed = new Set(altered.flatMap(({ renames }) => renames).map(({ to }) => formatTableName(to)))
  const renamedKeys = new Set(altered.flatMap(({ columnRenames }) => columnRenames).map(({ table, to }) => formatColumn(table, to)))
  const isMended = ({ code, table }: Finding) =>
    ((code === 'TABLE_MISSING' || code === 'TABLE_NOT_PARTITIONED') && last.get(formatTableName(table))?.kind === 'create-partitioned') ||
    (code === 'TABLE_MISSING' && renamed.has(formatTableName(table))) ||
    (code === 'PARTITION_KEY_DIFFERENT' && keyColumns(document, table).some((column) => renamedKeys.has(formatColumn(table, column))))
  return [
    ...checkBookkeeping(check, history.pending),
    ...history.failed.map(failedMigration),
    ...check.findings.filter((finding) => !isMended(finding)),
    ...document.tables.flatMap(({ table, declaredAt }) => plainTable(table, declaredAt, last.get(formatTableName(table)))),
    ...(await builtIndexes(pool, document, history.pending, schema)),
    ...(await droppedTables(pool, history.pending, schema)),
    ...(await droppedKeys(pool, altered)),
    ...(await undeclaredTables(pool, check, altered)),
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

function failedMigration(name: string): ShownFinding {
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

/** CREATE INDEX on a partitioned table holds a lock on every partition that stops writers until the last one is built. */
async function builtIndexes(
  pool: Pick<pg.Pool, 'query'>,
  document: PartmanDocument,
  pending: readonly MigrationFile[],
  schema: string,
): Promise<ShownFinding[]> {
  const found = await observeFoundTables(
    pool,
    document.tables.map(({ table }) => table),
  )
  const partitioned = document.tables.filter((_table, index) => found[index]?.kind === 'partitioned')
  return (await findPendingIndexes(pending, partitioned, schema)).map(({ migration, position, policy, name }) => ({
    code: 'PENDING_INDEX',
    severity: 'warning',
    declaredAt: formatPlace(migration, position),
    message: `builds ${name === null ? 'an index' : `the index ${name}`} on all partitions of ${formatTableName(policy.table)} at once, and no row is written meanwhile`,
    nextStep: 'Run `partman migrate` before it is deployed: then the maintainer builds it, one partition after another.',
  }))
}

/** Also tables that are annotated no more, such as one whose name was changed: Prisma drops it and makes a plain one. */
async function droppedTables(pool: Pick<pg.Pool, 'query'>, pending: readonly MigrationFile[], schema: string): Promise<ShownFinding[]> {
  const drops = []
  for (const migration of pending) {
    const file = `${migration.name}/migration.sql`
    for (const drop of await findDroppedTables(migration.sql, { defaultSchema: schema, file })) drops.push({ ...drop, migration })
  }
  const found = await observeFoundTables(
    pool,
    drops.map(({ table }) => table),
  )
  return drops.flatMap(({ table, position, migration }, index): ShownFinding[] => {
    if (found[index]?.kind !== 'partitioned') return []
    return [
      {
        code: 'PENDING_DROP',
        severity: 'error',
        declaredAt: formatPlace(migration, position),
        message: `drops the partitioned table ${formatTableName(table)} with all its rows`,
        nextStep: 'Where it is to have another name, write ALTER TABLE ... RENAME TO in its place.',
      },
    ]
  })
}

function keyColumns({ tables }: PartmanDocument, name: TableName): string[] {
  const declared = tables.find(({ table }) => formatTableName(table) === formatTableName(name))
  if (!declared) return []
  const { policy } = declared
  return policy.kind === 'list' ? [policy.by.column, policy.subpartition.by.column] : [policy.by.column]
}

function formatColumn(table: TableName, column: string): string {
  return `${formatTableName(table)}.${column}`
}

type PendingAlterations = AlteredTables & { readonly migration: MigrationFile; readonly drops: readonly { readonly table: TableName }[] }

async function findPendingAlterations(pending: readonly MigrationFile[], defaultSchema: string): Promise<PendingAlterations[]> {
  return Promise.all(
    pending.map(async (migration) => {
      const file = `${migration.name}/migration.sql`
      const drops = await findDroppedTables(migration.sql, { defaultSchema, file })
      return { ...(await findAlteredTables(migration.sql, { defaultSchema, file })), drops, migration }
    }),
  )
}

/** PostgreSQL drops no column that a partition key is made of, so the deploy would fail half-way through. */
async function droppedKeys(pool: Pick<pg.Pool, 'query'>, altered: readonly PendingAlterations[]): Promise<ShownFinding[]> {
  const findings: ShownFinding[] = []
  for (const { columnDrops, migration } of altered) {
    for (const { table, column, position } of columnDrops) {
      if (!(await observeKeyColumns(pool, table)).includes(column)) continue
      findings.push({
        code: 'PENDING_DROP',
        severity: 'error',
        declaredAt: formatPlace(migration, position),
        message: `drops the column ${column}, which ${formatTableName(table)} is partitioned by`,
        nextStep: 'Where it is to have another name, write ALTER TABLE ... RENAME COLUMN ... TO in its place.',
      })
    }
  }
  return findings
}

/** A table that gets another name is declared by the new one, and one that goes needs no declaration. */
async function undeclaredTables(
  pool: Pick<pg.Pool, 'query'>,
  { document, schema }: MigrationCheck,
  altered: readonly PendingAlterations[],
): Promise<ShownFinding[]> {
  const gone = new Set(altered.flatMap(({ renames, drops }) => [...renames, ...drops]).map(({ table }) => formatTableName(table)))
  const undeclared = await checkUndeclared(pool, document, schema)
  return undeclared.filter(({ table }) => !gone.has(formatTableName(table))).map(({ table: _, ...finding }) => finding)
}

function formatPlace({ name }: MigrationFile, position: string): string {
  return `${name}/migration.sql:${position}`
}
