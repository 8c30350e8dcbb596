import type { TableName, TablePolicy, TenantSet } from '../policy/document.js'
import { formatTableName } from '../state/state.js'
import type { ForeignKey, FoundTrigger } from '../state/tenant-trigger-mark.js'
import { wantDefault } from '../state/want-partitions.js'
import type { MigrationFile } from './migration-folder.js'
import { parseMigrationMarkers } from './migration-marker.js'
import type { PendingChanges } from './pending-changes.js'
import type { FoundTable } from './table-step.js'
import type { TenantTrigger } from './tenant-trigger.js'

/** Triggers that a document wants, and what the database has of them. */
export interface TriggerRequest {
  /** The schema of the document's partitions: what makes partitions elsewhere belongs to another document. */
  readonly partitionSchema: string
  readonly tenantSets: readonly TenantSet[]
  readonly wanted: readonly WantedTrigger[]
  readonly found: readonly FoundTrigger[]
}

/** A trigger and its table, under the name that it has in the database before the pending migrations. */
export interface WantedTrigger {
  readonly trigger: TenantTrigger
  readonly found: FoundTable
  /** The foreign keys from the tables of its tenants to its own, by the names that are declared. */
  readonly foreignKeys: readonly ForeignKey[]
}

/** What the new migration does to the trigger of a tenant set. */
export type TriggerStep =
  | { readonly kind: 'create-trigger'; readonly trigger: TenantTrigger }
  | { readonly kind: 'drop-trigger'; readonly partitionSchema: string; readonly tenants: string }

/** Why a trigger cannot be made. */
export interface TriggerRefusal {
  readonly policy: Pick<TablePolicy, 'model' | 'table' | 'declaredAt'>
  readonly reason: string
  readonly hint: string
}

/**
 * Compares the triggers that are wanted with what the database has, and will have after the pending migrations. Another application may
 * keep triggers of its own in the same database: what is not declared goes where these migrations have made it, or it is on a table of theirs.
 */
export function planTriggers(
  { partitionSchema, tenantSets, wanted, found }: TriggerRequest,
  { all, pending }: { readonly all: readonly MigrationFile[]; readonly pending: readonly MigrationFile[] },
  changes: PendingChanges,
): TriggerStep[] {
  const markersOf = (files: readonly MigrationFile[]) =>
    parseMigrationMarkers(files).triggers.filter((mark) => mark.partitionSchema === partitionSchema)
  const marks = new Map<string, PlannedMark>()
  for (const { tenants, fingerprint } of found) {
    const foundOn = (table: TableName) => findTriggerOn(table, tenants, found, changes)
    marks.set(tenants, { fingerprint, foundOn })
  }
  for (const { tenants, fingerprint } of markersOf(pending)) marks.set(tenants, { fingerprint, foundOn: () => ({ enabled: true }) })
  const create = wanted.flatMap(({ trigger }): TriggerStep[] => {
    const mark = marks.get(trigger.tenants)
    const isThere = mark?.fingerprint === trigger.fingerprint && mark.foundOn(trigger.source.table)?.enabled
    return isThere ? [] : [{ kind: 'create-trigger', trigger }]
  })
  const made = new Set(markersOf(all).map(({ tenants }) => tenants))
  const isOwn = (tenants: string) =>
    made.has(tenants) || tenantSets.some(({ name, source }) => name === tenants && source && marks.get(tenants)?.foundOn(source.table))
  const isWanted = (tenants: string) => wanted.some(({ trigger }) => trigger.tenants === tenants)
  const drop = [...marks].flatMap(([tenants, { fingerprint }]): TriggerStep[] =>
    fingerprint === null || isWanted(tenants) || !isOwn(tenants) ? [] : [{ kind: 'drop-trigger', partitionSchema, tenants }],
  )
  return [...create, ...drop]
}

/** What the database has of a trigger's function, or will have after the pending migrations. */
interface PlannedMark {
  readonly fingerprint: string | null
  /** The trigger on a table; undefined where it has none. The function may be on several: a table that was renamed keeps its triggers. */
  readonly foundOn: (table: TableName) => Pick<FoundTrigger, 'enabled'> | undefined
}

/** Finds the trigger of a tenant set on a table, under the name that the table has before the pending migrations. */
export function findTriggerOn(
  name: TableName,
  tenants: string,
  found: readonly FoundTrigger[],
  changes: Pick<PendingChanges, 'databaseName'>,
): FoundTrigger | undefined {
  const inDatabase = changes.databaseName(name)?.table
  return found.find(({ table, ...one }) => one.tenants === tenants && table !== null && sameName(inDatabase, table))
}

/** Finds what stands against triggers: a table that nothing creates, and what would have sign-ups wait for each other, foreign keys or a DEFAULT partition. */
export function refuseTriggers({ wanted }: TriggerRequest, { changes }: PendingChanges): TriggerRefusal[] {
  return wanted.flatMap(({ trigger, found, foreignKeys }) => {
    const { model, table } = trigger.source
    const policy = { model, table, declaredAt: trigger.declaredAt }
    const isCreated = changes.some(
      ({ change }) =>
        (change.kind === 'create-table' && sameName(change.table, table)) || (change.kind === 'rename-table' && sameName(change.to, table)),
    )
    if (found.kind === 'absent' && !isCreated) {
      return [
        {
          policy,
          reason: `the table "${table.schema}"."${table.name}" does not exist, and no pending migration creates it`,
          hint: 'Run `prisma migrate dev --create-only --name <name>` first, or `partman migrate dev --name <name>`, which does both.',
        },
      ]
    }
    const defaults = trigger.tables.filter(({ policy: outermost }) => wantDefault(outermost).length > 0)
    return [
      ...defaults.map((one) => ({ policy, reason: describeDefault(one.table, table), hint: DEFAULT_HINT })),
      ...standingKeys(trigger, foreignKeys, changes).map((key) => ({ policy, reason: describeForeignKey(key), hint: FOREIGN_KEY_HINT })),
    ]
  })
}

const DEFAULT_HINT =
  'Take `default: true` off its outermost level and drop the DEFAULT partition, or take `trigger: true` away: the client makes the partitions before the row.'

function describeDefault(table: TableName, to: TableName): string {
  return `a trigger of ${formatTableName(to)} would deadlock: ${formatTableName(table)} has a DEFAULT partition beside those of the tenants, and a new partition locks it against all who read or write that table, until whoever inserts the tenant commits`
}

const FOREIGN_KEY_HINT =
  'Remove the relation and keep the plain field, which drops the constraint, or take `trigger: true` away: the client makes the partitions before the row.'

function describeForeignKey({ constraint, table, to }: ForeignKey): string {
  return `a trigger of ${formatTableName(to)} would deadlock: the foreign key ${constraint} of ${formatTableName(table)} refers to it, and a new partition of that table waits for all who write to ${formatTableName(to)}, each of whom waits for the others`
}

/** The foreign keys that there will be after the pending migrations. */
function standingKeys({ source, tables }: TenantTrigger, found: readonly ForeignKey[], changes: PendingChanges['changes']): ForeignKey[] {
  let keys = [...found]
  for (const { change } of changes) {
    if (
      change.kind === 'add-foreign-key' &&
      sameName(change.to, source.table) &&
      tables.some(({ table }) => sameName(change.table, table))
    ) {
      keys.push({ constraint: change.constraint ?? 'without a name', table: change.table, to: change.to })
    }
    if (change.kind === 'drop-constraint') keys = keys.filter(({ constraint }) => constraint !== change.constraint)
    if (change.kind === 'drop-table') keys = keys.filter(({ table, to }) => !sameName(table, change.table) && !sameName(to, change.table))
  }
  return keys
}

function sameName(one: TableName | undefined, other: TableName): boolean {
  return one?.schema === other.schema && one.name === other.name
}
