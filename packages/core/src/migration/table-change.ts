import type { TableName } from '../policy/document.js'
import { findCreateTable } from './find-create-table.js'
import type { MigrationFile } from './migration-folder.js'

/** A statement of a migration that makes or removes a whole table. */
export interface TableChange {
  readonly kind: 'create-plain' | 'create-partitioned' | 'drop'
  readonly migration: MigrationFile
  /** `line:column` in the script. */
  readonly position: string
}

/**
 * Finds what migrations do to a table as a whole, in their order.
 *
 * @throws PartmanError `MIGRATION_UNREADABLE`
 */
export async function findTableChanges(
  migrations: readonly MigrationFile[],
  table: TableName,
  { defaultSchema = 'public' }: { defaultSchema?: string } = {},
): Promise<TableChange[]> {
  const changes: TableChange[] = []
  for (const migration of migrations) {
    // Most migrations do not name most tables, and parsing is what takes time.
    if (!migration.sql.toLowerCase().includes(table.name.replaceAll('"', '""').toLowerCase())) continue
    const file = `${migration.name}/migration.sql`
    const { creates, drops } = await findCreateTable(migration.sql, table, { defaultSchema, file })
    for (const position of drops) changes.push({ kind: 'drop', migration, position })
    for (const { create, position } of creates)
      changes.push({ kind: create.partspec ? 'create-partitioned' : 'create-plain', migration, position })
  }
  return changes
}
