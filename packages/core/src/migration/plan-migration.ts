import { PartmanError } from '../error.js'
import type { TableName, TablePolicy } from '../policy/document.js'
import { renderPartitionBy } from '../sql/render-partition.js'
import { partitionKey } from '../state/want-state.js'
import { BOOKKEEPING_VERSION } from './bookkeeping.js'
import type { MigrationFile } from './migration-folder.js'
import { type MigrationRow, resolveMigrationHistory } from './migration-history.js'
import { isPartmanMigration, parseMigrationMarkers } from './migration-marker.js'
import { partitionCreateTable } from './partition-create-table.js'
import { resolvePendingChanges } from './pending-changes.js'
import { type PendingIndex, planIndexEdits } from './plan-index-edits.js'
import { planTriggers, refuseTriggers, type TriggerRequest, type TriggerStep } from './plan-triggers.js'
import { type FoundTable, type PendingMigration, readPendingMigration, resolveTableStep } from './table-step.js'

/** An annotated table and what the database has of it, under the name that it has there before the pending migrations. */
export interface MigrationTable {
  readonly policy: TablePolicy
  readonly found: FoundTable
}

/** All that `planMigration` decides upon. */
export interface MigrationRequest {
  readonly tables: readonly MigrationTable[]
  readonly migrations: readonly MigrationFile[]
  /** The rows of `_prisma_migrations`; none where it does not exist. */
  readonly rows: readonly MigrationRow[]
  /** The version of the bookkeeping tables that is needed: this release's. */
  readonly bookkeepingVersion?: number
  /** The triggers of tenant sets; none are wanted where it is left out, and none are looked for. */
  readonly triggers?: TriggerRequest
  /** The schema that an unqualified name in a migration means; `public` unless the connection says otherwise. */
  readonly defaultSchema?: string
}

/** Why one annotated model cannot be migrated. */
export interface MigrationRefusal {
  readonly policy: Pick<TablePolicy, 'model' | 'table' | 'declaredAt'>
  readonly reason: string
  readonly hint: string
}

/** What `partman migrate` is to write. */
export type MigrationPlan =
  | { readonly kind: 'nothing'; readonly leftIndexes?: readonly PendingIndex[] }
  | { readonly kind: 'refused'; readonly refusals: readonly MigrationRefusal[] }
  | {
      readonly kind: 'write'
      /** Pending migrations that are changed, with their new text. */
      readonly edits: readonly MigrationEdit[]
      /** Whether the new migration is to make the bookkeeping tables. */
      readonly bookkeeping: boolean
      /** The tables whose first partitions the new migration is to make. */
      readonly firstPartitions: readonly TablePolicy[]
      /** What it is to do to the triggers of tenant sets; absent where there is nothing. */
      readonly triggers?: readonly TriggerStep[]
      /** Indexes that stay as they are, because their migrations must not be changed; absent where there are none. */
      readonly leftIndexes?: readonly PendingIndex[]
    }

/** What becomes of a pending migration. */
export interface MigrationEdit {
  readonly migration: MigrationFile
  readonly sql: string
  /** The tables that get a partition clause. */
  readonly tables: readonly TablePolicy[]
  /** The indexes that are made on the table alone; absent where there are none. */
  readonly indexes?: readonly PendingIndex[]
}

/**
 * Decides how the annotated tables get into the migrations. Only a pending migration is ever edited, and only the newest; one refused
 * table refuses all.
 *
 * @throws PartmanError `MIGRATION_HISTORY_FAILED` while a migration is half applied, `MIGRATION_UNREADABLE`, `MIGRATION_NOT_EDITABLE`
 */
export async function planMigration(request: MigrationRequest): Promise<MigrationPlan> {
  const { migrations, rows, bookkeepingVersion = BOOKKEEPING_VERSION, defaultSchema = 'public' } = request
  const history = resolveMigrationHistory(rows, migrations)
  if (history.failed.length > 0) throw historyFailed(history.failed)

  const markers = parseMigrationMarkers(migrations)
  const newest = migrations.findLast((migration) => !isPartmanMigration(migration))
  const pending = history.pending.map((migration): PendingMigration => {
    const index = migrations.indexOf(migration)
    const earlier = migrations.slice(0, index)
    return { migration, isNewest: migration === newest, areEarlierApplied: earlier.every((one) => history.applied.includes(one)) }
  })

  const names = await resolvePendingChanges(history.pending, { defaultSchema })
  const refusals: MigrationRefusal[] = request.triggers ? refuseTriggers(request.triggers, names) : []
  const edits = new Map<MigrationFile, Omit<MigrationEdit, 'migration'>>()
  const firstPartitions: TablePolicy[] = []
  const partitioned: TablePolicy[] = []
  for (const { policy, found } of request.tables) {
    const key = partitionKey(policy.policy)
    const clause = renderPartitionBy(key)
    const inDatabase = names.databaseName(policy.table)
    const columns = inDatabase ? key.columns.map((column) => column && inDatabase.columnOf(column)) : key.columns
    const sites = await readPendingMigration(pending, policy.table, defaultSchema)
    const elsewhere = await isCreatedElsewhere(pending, policy.table, defaultSchema)
    const step = await resolveTableStep({
      policy,
      clause,
      clauseInDatabase: renderPartitionBy({ ...key, columns }),
      found,
      sites,
      elsewhere: elsewhere ? defaultSchema : null,
    })
    if (step.kind === 'refused') refusals.push({ policy, reason: step.reason, hint: step.hint })
    if (step.kind === 'edit') {
      const before = edits.get(step.migration) ?? { sql: step.migration.sql, tables: [] }
      const file = `${step.migration.name}/migration.sql`
      const edited = await partitionCreateTable(before.sql, policy.table, clause, { defaultSchema, file })
      const sql = edited.kind === 'edited' ? edited.sql : before.sql
      edits.set(step.migration, { sql, tables: [...before.tables, policy] })
    }
    if (step.kind === 'partitioned-in-database') partitioned.push(policy)
    const isMarked = markers.tables.some(({ schema, name }) => schema === policy.table.schema && name === policy.table.name)
    if (step.kind === 'edit' || (step.kind === 'partitioned-in-migration' && !isMarked)) firstPartitions.push(policy)
  }

  if (refusals.length > 0) return { kind: 'refused', refusals }
  const bookkeeping = request.tables.length > 0 && markers.bookkeeping < bookkeepingVersion
  const texts = new Map([...edits].map(([migration, { sql }]) => [migration, sql]))
  const indexes = await planIndexEdits(pending, partitioned, defaultSchema, texts)
  for (const edit of indexes.edits) edits.set(edit.migration, { tables: [], ...edits.get(edit.migration), ...edit })
  const left = indexes.left.length > 0 ? { leftIndexes: indexes.left } : {}
  const steps = request.triggers ? planTriggers(request.triggers, { all: migrations, pending: history.pending }, names) : []
  const triggers = steps.length > 0 ? { triggers: steps } : {}
  if (edits.size === 0 && firstPartitions.length === 0 && !bookkeeping && steps.length === 0) return { kind: 'nothing', ...left }
  const changed = [...edits].map(([migration, edit]) => ({ ...edit, migration }))
  return { kind: 'write', edits: changed, bookkeeping, firstPartitions, ...triggers, ...left }
}

async function isCreatedElsewhere(
  pending: readonly PendingMigration[],
  { schema, name }: TableName,
  defaultSchema: string,
): Promise<boolean> {
  if (schema === defaultSchema) return false
  const sites = await readPendingMigration(pending, { schema: defaultSchema, name }, defaultSchema)
  return sites.some(({ creates }) => creates.length > 0)
}

function historyFailed(names: readonly string[]): PartmanError {
  return new PartmanError('MIGRATION_HISTORY_FAILED', `Not finished and not rolled back in the database: ${names.join(', ')}`, {
    hint: `Repair the database, then run \`prisma migrate resolve --rolled-back ${names[0]}\` (or \`--applied\`).`,
  })
}
