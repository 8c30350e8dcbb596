import type { TablePolicy } from '../policy/document.js'
import { policyLevels } from '../policy/policy.js'
import { constantSql, identifier, type Sql } from '../sql/sql.js'
import { partitionKey } from '../state/want-state.js'
import { type CreateIndexSite, findCreateIndexes, indexColumns } from './find-create-index.js'
import { createIndexOnOnly } from './index-on-only.js'
import { MIGRATION_FILE, type MigrationFile } from './migration-folder.js'
import { isPartmanMigration } from './migration-marker.js'
import { type PendingMigration, readPendingMigration } from './table-step.js'

/** An index of a partitioned table that a pending migration makes. */
export interface PendingIndex {
  readonly policy: TablePolicy
  readonly migration: MigrationFile
  /** null where PostgreSQL is to choose one. */
  readonly name: string | null
  /** `line:column` of the statement. */
  readonly position: string
  /** What the migration says, with the schema of the table. */
  readonly statement: Sql
}

/** A pending migration after its CREATE INDEX statements were given ONLY. */
export interface IndexEdit {
  readonly migration: MigrationFile
  readonly sql: string
  readonly indexes: readonly PendingIndex[]
}

/**
 * Finds what pending migrations would build on all partitions of a table at once, while nobody can write into them. Tables
 * that a pending migration makes anew have no rows by then. A unique index that PostgreSQL refuses is left to PostgreSQL.
 *
 * @throws PartmanError `MIGRATION_UNREADABLE`
 */
export async function findPendingIndexes(
  pending: readonly MigrationFile[],
  partitioned: readonly TablePolicy[],
  defaultSchema: string,
): Promise<PendingIndex[]> {
  const made = await madeAnew(pending, partitioned, defaultSchema)
  const kept = partitioned.filter((policy) => !made.includes(policy))
  const found: PendingIndex[] = []
  for (const migration of pending) {
    for (const { policy, site } of await findSites(migration, kept, defaultSchema)) {
      found.push({ policy, migration, name: site.name, position: site.position, statement: qualifyTable(migration.sql, site) })
    }
  }
  return found
}

/**
 * Decides which of these statements are given ONLY: those of a migration that may be edited. `texts` is what other edits
 * have made of a migration already.
 *
 * @throws PartmanError `MIGRATION_UNREADABLE`, `MIGRATION_NOT_EDITABLE`
 */
export async function planIndexEdits(
  pending: readonly PendingMigration[],
  partitioned: readonly TablePolicy[],
  defaultSchema: string,
  texts: ReadonlyMap<MigrationFile, string>,
): Promise<{ edits: IndexEdit[]; left: PendingIndex[] }> {
  const indexes = await findPendingIndexes(
    pending.map(({ migration }) => migration),
    partitioned,
    defaultSchema,
  )
  const edits: IndexEdit[] = []
  const left: PendingIndex[] = []
  for (const { migration, isNewest, areEarlierApplied } of pending) {
    const own = indexes.filter((index) => index.migration === migration)
    if (own.length === 0) continue
    if (!isNewest || !areEarlierApplied) {
      left.push(...own)
      continue
    }
    const text = texts.get(migration) ?? migration.sql
    const policies = own.map(({ policy }) => policy)
    const sites = (await findSites({ ...migration, sql: text }, policies, defaultSchema)).map(({ site }) => site)
    edits.push({ migration, sql: await createIndexOnOnly(text, sites, formatFile(migration)), indexes: own })
  }
  return { edits, left }
}

async function findSites(
  migration: MigrationFile,
  partitioned: readonly TablePolicy[],
  defaultSchema: string,
): Promise<{ policy: TablePolicy; site: CreateIndexSite }[]> {
  if (isPartmanMigration(migration)) return []
  const sites = await findCreateIndexes(migration.sql, { defaultSchema, file: formatFile(migration) })
  return sites.flatMap((site) => {
    const policy = partitioned.find(({ table }) => table.schema === site.table.schema && table.name === site.table.name)
    return policy && !isRefused(site, policy) ? [{ policy, site }] : []
  })
}

async function madeAnew(pending: readonly MigrationFile[], tables: readonly TablePolicy[], defaultSchema: string): Promise<TablePolicy[]> {
  const migrations = pending.map((migration) => ({ migration, isNewest: false, areEarlierApplied: false }))
  const made: TablePolicy[] = []
  for (const policy of tables) {
    const sites = await readPendingMigration(migrations, policy.table, defaultSchema)
    if (sites.some(({ creates }) => creates.length > 0)) made.push(policy)
  }
  return made
}

/** The statement without what ends it. A migration is the user's own SQL, which runs as it stands in any case. */
function qualifyTable(text: string, { statement, create, table, tableOffset }: CreateIndexSite): Sql {
  const bytes = Buffer.from(text)
  const schema = create.relation?.schemaname === undefined ? `${identifier(table.schema)}.` : ''
  return constantSql(`${bytes.subarray(statement.start, tableOffset)}${schema}${bytes.subarray(tableOffset, statement.end)}`.trim())
}

/** A unique index needs the key columns of all levels, as every partition has to have it. */
function isRefused({ create }: CreateIndexSite, { policy }: TablePolicy): boolean {
  const columns = indexColumns(create)
  return (
    create.unique === true &&
    policyLevels(policy).some((level) => partitionKey(level).columns.some((column) => column !== null && !columns.includes(column)))
  )
}

function formatFile({ name }: MigrationFile): string {
  return `${name}/${MIGRATION_FILE}`
}
