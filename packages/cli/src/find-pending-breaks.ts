import {
  formatTableName,
  type PartmanDocument,
  type PendingChange,
  type PendingChanges,
  partitionKey,
  policyLevels,
  type TableName,
} from '@partman/core'
import type { ShownFinding } from './format-finding.js'
import { type Client, type KeyColumn, observeFoundTables, observeIndexedTable, observeKeyColumns } from './observe-migrations.js'

interface Context {
  readonly document: PartmanDocument
  readonly pending: PendingChanges
  /** A partitioned table that goes with its rows is meant to. */
  readonly allowDrops: boolean
}

/** Finds what pending migrations do to partitioned tables that destroys rows, or that PostgreSQL would refuse half-way through the deploy. */
export async function findPendingBreaks(
  client: Client,
  document: PartmanDocument,
  pending: PendingChanges,
  { allowDrops = false } = {},
): Promise<ShownFinding[]> {
  const findings: ShownFinding[] = []
  for (const change of pending.changes) {
    const finding = await judge(client, { document, pending, allowDrops }, change)
    if (finding) findings.push({ ...finding, declaredAt: change.place })
  }
  return findings
}

type Judgement = Omit<ShownFinding, 'declaredAt'>

async function judge(client: Client, context: Context, one: PendingChange): Promise<Judgement | undefined> {
  const { change, inDatabase } = one
  const nameInDatabase = (column: string) => inDatabase?.columnOf(column) ?? column
  switch (change.kind) {
    case 'drop-table': {
      if (!inDatabase || (await observeFoundTables(client, [inDatabase.table]))[0]?.kind !== 'partitioned') return undefined
      return {
        code: 'PENDING_DROP',
        severity: context.allowDrops ? 'warning' : 'error',
        message: `drops the partitioned table ${formatTableName(change.table)} with all its rows`,
        nextStep: 'Where it is to have another name, write ALTER TABLE ... RENAME TO in its place.',
      }
    }
    case 'drop-column':
    case 'change-type':
    case 'drop-not-null': {
      const key = (await keyOf(client, context, one)).find(({ column }) => column === nameInDatabase(change.column))
      return key && judgeColumn(change, key)
    }
    case 'add-unique': {
      const columns = change.columns.map(nameInDatabase)
      const lacking = (await keyOf(client, context, one)).map(({ column }) => column).filter((column) => !columns.includes(column))
      if (lacking.length === 0) return undefined
      return {
        code: 'PENDING_UNIQUE_WITHOUT_KEY',
        severity: 'error',
        message: `makes a ${change.what} of ${formatTableName(change.table)} without ${lacking.join(' and ')}, which it is partitioned by`,
        nextStep:
          'PostgreSQL refuses it: put every key field into the @@id or @@unique. What is to be unique beyond them needs a table of its own.',
      }
    }
    case 'drop-index': {
      const table = await observeIndexedTable(client, change.index)
      if (!table) return undefined
      return {
        code: 'PENDING_INDEX_DROP',
        severity: 'warning',
        message: `drops the index ${formatTableName(change.index)} of the partitioned table ${formatTableName(table)}, and of every partition`,
        nextStep:
          'Where it was made by hand, declare it with @@index: Migrate drops what the schema does not have. Where it is to go, reckon with a lock that every reader and writer waits for (ACCESS EXCLUSIVE).',
      }
    }
    default:
      return undefined
  }
}

function judgeColumn(
  { kind, table, column }: PendingChange['change'] & { kind: 'drop-column' | 'change-type' | 'drop-not-null' },
  { method }: KeyColumn,
): Judgement | undefined {
  const name = formatTableName(table)
  switch (kind) {
    case 'drop-column':
      return {
        code: 'PENDING_DROP',
        severity: 'error',
        message: `drops the column ${column}, which ${name} is partitioned by`,
        nextStep: 'Where it is to have another name, write ALTER TABLE ... RENAME COLUMN ... TO in its place.',
      }
    case 'change-type':
      return {
        code: 'PENDING_KEY_TYPE',
        severity: 'error',
        message: `changes the type of the column ${column}, which ${name} is partitioned by`,
        nextStep:
          'PostgreSQL refuses it: leave the type, or make a table with the new one beside it, copy the rows and let the two change names.',
      }
    case 'drop-not-null':
      return method !== 'range'
        ? undefined
        : {
            code: 'PENDING_KEY_NULLABLE',
            severity: 'warning',
            message: `lets the column ${column} be NULL, which ${name} is partitioned by`,
            nextStep: 'No range holds NULL: such a row is refused, unless there is a DEFAULT partition. Keep the field required.',
          }
  }
}

/** The key of every level: what the database has, what the migrations make, and what is declared below; columns by their names in the database. */
async function keyOf(client: Client, { document, pending }: Context, { change, inDatabase, madeKey }: PendingChange): Promise<KeyColumn[]> {
  if (!('table' in change)) return []
  const found = inDatabase ? await observeKeyColumns(client, inDatabase.table) : []
  if (found.length === 0 && madeKey.length === 0) return []
  const keys = [
    ...found,
    ...madeKey.map((column) => ({ column, method: 'unknown' })),
    ...declaredKey(document, pending, inDatabase?.table ?? change.table),
  ]
  return [...new Map(keys.map((key) => [key.column, key])).values()]
}

function declaredKey(document: PartmanDocument, pending: PendingChanges, name: TableName): KeyColumn[] {
  return document.tables.flatMap(({ table, policy }) => {
    const inDatabase = pending.databaseName(table)
    if (formatTableName(inDatabase?.table ?? table) !== formatTableName(name)) return []
    return policyLevels(policy).flatMap((level) => {
      const { columns, method } = partitionKey(level)
      return columns.flatMap((column) => (column === null ? [] : { column: inDatabase?.columnOf(column) ?? column, method }))
    })
  })
}
