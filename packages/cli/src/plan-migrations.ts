import {
  type MigrationPlan,
  type PartmanDocument,
  planMaintenance,
  planMigration,
  readMigrations,
  resolveMigrationHistory,
  resolvePendingChanges,
} from '@partman/core'
import { isRenamed } from './check-migrations.js'
import { findPendingBreaks } from './find-pending-breaks.js'
import type { ShownFinding } from './format-finding.js'
import { observeFoundTables, observeMigrationRows } from './observe-migrations.js'
import { observeTriggers } from './tenant-triggers.js'
import type { OpenDatabase } from './with-database.js'

/** What `partman migrate` is to write, and what it should not be written for. */
export interface PlannedMigrations {
  readonly plan: MigrationPlan
  /** What the pending migrations would break, and keys that are not the declared ones. */
  readonly findings: readonly ShownFinding[]
}

/** What pending migrations make in the place of another is not there yet, whatever has its name now; nothing in PostgreSQL has an empty one. */
const NO_TABLE = { schema: '', name: '' }

/** Plans the migrations of a document; what it finds is what `partman check` finds. */
export async function planMigrations(
  { database, pool, schema }: OpenDatabase,
  document: PartmanDocument,
  { migrationsFolder, allowDrops }: { migrationsFolder: string; allowDrops: boolean },
): Promise<PlannedMigrations> {
  const migrations = await readMigrations(migrationsFolder)
  const rows = await observeMigrationRows(pool, schema)
  const pending = await resolvePendingChanges(resolveMigrationHistory(rows, migrations).pending, { defaultSchema: schema })
  const found = await observeFoundTables(
    pool,
    document.tables.map(({ table }) => pending.databaseName(table)?.table ?? NO_TABLE),
  )
  const plan = await planMigration({
    tables: document.tables.map((policy, index) => ({ policy, found: found[index] ?? { kind: 'absent' } })),
    migrations,
    rows,
    triggers: await observeTriggers({ database, pool }, document, pending),
    defaultSchema: schema,
  })
  const maintenance = await planMaintenance(database, document)
  const keys = maintenance.plan.findings.filter((finding) => isKeyChanged(finding.code) && !isRenamed(finding, document, pending))
  return { plan, findings: [...(await findPendingBreaks(pool, document, pending, { allowDrops })), ...keys] }
}

/** A key that no migration can change in place. */
function isKeyChanged(code: ShownFinding['code']): boolean {
  return code === 'PARTITION_KEY_DIFFERENT' || code === 'HASH_PARTITIONS_DIFFERENT'
}
