import { isDeepStrictEqual } from 'node:util'
import { PartmanError } from '../error.js'
import type { TableName } from '../policy/document.js'
import { type CreateTableSite, findCreateTable } from './find-create-table.js'
import { parseStatements, type Statement, scanTokens } from './parse-statements.js'
import { parseClause, withoutPositions } from './partition-clause.js'

/** A script after its `CREATE TABLE` was given a partition clause, or why it was left alone. */
export type PartitionedScript =
  | { readonly kind: 'edited'; readonly sql: string }
  | { readonly kind: 'already-partitioned'; readonly clause: string }
  | { readonly kind: 'not-found' }

/**
 * Inserts `clause` (`PARTITION BY ...`) behind the column list of the statements that create `table`; every other byte stays as it is.
 * The result is parsed again and compared: only a script that differs by the clause alone is returned.
 *
 * @throws PartmanError `MIGRATION_UNREADABLE`, `MIGRATION_NOT_EDITABLE` (a table that PostgreSQL would not let be partitioned)
 */
export async function partitionCreateTable(
  sql: string,
  table: TableName,
  clause: string,
  { defaultSchema = 'public', file = 'migration.sql' }: { defaultSchema?: string; file?: string } = {},
): Promise<PartitionedScript> {
  const { creates } = await findCreateTable(sql, table, { defaultSchema, file })
  if (creates.length === 0) return { kind: 'not-found' }
  const present = await readPartitionClause(sql, creates)
  if (present !== null) return { kind: 'already-partitioned', clause: present }

  const edited = await insertClause(Buffer.from(sql), creates, ` ${clause}`, file)
  await assertOnlyClauseAdded(sql, edited, creates, clause, file)
  return { kind: 'edited', sql: edited }
}

/** The `PARTITION BY` clause of the first of these statements that has one, as it is written there. */
export async function readPartitionClause(sql: string, creates: readonly CreateTableSite[]): Promise<string | null> {
  const site = creates.find(({ create }) => create.partspec)
  if (!site) return null
  const bytes = Buffer.from(sql)
  const list = await findColumnList(bytes, site)
  const text = bytes.subarray(list?.end ?? site.statement.start, site.statement.end).toString()
  const parentheses = await findParentheses(text)
  return Buffer.from(text).subarray(0, parentheses?.end).toString().trim()
}

async function insertClause(bytes: Buffer, creates: readonly CreateTableSite[], text: string, file: string): Promise<string> {
  const pieces: Buffer[] = []
  let from = 0
  for (const site of creates) {
    const end = (await findColumnList(bytes, site))?.end
    if (end === undefined) throw notEditable(file, site)
    pieces.push(bytes.subarray(from, end), Buffer.from(text))
    from = end
  }
  return Buffer.concat([...pieces, bytes.subarray(from)]).toString()
}

/** The parentheses after the table's name, as byte offsets. */
async function findColumnList(bytes: Buffer, { statement, create }: CreateTableSite): Promise<{ start: number; end: number } | undefined> {
  if (create.ofTypename || create.partbound || create.inhRelations) return undefined
  const offset = create.relation?.location ?? statement.start
  const list = await findParentheses(bytes.subarray(offset, statement.end).toString())
  return list && { start: offset + list.start, end: offset + list.end }
}

/** The first outermost pair of parentheses in a piece of SQL, as byte offsets. */
async function findParentheses(sql: string): Promise<{ start: number; end: number } | undefined> {
  let depth = 0
  let start = 0
  for (const token of await scanTokens(sql)) {
    if (token.symbol === '(' && depth++ === 0) start = token.start
    if (token.symbol === ')' && --depth === 0) return { start, end: token.end }
  }
  return undefined
}

async function assertOnlyClauseAdded(before: string, after: string, creates: readonly CreateTableSite[], clause: string, file: string) {
  const partspec = await parseClause(clause)
  const edited = new Set(creates.map(({ statement }) => statement.start))
  const wanted = (await parseStatements(before, file)).map(({ node, start }) =>
    edited.has(start) && 'CreateStmt' in node ? { CreateStmt: { ...node.CreateStmt, partspec } } : node,
  )
  const found = (await parseStatements(after, file)).map(({ node }: Statement) => node)
  if (!partspec || !isDeepStrictEqual(withoutPositions(found), withoutPositions(wanted))) {
    throw notEditable(file, creates[0])
  }
}

function notEditable(file: string, site: CreateTableSite | undefined): PartmanError {
  return new PartmanError(
    'MIGRATION_NOT_EDITABLE',
    `${file}:${site?.position ?? '1:1'}: this CREATE TABLE cannot be given a partition clause`,
    {
      hint: 'A partitioned table has a column list of its own: no INHERITS, OF or PARTITION OF.',
    },
  )
}
