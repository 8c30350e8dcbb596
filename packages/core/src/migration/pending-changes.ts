import type { TableName } from '../policy/document.js'
import { formatTableName } from '../state/state.js'
import { findChanges, type SchemaChange } from './find-changes.js'
import type { MigrationFile } from './migration-folder.js'

/** A table as a database calls it that has not seen the migrations yet. */
export interface DatabaseName {
  readonly table: TableName
  /** What the database calls a column; one that it does not have keeps its name. */
  readonly columnOf: (column: string) => string
}

/** A change of a pending migration. */
export interface PendingChange {
  readonly change: SchemaChange
  /** `<migration>/migration.sql:line:column`. */
  readonly place: string
  /** The table as the database calls it before all of the migrations; null where they have made it in the place of another, or for an index. */
  readonly inDatabase: DatabaseName | null
  /** What a table that the migrations make is partitioned by; none where it is plain, or in the database. */
  readonly madeKey: readonly string[]
}

/** What pending migrations do, and what the names that they end with are in the database as it is. */
export interface PendingChanges {
  readonly changes: readonly PendingChange[]
  /** The table of a name as it will be after the migrations; null where they drop it, whatever they make in its place. */
  readonly databaseName: (table: TableName) => DatabaseName | null
}

/** A table on its way through the migrations: under what name it began, and what its columns were called. */
interface Traced {
  readonly origin: TableName | null
  readonly columns: ReadonlyMap<string, string>
  readonly madeKey: readonly string[]
}

/**
 * Follows tables and columns through pending migrations, so that a renamed one is known by the name that the database has for it.
 *
 * @throws PartmanError `MIGRATION_UNREADABLE`
 */
export async function resolvePendingChanges(
  pending: readonly MigrationFile[],
  { defaultSchema = 'public' }: { defaultSchema?: string } = {},
): Promise<PendingChanges> {
  /** null: no table has the name any more. */
  const traced = new Map<string, Traced | null>()
  const trace = (table: TableName): Traced | null => {
    const known = traced.get(formatTableName(table))
    return known === undefined ? { origin: table, columns: new Map(), madeKey: [] } : known
  }
  const changes: PendingChange[] = []
  for (const { name, sql } of pending) {
    const file = `${name}/migration.sql`
    for (const change of await findChanges(sql, { defaultSchema, file })) {
      const before = 'table' in change ? trace(change.table) : null
      const inDatabase = before && nameInDatabase(before)
      changes.push({ change, place: `${file}:${change.position}`, inDatabase, madeKey: before?.madeKey ?? [] })
      for (const [table, after] of follow(change, before)) traced.set(formatTableName(table), after)
    }
  }
  return {
    changes,
    databaseName: (table) => {
      const found = trace(table)
      return found && nameInDatabase(found)
    },
  }
}

function follow(change: SchemaChange, before: Traced | null): [TableName, Traced | null][] {
  switch (change.kind) {
    case 'create-table':
      // One that nothing has taken the name from may be there already, whatever the migrations believe.
      return [[change.table, { origin: before?.origin ?? null, columns: new Map(), madeKey: change.keyColumns }]]
    case 'drop-table':
      return [[change.table, null]]
    case 'rename-table':
      return [
        [change.table, null],
        [change.to, before],
      ]
    case 'rename-column': {
      if (!before) return []
      const columns = new Map(before.columns)
      columns.delete(change.column)
      columns.set(change.to, before.columns.get(change.column) ?? change.column)
      const madeKey = before.madeKey.map((column) => (column === change.column ? change.to : column))
      return [[change.table, { ...before, columns, madeKey }]]
    }
    default:
      return []
  }
}

function nameInDatabase({ origin, columns }: Traced): DatabaseName | null {
  return origin && { table: origin, columnOf: (column) => columns.get(column) ?? column }
}
