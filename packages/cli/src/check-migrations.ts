import {
  BOOKKEEPING_VERSION,
  type Finding,
  findDroppedTables,
  findTableChanges,
  formatTableName,
  type MigrationFile,
  type PartmanDocument,
  parseMigrationMarkers,
  resolveMigrationHistory,
  type TableChange,
} from '@partman/core'
import type pg from 'pg'
import type { ShownFinding } from './format-finding.js'
import { observeFoundTables, observeMigrationRows } from './observe-migrations.js'

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
  const isMended = ({ code, table }: Finding) =>
    (code === 'TABLE_MISSING' || code === 'TABLE_NOT_PARTITIONED') && last.get(formatTableName(table))?.kind === 'create-partitioned'
  return [
    ...checkBookkeeping(check, history.pending),
    ...history.failed.map(failedMigration),
    ...check.findings.filter((finding) => !isMended(finding)),
    ...document.tables.flatMap(({ table, declaredAt }) => plainTable(table, declaredAt, last.get(formatTableName(table)))),
    ...(await droppedTables(pool, history.pending, schema)),
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

function formatPlace({ name }: MigrationFile, position: string): string {
  return `${name}/migration.sql:${position}`
}
