import type { AlterTableCmd, Constraint, DropStmt, Node, RangeVar } from 'libpg-query'
import type { TableName } from '../policy/document.js'
import { formatPosition, parseStatements } from './parse-statements.js'

/** What one statement of a script does to a table, by the names that the table and its columns have at that point. */
export type SchemaChange = {
  /** `line:column` of the statement. */
  readonly position: string
} & (
  | { readonly kind: 'create-table'; readonly table: TableName /** none: a plain table. */; readonly keyColumns: readonly string[] }
  | { readonly kind: 'drop-table'; readonly table: TableName }
  | { readonly kind: 'rename-table'; readonly table: TableName; readonly to: TableName }
  | { readonly kind: 'rename-column'; readonly table: TableName; readonly column: string; readonly to: string }
  | { readonly kind: 'drop-column' | 'change-type' | 'drop-not-null'; readonly table: TableName; readonly column: string }
  | { readonly kind: 'add-unique'; readonly table: TableName; readonly what: UniqueKind; readonly columns: readonly string[] }
  | { readonly kind: 'drop-index'; readonly index: TableName }
  | { readonly kind: 'add-foreign-key'; readonly table: TableName; readonly constraint: string | null; readonly to: TableName }
  | { readonly kind: 'drop-constraint'; readonly table: TableName; readonly constraint: string }
)

/** What keeps columns unique, in the words of PostgreSQL. */
export type UniqueKind = 'primary key' | 'unique constraint' | 'unique index'
type WithoutPosition<Change> = Change extends unknown ? Omit<Change, 'position'> : never
type Change = WithoutPosition<SchemaChange>

/**
 * Finds what a script does to tables at its top level, in its order. What stands in comments, strings and DO blocks is not seen, and an
 * unqualified name counts as one in `defaultSchema`.
 *
 * @throws PartmanError `MIGRATION_UNREADABLE`
 */
export async function findChanges(
  sql: string,
  { defaultSchema = 'public', file }: { defaultSchema?: string; file?: string } = {},
): Promise<SchemaChange[]> {
  // Parsing is what takes time, and a script without any of these words has nothing to tell.
  if (!/drop|alter|unique|table/i.test(sql)) return []
  const bytes = Buffer.from(sql)
  return (await parseStatements(sql, file)).flatMap(({ node, start }) => {
    const position = formatPosition(bytes.subarray(0, start).toString())
    return changesOf(node, defaultSchema).map((change) => ({ ...change, position }))
  })
}

function changesOf(node: Node, schema: string): Change[] {
  if ('CreateStmt' in node && node.CreateStmt.relation) {
    const { relation, partspec } = node.CreateStmt
    const keyColumns = partspec?.partParams?.flatMap((part) => ('PartitionElem' in part ? (part.PartitionElem.name ?? []) : [])) ?? []
    const table = nameOf(relation, schema)
    const elements = node.CreateStmt.tableElts ?? []
    return [{ kind: 'create-table', table, keyColumns }, ...elements.flatMap((element) => foreignKeysOf(element, table, schema))]
  }
  if ('DropStmt' in node) return dropsOf(node.DropStmt, schema)
  if ('RenameStmt' in node && node.RenameStmt.relation) {
    const { relation, renameType, subname = '', newname = '' } = node.RenameStmt
    const table = nameOf(relation, schema)
    if (renameType === 'OBJECT_TABLE') return [{ kind: 'rename-table', table, to: { schema: table.schema, name: newname } }]
    return renameType === 'OBJECT_COLUMN' ? [{ kind: 'rename-column', table, column: subname, to: newname }] : []
  }
  if ('AlterObjectSchemaStmt' in node && node.AlterObjectSchemaStmt.relation) {
    const { relation, objectType, newschema = '' } = node.AlterObjectSchemaStmt
    const table = nameOf(relation, schema)
    return objectType === 'OBJECT_TABLE' ? [{ kind: 'rename-table', table, to: { schema: newschema, name: table.name } }] : []
  }
  if ('IndexStmt' in node && node.IndexStmt.relation && node.IndexStmt.unique) {
    const columns = (node.IndexStmt.indexParams ?? []).flatMap((part) => ('IndexElem' in part ? (part.IndexElem.name ?? []) : []))
    return [{ kind: 'add-unique', table: nameOf(node.IndexStmt.relation, schema), what: 'unique index', columns }]
  }
  if ('AlterTableStmt' in node && node.AlterTableStmt.relation) {
    const table = nameOf(node.AlterTableStmt.relation, schema)
    const commands = node.AlterTableStmt.cmds ?? []
    return commands.flatMap((command) => ('AlterTableCmd' in command ? alterationsOf(command.AlterTableCmd, table, schema) : []))
  }
  return []
}

const COLUMN_CHANGES: Readonly<Record<string, 'drop-column' | 'change-type' | 'drop-not-null'>> = {
  AT_DropColumn: 'drop-column',
  AT_AlterColumnType: 'change-type',
  AT_DropNotNull: 'drop-not-null',
}

function alterationsOf({ subtype, name: column = '', def }: AlterTableCmd, table: TableName, schema: string): Change[] {
  const kind = subtype && COLUMN_CHANGES[subtype]
  if (kind) return [{ kind, table, column }]
  if (subtype === 'AT_DropConstraint') return [{ kind: 'drop-constraint', table, constraint: column }]
  if (subtype === 'AT_AddConstraint' && def && 'Constraint' in def) {
    return [...uniqueOf(def.Constraint, table, stringsOf(def.Constraint.keys)), ...foreignKeysOf(def, table, schema)]
  }
  if (subtype !== 'AT_AddColumn' || !def || !('ColumnDef' in def)) return []
  const { colname = '', constraints = [] } = def.ColumnDef
  const uniques = constraints.flatMap((constraint) => ('Constraint' in constraint ? uniqueOf(constraint.Constraint, table, [colname]) : []))
  return [...uniques, ...foreignKeysOf(def, table, schema)]
}

/** The foreign keys of a constraint, or of a column's definition. */
function foreignKeysOf(node: Node, table: TableName, schema: string): Change[] {
  if ('ColumnDef' in node) return (node.ColumnDef.constraints ?? []).flatMap((constraint) => foreignKeysOf(constraint, table, schema))
  if (!('Constraint' in node) || node.Constraint.contype !== 'CONSTR_FOREIGN' || !node.Constraint.pktable) return []
  const { conname = null, pktable } = node.Constraint
  return [{ kind: 'add-foreign-key', table, constraint: conname, to: nameOf(pktable, schema) }]
}

/** An index that is there already is made the constraint's, which partitioned tables cannot do at all. */
function uniqueOf({ contype, indexname }: Constraint, table: TableName, columns: readonly string[]): Change[] {
  if (indexname !== undefined) return []
  if (contype === 'CONSTR_PRIMARY') return [{ kind: 'add-unique', table, what: 'primary key', columns }]
  return contype === 'CONSTR_UNIQUE' ? [{ kind: 'add-unique', table, what: 'unique constraint', columns }] : []
}

function dropsOf({ removeType, objects = [] }: DropStmt, schema: string): Change[] {
  if (removeType !== 'OBJECT_TABLE' && removeType !== 'OBJECT_INDEX') return []
  return objects.flatMap((object): Change[] => {
    if (!('List' in object)) return []
    const parts = stringsOf(object.List.items)
    const name = { schema: parts.at(-2) ?? schema, name: parts.at(-1) ?? '' }
    return removeType === 'OBJECT_TABLE' ? [{ kind: 'drop-table', table: name }] : [{ kind: 'drop-index', index: name }]
  })
}

function stringsOf(nodes: readonly Node[] = []): string[] {
  return nodes.map((node) => ('String' in node ? (node.String.sval ?? '') : ''))
}

function nameOf({ schemaname, relname }: RangeVar, schema: string): TableName {
  return { schema: schemaname ?? schema, name: relname ?? '' }
}
