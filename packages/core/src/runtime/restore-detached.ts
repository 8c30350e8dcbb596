import { observeState } from '../catalog/observe-state.js'
import { PartmanError } from '../error.js'
import type { PartmanDocument, TableName } from '../policy/document.js'
import type { Database } from '../sql/database.js'
import type { Fence } from '../sql/guarded-block.js'
import {
  PROBED,
  type RestoreRecord,
  type RestoreTarget,
  renderAddCheck,
  renderProbe,
  renderRestore,
  renderValidate,
} from '../sql/render-restore.js'
import type { Sql } from '../sql/sql.js'
import type { Bound } from '../state/bound.js'
import { type HeldBounds, heldBounds } from '../state/held-bounds.js'
import { formatTableName, type Table } from '../state/state.js'
import type { ApplyOptions } from './apply-operation.js'
import { findDetached, type MarkedTable } from './find-detached.js'
import { retryOnLocks } from './retry.js'
import { SQLSTATE, sqlState } from './sql-state.js'

/** Which detached partition is to be attached again, and for how long it is held. */
export interface RestoreRequest {
  /** The name of the detached partition, with or without its schema. */
  readonly name: string
  /** ISO 8601: the hold that is put on it ends then; null: when somebody releases it. */
  readonly until: string | null
  /** Who restores. */
  readonly by: string
  /** Only finds out whether it could be done. */
  readonly dryRun?: boolean
}

/** What was restored, or would be. */
export interface RestoredPartition {
  readonly table: TableName
  readonly partition: TableName
  readonly parent: TableName
  readonly bound: Bound
  /** Whether all rows have to be read first, because no CHECK says yet what they are; nobody waits for that. */
  readonly isRead: boolean
  readonly hold: HeldBounds & { readonly until: string | null }
}

interface Probe {
  readonly demanded: string
  readonly checks: readonly { readonly name: string; readonly valid: boolean }[] | null
}

/**
 * Attaches a partition that was retired to its parent again, without a look at its rows where its CHECK is there still that
 * DETACH CONCURRENTLY has left. It has passed its retention, so a hold keeps it from then on.
 *
 * @throws PartmanError `RESTORE_REFUSED`; errors of the driver as they are
 */
export async function restoreDetached(
  database: Database,
  document: PartmanDocument,
  { name, until, by, dryRun = false }: RestoreRequest,
  options: ApplyOptions,
): Promise<RestoredPartition> {
  const found = await findDetached(database, name)
  const { state } = await observeState(database, document)
  return restoreMarked(database, document, found, state.tables, { until, by, dryRun }, options)
}

/** How it is applied, and on behalf of which lease, where of one. */
interface FencedOptions extends ApplyOptions {
  readonly fence?: Fence
}

/** Attaches a table that bears our mark to its parent again. `isFree`: no hold is put on it, as nothing would take it again. */
export async function restoreMarked(
  database: Database,
  document: PartmanDocument,
  found: MarkedTable,
  tables: readonly Table[],
  { until, by, dryRun = false, isFree }: Omit<RestoreRequest, 'name'> & Pick<RestoreRecord, 'isFree'>,
  options: FencedOptions,
): Promise<RestoredPartition> {
  const { marker, comment } = found
  const { table, parent, bound } = marker
  const held = heldBounds(document, tables, marker)
  if (!held)
    throw refused(
      `${formatTableName(parent)}, which ${formatTableName(found)} was a partition of, is no longer a partitioned table that is declared`,
    )
  const partition = { schema: found.schema, name: found.name, oid: found.oid }
  const target = { partition, comment, parent, bound, partitionSchema: document.partitionSchema }
  const send = async (statement: Sql): Promise<void> => {
    try {
      await retryOnLocks(() => database.query(statement), options)
    } catch (error) {
      throw explain(target, error)
    }
  }
  // Reading all rows may take longer than a lease, whose row others would wait for; what it leaves behind is of use to the next attempt.
  const { fence: _, ...unfenced } = options
  const { demanded, checks } = await probe(database, target, options)
  const known = (checks ?? []).find(({ valid }) => valid)
  const home = { schema: document.partitionSchema, name: found.name }
  const restored = { table, partition: home, parent, bound, isRead: known === undefined, hold: { ...held, until } }
  if (dryRun) return restored
  const names = (checks ?? []).map((check) => check.name)
  if (!known) {
    const [unfinished = `partman_restore_${found.oid}`] = names
    if (names.length === 0) {
      names.push(unfinished)
      await send(renderAddCheck(target, unfinished, demanded, unfenced))
    }
    await send(renderValidate(target, unfinished, unfenced))
  }
  await send(renderRestore(target, names, { table, ...held, until, by, ...(isFree && { isFree }) }, options))
  return restored
}

async function probe(database: Database, target: RestoreTarget, options: FencedOptions): Promise<Probe> {
  try {
    await retryOnLocks(() => database.query(renderProbe(target, options)), options)
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    if (sqlState(error) !== SQLSTATE.probed) throw explain(target, error)
    // Prisma puts the driver's message into quotes of its own.
    return JSON.parse(message.slice(message.indexOf(PROBED) + PROBED.length, message.lastIndexOf('}') + 1)) as Probe
  }
  throw new TypeError('The probe was to end with what it has found')
}

function explain({ partition, parent, partitionSchema }: RestoreTarget, error: unknown): unknown {
  const [name, above] = [formatTableName(partition), formatTableName(parent)]
  const said = error instanceof Error ? error.message : ''
  switch (sqlState(error)) {
    case SQLSTATE.invalidObjectDefinition:
      return refused(`${name} cannot be attached to ${above} any more: another partition covers its range (${said})`, error)
    case SQLSTATE.datatypeMismatch:
      return refused(
        `The columns of ${name} are not those of ${above} any more: ${said}`,
        error,
        'Change its columns as those of the table were changed, and restore it then.',
      )
    case SQLSTATE.checkViolation:
      return refused(`${name} holds rows that do not belong into ${above} under its bounds: ${said}`, error)
    case SQLSTATE.duplicateTable:
      return refused(`Schema ${partitionSchema}, where ${name} is to go back to, has something of its name: ${said}`, error)
    case SQLSTATE.insufficientPrivilege:
      return refused(`${name} may not be attached to ${above}: ${said}`, error)
    case SQLSTATE.planStale:
      return refused(`${name} was changed meanwhile`, error, 'Look, and restore it again.')
    default:
      return error
  }
}

function refused(message: string, cause?: unknown, hint = 'Nothing was changed; its rows can be read where it is.'): PartmanError {
  return new PartmanError('RESTORE_REFUSED', message, { hint, cause })
}
