import type { Pool } from 'pg'
import { config } from '../generated/partman/partman.js'
import { DemoFailure } from './demo-failure.js'
import type { DemoTable, Entry, Ledger } from './ledger.js'
import type { PartitionHistory, SeenPartition } from './partition-history.js'
import { retiredUntil, windowOf } from './windows.js'

/** What became of the rows of a table, or of one project in it. `inserted` is the sum of the others. */
export interface Account {
  readonly table: DemoTable
  /** null: rows of no project. */
  readonly projectId: string | null
  readonly inserted: number
  /** Rows that a query of the table finds. */
  readonly kept: number
  /** Rows in partitions that are detached, in their grace period. */
  readonly detached: number
  /** Rows that went with their partition. */
  readonly dropped: number
}

type Fate = 'kept' | 'detached' | 'dropped'

const MAX_EXAMPLES = 5

/**
 * Looks for every row that was inserted. A row is kept exactly as long as the window that it lies in ended no earlier than the
 * retention ago; all rows of a window share their fate, and there is no row that nobody inserted.
 *
 * @throws DemoFailure with the first rows for which that does not hold
 */
export async function accountForRows(pool: Pool, ledger: Ledger, history: PartitionHistory, now: number): Promise<Account[]> {
  const accounts: Account[] = []
  const wrong: string[] = []
  for (const [table, entries] of ledger.entries) {
    const kept = await readRows(pool, table, sourceOf(table))
    const partitions = history.all.filter((partition) => partition.table === table)
    const detached = new Map<string, Entry>()
    for (const partition of partitions.filter(({ state }) => state === 'detached')) {
      for (const [id, entry] of await readRows(pool, table, partition)) detached.set(id, entry)
    }
    const isDropped = new Set(
      partitions.filter(({ state }) => state === 'dropped').map(({ projectId, until }) => windowKey(projectId, until)),
    )
    const counts = new Map<string | null, Record<Fate, number>>()
    for (const [id, entry] of entries) {
      const end = windowOf(table, entry.at).until
      const window = windowKey(table === 'AuditLog' ? null : entry.projectId, end)
      const expected = end > retiredUntil(table, now) ? 'kept' : isDropped.has(window) ? 'dropped' : 'detached'
      const fates = fatesOf(id, entry, kept, detached)
      if (fates.length !== 1 || fates[0] !== expected) {
        wrong.push(`${table} ${id} of ${new Date(entry.at).toISOString()}: ${fates.join(' and ') || 'changed'}, not ${expected}`)
      }
      const count = counts.get(entry.projectId) ?? { kept: 0, detached: 0, dropped: 0 }
      count[expected] += 1
      counts.set(entry.projectId, count)
    }
    for (const id of [...kept.keys(), ...detached.keys()]) if (!entries.has(id)) wrong.push(`${table} ${id}: nobody inserted it`)
    for (const [projectId, count] of counts) {
      accounts.push({ table, projectId, inserted: count.kept + count.detached + count.dropped, ...count })
    }
  }
  if (wrong.length > 0)
    throw new DemoFailure([`${wrong.length} rows are not where they belong:`, ...wrong.slice(0, MAX_EXAMPLES)].join('\n'))
  return accounts
}

/** Where a row was found; with another project or instant than it was inserted with, nowhere. */
function fatesOf(id: string, entry: Entry, kept: ReadonlyMap<string, Entry>, detached: ReadonlyMap<string, Entry>): Fate[] {
  const [inTable, inDetached] = [kept.get(id), detached.get(id)]
  if (!inTable && !inDetached) return ['dropped']
  const fates: Fate[] = []
  if (inTable && sameEntry(inTable, entry)) fates.push('kept')
  if (inDetached && sameEntry(inDetached, entry)) fates.push('detached')
  return fates
}

function sameEntry(a: Entry, b: Entry): boolean {
  return a.projectId === b.projectId && a.at === b.at
}

async function readRows(
  pool: Pool,
  table: DemoTable,
  { schema, name }: Pick<SeenPartition, 'schema' | 'name'>,
): Promise<Map<string, Entry>> {
  const { column } = declarationOf(table)
  const { rows } = await pool.query<[string, string | null, number]>({
    text: `SELECT id::text, project_id, (EXTRACT(EPOCH FROM "${column}") * 1000)::float8 FROM "${schema}"."${name}"`,
    rowMode: 'array',
  })
  return new Map(rows.map(([id, projectId, at]) => [id, { projectId, at }]))
}

function sourceOf(table: DemoTable): { schema: string; name: string } {
  return declarationOf(table).table
}

function declarationOf(model: DemoTable) {
  const declared = config.tables.find((table) => table.model === model)
  if (!declared) throw new Error(`${model} is not a table of this example.`)
  const { policy, table } = declared
  return { table, column: policy.kind === 'range' ? policy.by.column : policy.subpartition.by.column }
}

function windowKey(projectId: string | null, end: number): string {
  return `${projectId ?? ''} ${end}`
}
