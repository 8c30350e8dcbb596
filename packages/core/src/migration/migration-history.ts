import type { MigrationFile } from './migration-folder.js'

/** A row of Prisma's `_prisma_migrations`; one migration may have several, one for each attempt. */
export interface MigrationRow {
  readonly migration_name: string
  readonly finished_at: Date | null
  readonly rolled_back_at: Date | null
}

/** How far the migrations in a folder have come in one database. */
export interface MigrationHistory {
  readonly applied: readonly MigrationFile[]
  readonly pending: readonly MigrationFile[]
  /** Names of migrations that were begun and neither finished nor marked as rolled back. */
  readonly failed: readonly string[]
}

/** Compares the folder with Prisma's bookkeeping; `rows` is empty where `_prisma_migrations` does not exist yet. */
export function resolveMigrationHistory(rows: readonly MigrationRow[], migrations: readonly MigrationFile[]): MigrationHistory {
  const standing = rows.filter((row) => row.rolled_back_at === null)
  const finished = new Set(standing.filter((row) => row.finished_at !== null).map((row) => row.migration_name))
  const failed = new Set(standing.filter((row) => row.finished_at === null).map((row) => row.migration_name))
  return {
    applied: migrations.filter(({ name }) => finished.has(name)),
    pending: migrations.filter(({ name }) => !finished.has(name)),
    failed: [...failed],
  }
}
