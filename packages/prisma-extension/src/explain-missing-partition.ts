import {
  instantReader,
  observeState,
  type Partition,
  type PartitionPolicy,
  type PartmanDocument,
  PartmanError,
  policyLevels,
  SQLSTATE,
  sqlState,
  type TablePolicy,
  tenantsOf,
} from '@partman/core'
import type { Connection } from './connection.js'
import { listPartitions, type PartitionInfo } from './list-partitions.js'
import { observeRegistration } from './registration.js'

type Args = Readonly<Record<string, unknown>>
type Leaf = PartitionInfo<unknown>

/** Why there is none, and what to do. */
interface Reason {
  readonly why: string
  readonly hint: string
}

/** The columns and the values of a key that had no partition. */
interface FailedKey {
  readonly columns: readonly string[]
  readonly values: string
}

const RUN_MAINTAINER = 'Run the maintainer, `partman maintain`, and see that it goes on running.'

/** How long what was seen of the partitions explains other failures too, in milliseconds: where they run out, each insert fails. */
const FRESH_MS = 5_000
/** Nobody waits longer for an explanation, in milliseconds. */
const MOST_WAIT_MS = 1_000

/** What the database tells of a table's partitions. */
interface Seen {
  readonly leaves: readonly Leaf[]
  /** The table, and all partitions that have some of their own. */
  readonly parents: readonly string[]
  readonly registration: (key: string) => ReturnType<typeof observeRegistration>
}

/**
 * Explains why there was no partition for a row: which tenant, which time, and what to do. It looks at the partitions, unless the query is
 * of a transaction of the caller, which may have the last connection of its pool. Any other error passes as it is, and so does
 * this one where the row was of another table, or nobody can look in time.
 */
export function missingPartitionExplainer(
  connection: Connection,
  document: PartmanDocument,
  table: TablePolicy,
): (failure: unknown, query: { readonly args: Args; readonly inTransaction: boolean }) => Promise<unknown> {
  let look: { readonly at: number; readonly seen: Promise<Seen> } | undefined

  return async (failure, { args, inTransaction }) => {
    if (sqlState(failure) !== SQLSTATE.checkViolation) return failure
    const failed = failedKey(failure)
    const level = failed && policyLevels(table.policy).find((one) => columnsOf(one).join() === failed.columns.join())
    if (!failed || !level) return failure
    const timer = new AbortController()
    try {
      const seen = inTransaction ? undefined : await Promise.race([observe(), over(timer.signal)])
      if (!(seen ? namesOne(failure, seen.parents) : namesTree(failure, table))) return failure
      const tenant = tenantOf(table, level, failed, args)
      const reason = seen ? await explain(level, failed, tenant, seen, table.policy === level) : UNSEEN
      const of = tenant === undefined ? '' : ` of tenant ${JSON.stringify(tenant)}`
      return new PartmanError('PARTITION_MISSING', `${table.model} has no partition for ${describe(level, failed)}${of}: ${reason.why}`, {
        hint: reason.hint,
        cause: failure,
      })
    } catch {
      return failure
    } finally {
      timer.abort()
    }
  }

  function observe(): Promise<Seen> {
    const now = performance.now()
    if (!look || now - look.at > FRESH_MS) look = { at: now, seen: observeNow() }
    return look.seen
  }

  async function observeNow(): Promise<Seen> {
    const { state } = await observeState(connection, { ...document, tables: [table] })
    const set = document.tenantSets.find(({ name }) => name === tenantsOf(table.policy)?.tenants)
    return {
      leaves: listPartitions(state, table),
      parents: state.tables.flatMap(parentNames),
      registration: async (key) => (set ? observeRegistration(connection, document, set, key) : null),
    }
  }
}

const UNSEEN: Reason = {
  why: 'its tenant is not registered, or its key is beyond the partitions that are made, or before them',
  hint: 'Run the maintainer, or create the tenant through the extended client. The same query outside the transaction says which it is.',
}

function over(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const timer = setTimeout(() => reject(new Error('nobody can look in time')), MOST_WAIT_MS)
    signal.addEventListener('abort', () => clearTimeout(timer))
  })
}

function parentNames({ name, partitions }: Pick<Partition, 'name' | 'partitions'>): string[] {
  return [name, ...partitions.filter(({ partitionBy }) => partitionBy !== null).flatMap(parentNames)]
}

/** Whether the message is of one of these relations: a row that was written along with another is of another table. Its quotes are of a language. */
function namesOne(failure: unknown, parents: readonly string[]): boolean {
  const message = String(driverError(failure).originalMessage)
  return parents.some((name) => message.includes(`"${name}"`) || message.includes(`«${name}»`))
}

/** The same where nobody has looked: a partition's name begins as its table's. */
function namesTree(failure: unknown, { table: { name } }: TablePolicy): boolean {
  return namesOne(failure, [name]) || String(driverError(failure).originalMessage).includes(`"${name}_`)
}

/** What the driver adapter tells of an error of PostgreSQL; Prisma's own message quotes the application's code. */
function driverError(failure: unknown): { readonly detail?: unknown; readonly originalMessage?: unknown } {
  return (failure as { meta?: { driverAdapterError?: { cause?: object } } }).meta?.driverAdapterError?.cause ?? {}
}

/** PostgreSQL says it in the detail of its error, in every language: `("projectId") = (acme)`. A CHECK that fails tells the row instead. */
function failedKey(failure: unknown): FailedKey | undefined {
  const { detail } = driverError(failure)
  const match = /\(([^()]*)\) = \((.*)\)/s.exec(String(detail))
  return match ? { columns: (match[1] ?? '').split(', ').map(unquote), values: match[2] ?? '' } : undefined
}

function unquote(identifier: string): string {
  return identifier.startsWith('"') ? identifier.slice(1, -1).replaceAll('""', '"') : identifier
}

function columnsOf(level: PartitionPolicy): string[] {
  if (level.kind === 'hash') return level.by.map(({ column }) => column)
  return 'prefix' in level && level.prefix ? [level.prefix.by.column, level.by.column] : [level.by.column]
}

function describe(level: PartitionPolicy, { values }: FailedKey): string {
  if (level.kind === 'hash') return values
  return 'prefix' in level && level.prefix ? `(${level.prefix.by.field}, ${level.by.field}) = (${values})` : `${level.by.field} = ${values}`
}

/** The tenant of the row: where the level does not tell, all rows of the query may be of one. */
function tenantOf({ policy }: TablePolicy, level: PartitionPolicy, failed: FailedKey, { data, create }: Args): string | undefined {
  const column = tenantsOf(policy)
  if (!column) return undefined
  if (level === policy) return level.kind === 'tenants' ? failed.values : failed.values.slice(0, failed.values.lastIndexOf(', '))
  const rows = [data, create].flatMap((given) => given ?? []) as Args[]
  const tenants = new Set(rows.map((row) => row[column.by.field]))
  const [sole] = tenants
  return tenants.size === 1 && sole !== undefined ? String(sole) : undefined
}

async function explain(
  level: PartitionPolicy,
  { values }: FailedKey,
  tenant: string | undefined,
  { leaves, registration }: Seen,
  isOutermost: boolean,
): Promise<Reason> {
  const own = leaves.filter((partition) => tenant === undefined || String(partition.tenant) === tenant)
  if (isOutermost && tenant !== undefined && !own.some(({ attached }) => attached)) {
    const key = JSON.stringify(tenant)
    switch (await registration(tenant)) {
      case 'registered':
        return { why: 'the tenant is registered, and its partitions are not made yet', hint: RUN_MAINTAINER }
      case 'removed':
        return { why: 'the tenant was removed', hint: `$partman().restoreTenant(${key}, { reason }) takes it back.` }
      case null:
        break
    }
    return {
      why: 'the tenant is not registered',
      hint: `Create its row through the extended client, or call $partman().ensureTenant(${key}).`,
    }
  }
  if (level.kind === 'list') return { why: 'no partition names it', hint: 'Add it to the values of the annotation, and migrate.' }
  if (level.kind === 'range') return explainTime(level, instantReader(level.by)(values.split(', ').at(-1) ?? ''), own)
  return { why: 'it is not made yet', hint: RUN_MAINTAINER }
}

function explainTime(
  { retention }: Extract<PartitionPolicy, { kind: 'range' }>,
  instant: number | undefined,
  own: readonly Leaf[],
): Reason {
  const holds = ({ from, to }: Leaf) =>
    instant !== undefined && (from?.getTime() ?? -Infinity) <= instant && instant < (to?.getTime() ?? Infinity)
  const retired = own.find((partition) => !partition.attached && holds(partition))
  if (retired) {
    const hint = 'A retired partition takes no rows; `partman restore-detached` attaches it again.'
    return { why: `${retired.schema}.${retired.name}, which held it, is retired`, hint }
  }
  const attached = own.filter((partition) => partition.attached)
  const first = Math.min(...attached.map(({ from }) => from?.getTime() ?? -Infinity))
  const last = Math.max(...attached.map(({ to }) => to?.getTime() ?? Infinity))
  if (instant === undefined || attached.length === 0) return { why: 'it is not made yet', hint: RUN_MAINTAINER }
  if (instant >= last) {
    const hint = `Partitions are made ahead by the maintainer, as many as the annotation's premake says: see that it runs, or raise it.`
    return { why: `the partitions that are made ahead end at ${new Date(last).toISOString()}`, hint }
  }
  if (instant >= first) return { why: 'there is a gap between its partitions', hint: RUN_MAINTAINER }
  const age = retention?.kind === 'age' ? ` (retention: ${retention.after})` : ''
  return {
    why: `its partitions begin at ${new Date(first).toISOString()}${age}`,
    hint: retention
      ? 'Older rows are past their retention.'
      : 'Declare `start:` in the annotation, and run the maintainer, to have partitions for older rows.',
  }
}
