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

/** What a script changes in tables that stay. */
export interface AlteredTables {
  readonly renames: readonly { readonly table: TableName; readonly to: TableName; readonly position: string }[]
  readonly columnRenames: readonly { readonly table: TableName; readonly to: string; readonly position: string }[]
  readonly columnDrops: readonly { readonly table: TableName; readonly column: string; readonly position: string }[]
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

/**
 * Names every table that a script drops at its top level, with the `line:column` of the statement.
 *
 * @throws PartmanError `MIGRATION_UNREADABLE`
 */
export async function findDroppedTables(
  sql: string,
  { defaultSchema = 'public', file }: { defaultSchema?: string; file?: string } = {},
): Promise<{ table: TableName; position: string }[]> {
  // Parsing is what takes time, and most migrations drop nothing.
  if (!/drop/i.test(sql)) return []
  const bytes = Buffer.from(sql)
  return (await parseStatements(sql, file)).flatMap(({ node, start }) => {
    if (!('DropStmt' in node)) return []
    const position = formatPosition(bytes.subarray(0, start).toString())
    return droppedTables(node.DropStmt, defaultSchema).map((table) => ({ table, position }))
  })
}

/**
 * Finds where a script renames tables and columns, and where it drops columns, at its top level; each with the `line:column` of the statement.
 *
 * @throws PartmanError `MIGRATION_UNREADABLE`
 */
export async function findAlteredTables(
  sql: string,
  { defaultSchema = 'public', file }: { defaultSchema?: string; file?: string } = {},
): Promise<AlteredTables> {
  const renames: AlteredTables['renames'][number][] = []
  const columnRenames: AlteredTables['columnRenames'][number][] = []
  const columnDrops: AlteredTables['columnDrops'][number][] = []
  // Parsing is what takes time, and most migrations do neither.
  if (!/drop|rename/i.test(sql)) return { renames, columnRenames, columnDrops }
  const bytes = Buffer.from(sql)
  for (const { node, start } of await parseStatements(sql, file)) {
    const position = formatPosition(bytes.subarray(0, start).toString())
    if ('RenameStmt' in node && node.RenameStmt.relation) {
      const { relation, renameType, newname = '' } = node.RenameStmt
      const table = nameOf(relation, defaultSchema)
      if (renameType === 'OBJECT_TABLE') renames.push({ table, to: { schema: table.schema, name: newname }, position })
      if (renameType === 'OBJECT_COLUMN') columnRenames.push({ table, to: newname, position })
    }
    if ('AlterTableStmt' in node && node.AlterTableStmt.relation) {
      const table = nameOf(node.AlterTableStmt.relation, defaultSchema)
      for (const command of node.AlterTableStmt.cmds ?? []) {
        if (!('AlterTableCmd' in command) || command.AlterTableCmd.subtype !== 'AT_DropColumn') continue
        columnDrops.push({ table, column: command.AlterTableCmd.name ?? '', position })
      }
    }
  }
  return { renames, columnRenames, columnDrops }
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
