import {
  addHold,
  explainMissing,
  formatTableName,
  type HeldPartitions,
  type Hold,
  heldPartitions,
  observeState,
  PartmanError,
  parseTenantKey,
  policyLevels,
  type RecordedHold,
  resolveHoldRange,
  type TableName,
  type TablePolicy,
  tenantsOf,
  writtenInstant,
} from '@partman/core'
import { currentActor } from '../actor.js'
import { EXIT_CODE, type ExitCode } from '../exit-code.js'
import { findTable } from '../find-table.js'
import { formatCount, formatPrintable } from '../format-text.js'
import type { Output } from '../output.js'
import type { Session } from '../session.js'
import { withDatabase } from '../with-database.js'

interface HoldAddOptions {
  readonly args: readonly string[]
  readonly reason: string
  readonly tenant?: string
  readonly from?: string
  readonly to?: string
  readonly until?: string
}

/** So many partitions are named; the others are counted. */
const MAX_NAMED = 5

/** `partman hold add`. */
export async function runHoldAdd(session: Session, options: HoldAddOptions): Promise<ExitCode> {
  const document = await session.document()
  const declared = findTable(document.tables, options.args[0] ?? '')
  const held = resolveHold(declared, options)
  const { output } = session
  const { hold, covered } = await withDatabase(session, async ({ database }) => {
    const until = resolveUntil(declared, options.until, (await observeState(database, document)).server.now)
    const hold = await addHold(database, { ...held, table: declared.table, until, by: currentActor() }).catch((error: unknown) => {
      throw explainMissing(error)
    })
    // From here on nothing more goes, so what is there now is what is kept.
    return { hold, covered: heldPartitions(declared, (await observeState(database, document)).state, hold) }
  })
  print(output, hold, covered)
  output.printJson({
    hold,
    model: declared.model,
    attached: covered.attached.length,
    retiring: covered.retiring.map(tableName),
    detached: covered.detached.map(tableName),
  })
  return EXIT_CODE.done
}

function print(output: Output, hold: RecordedHold, { attached, retiring, detached }: HeldPartitions): void {
  output.print(formatPrintable(`Hold ${hold.id} on ${formatTableName(hold.table)}${formatRange(hold)}: ${hold.reason}`))
  output.print(
    `It is on ${formatCount(attached.length + detached.length, 'partition')}: ${attached.length} attached, ${detached.length} detached.`,
  )
  if (retiring.length > 0) output.print(`A detach has begun already, and ends; the rows stay in it: ${formatNames(retiring)}`)
  if (detached.length > 0) output.print(`Detached before, and kept as it is, with its rows: ${formatNames(detached)}`)
  if (attached.length + detached.length > 0) return
  output.warn('warning: there is no partition that it is on. It holds those that come; look at --tenant, --from and --to.')
}

function formatRange({ tenant, lower, upper, until }: Hold): string {
  return [
    tenant === null ? '' : `, tenant ${JSON.stringify(tenant)}`,
    lower === null ? '' : `, from ${lower}`,
    upper === null ? '' : `, to before ${upper}`,
    until === null ? '' : `, until ${until}`,
  ].join('')
}

function formatNames(tables: readonly TableName[]): string {
  const named = tables.slice(0, MAX_NAMED).map((table) => formatPrintable(formatTableName(table)))
  return [...named, ...(tables.length > MAX_NAMED ? [`and ${tables.length - MAX_NAMED} more`] : [])].join(', ')
}

function tableName({ schema, name }: TableName): TableName {
  return { schema, name }
}

function resolveHold({ model, policy }: TablePolicy, { reason, tenant, from, to }: HoldAddOptions): Omit<Hold, 'id' | 'until'> {
  if (reason.trim() === '') throw new PartmanError('HOLD_INVALID', 'A hold has a reason', { hint: 'Pass one with `--reason`.' })
  const tenants = tenantsOf(policy)
  if (tenant !== undefined && !tenants) {
    throw new PartmanError('HOLD_INVALID', `${model} has no partitions by tenant`, {
      hint: 'Leave out --tenant: the hold is on the rows of all.',
    })
  }
  const key = tenant === undefined || !tenants ? null : parseTenantKey(tenants.by.type, tenant)
  return { reason, tenant: key, ...resolveHoldRange(policy, { lower: from ?? null, upper: to ?? null }) }
}

function resolveUntil({ policy }: TablePolicy, text: string | undefined, now: number): string | null {
  if (text === undefined) return null
  const timeZone = policyLevels(policy).find((level) => level.kind === 'range')?.timeZone ?? 'UTC'
  const instant = writtenInstant({ timeZone }, text)
  if (typeof instant !== 'number') throw invalidUntil(text, 'is not an instant')
  if (instant <= now) throw invalidUntil(text, 'is not in the future')
  return new Date(instant).toISOString()
}

function invalidUntil(text: string, why: string): PartmanError {
  return new PartmanError('INSTANT_INVALID', `"${text}" ${why}`, {
    hint: 'Such as `--until 2028-01-01` or `--until 2028-01-01T12:00:00Z`; without --until it holds until it is released.',
  })
}
