import type { TableName, TablePolicy } from '../policy/document.js'
import { findCreateTable, type TableMentions } from './find-create-table.js'
import type { MigrationFile } from './migration-folder.js'
import { isSamePartitionClause } from './partition-clause.js'
import { readPartitionClause } from './partition-create-table.js'

/** What a database has under a table's name. */
export type FoundTable =
  | { readonly kind: 'absent' }
  | { readonly kind: 'plain'; readonly isEmpty: boolean }
  /** `clause` is `PARTITION BY` and what `pg_get_partkeydef` says. */
  | { readonly kind: 'partitioned'; readonly clause: string }
  | { readonly kind: 'other'; readonly description: string }

/** A migration that the database has not seen, and where it stands among the others. */
export interface PendingMigration {
  readonly migration: MigrationFile
  /** None but partman's own are newer. */
  readonly isNewest: boolean
  /** Also true for the first of all. */
  readonly areEarlierApplied: boolean
}

/** What one pending migration does to one table. */
export interface PendingSite extends PendingMigration, TableMentions {}

/** What becomes of one annotated table. */
export type TableStep =
  | { readonly kind: 'edit'; readonly migration: MigrationFile }
  | { readonly kind: 'partitioned-in-migration' }
  | { readonly kind: 'partitioned-in-database' }
  | { readonly kind: 'refused'; readonly reason: string; readonly hint: string }

/** Reads what the pending migrations do to a table, in their order; those that leave it alone are left out. */
export async function readPendingMigration(
  pending: readonly PendingMigration[],
  table: TableName,
  defaultSchema: string,
): Promise<PendingSite[]> {
  const sites: PendingSite[] = []
  for (const one of pending) {
    // Most migrations do not name most tables, and parsing is what takes time.
    if (!one.migration.sql.toLowerCase().includes(table.name.replaceAll('"', '""').toLowerCase())) continue
    const mentions = await findCreateTable(one.migration.sql, table, { defaultSchema, file: `${one.migration.name}/migration.sql` })
    if (mentions.creates.length + mentions.drops.length > 0) sites.push({ ...one, ...mentions })
  }
  return sites
}

/** Decides about one table. */
export async function resolveTableStep(input: {
  policy: TablePolicy
  clause: string
  /** The same clause with the columns' names as the database has them before the pending migrations. */
  clauseInDatabase: string
  found: FoundTable
  sites: readonly PendingSite[]
  /** The schema that the connection names, where a pending migration creates a table of the same name in it. */
  elsewhere: string | null
}): Promise<TableStep> {
  const { policy, clause, clauseInDatabase, found, sites, elsewhere } = input
  const site = sites.findLast(({ creates }) => creates.length > 0)
  const isDropped = sites.some(({ drops }) => drops.length > 0)
  if (site && (found.kind === 'absent' || isDropped)) return resolveInMigration(policy, clause, site)
  const table = formatTable(policy.table)
  switch (found.kind) {
    case 'absent':
      if (elsewhere !== null) {
        return {
          kind: 'refused',
          reason: `a pending migration creates "${elsewhere}"."${policy.table.name}", because the connection names that schema, and the model belongs to ${table}`,
          hint: `Write @@schema("${elsewhere}") into the model and schemas = ["${elsewhere}"] into the datasource block, instead of ?schema= into the url.`,
        }
      }
      return {
        kind: 'refused',
        reason: `the table ${table} does not exist, and no pending migration creates it`,
        hint: 'Run `prisma migrate dev --create-only --name <name>` first, or `partman migrate dev --name <name>`, which does both.',
      }
    case 'plain':
      return {
        kind: 'refused',
        reason: `the table ${table} exists already and is not partitioned; PostgreSQL cannot turn it into a partitioned one in place`,
        hint: found.isEmpty
          ? `It is empty: write a new migration (\`prisma migrate dev --create-only --name <name>\`) that drops it and creates it again, then run \`partman migrate\`.`
          : 'It has rows, and converting a table with its rows is not available yet; take the annotation away until it is.',
      }
    case 'partitioned':
      if (await isSamePartitionClause(found.clause, clauseInDatabase)) return { kind: 'partitioned-in-database' }
      return {
        kind: 'refused',
        reason: `the table ${table} is partitioned already, but otherwise: ${found.clause} instead of ${clause}`,
        hint: 'PostgreSQL cannot change a partition key. Make the annotation say what there is; or create a table with the new key beside it, copy the rows and let the two change names. Where the rows may go, write a new migration that drops the table and creates it again, and run `partman migrate --allow-destructive`.',
      }
    case 'other':
      return {
        kind: 'refused',
        reason: `${table} is ${found.description}, not a table`,
        hint: 'Only tables can be partitioned. Take the annotation away.',
      }
  }
}

async function resolveInMigration(policy: TablePolicy, clause: string, site: PendingSite): Promise<TableStep> {
  const { migration, creates } = site
  const at = `${migration.name}/migration.sql:${creates[0]?.position}`
  const table = formatTable(policy.table)
  const again = `If ${migration.name} was never deployed anywhere, remove its folder and run \`partman migrate dev --name <name>\`, which makes it anew.`
  const present = await readPartitionClause(migration.sql, creates)
  if (present !== null) {
    if (await isSamePartitionClause(present, clause)) return { kind: 'partitioned-in-migration' }
    return { kind: 'refused', reason: `${at} creates ${table} with ${present} instead of ${clause}`, hint: again }
  }
  if (!site.isNewest) {
    return {
      kind: 'refused',
      reason: `${at} creates ${table}, but there are newer migrations; only the newest may be changed`,
      hint: again,
    }
  }
  if (!site.areEarlierApplied) {
    return {
      kind: 'refused',
      reason: `${at} creates ${table}, but older migrations are not applied to this database, so it may have been deployed elsewhere`,
      hint: `Connect to the database that you develop with. ${again}`,
    }
  }
  return { kind: 'edit', migration }
}

function formatTable({ schema, name }: TableName): string {
  return `"${schema}"."${name}"`
}
