import type { CreateStmt, DropStmt, RangeVar } from 'libpg-query'
import type { TableName } from '../policy/document.js'
import { formatPosition, parseStatements, type Statement } from './parse-statements.js'

/** Where a script creates a table. */
export interface CreateTableSite {
  readonly statement: Statement
  readonly create: CreateStmt
  /** `line:column` of the table's name. */
  readonly position: string
}

/** What a script does to a table as a whole. */
export interface TableMentions {
  readonly creates: readonly CreateTableSite[]
  /** `line:column` of each statement that drops it. */
  readonly drops: readonly string[]
}

/**
 * Finds the statements that create or drop a table at the script's top level. What stands in comments, strings and DO blocks is not one.
 * An unqualified name counts as one in `defaultSchema`.
 *
 * @throws PartmanError `MIGRATION_UNREADABLE`
 */
export async function findCreateTable(
  sql: string,
  table: TableName,
  { defaultSchema = 'public', file }: { defaultSchema?: string; file?: string } = {},
): Promise<TableMentions> {
  const statements = await parseStatements(sql, file)
  const bytes = Buffer.from(sql)
  const position = (offset: number) => formatPosition(bytes.subarray(0, offset).toString())
  const isTable = (name: TableName) => name.name === table.name && name.schema === table.schema

  const creates = statements.flatMap((statement): CreateTableSite[] => {
    if (!('CreateStmt' in statement.node)) return []
    const create = statement.node.CreateStmt
    const relation = create.relation
    if (!relation || relation.relpersistence === 't' || !isTable(nameOf(relation, defaultSchema))) return []
    return [{ statement, create, position: position(relation.location ?? statement.start) }]
  })
  const drops = statements
    .filter(({ node }) => 'DropStmt' in node && droppedTables(node.DropStmt, defaultSchema).some(isTable))
    .map(({ start }) => position(start))
  return { creates, drops }
}

function nameOf({ schemaname, relname }: RangeVar, defaultSchema: string): TableName {
  return { schema: schemaname ?? defaultSchema, name: relname ?? '' }
}

function droppedTables({ removeType, objects = [] }: DropStmt, defaultSchema: string): TableName[] {
  if (removeType !== 'OBJECT_TABLE') return []
  return objects.flatMap((object) => {
    if (!('List' in object)) return []
    const parts = (object.List.items ?? []).map((item) => ('String' in item ? (item.String.sval ?? '') : ''))
    return [{ schema: parts.at(-2) ?? defaultSchema, name: parts.at(-1) ?? '' }]
  })
}
