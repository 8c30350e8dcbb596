import type { IndexStmt } from 'libpg-query'
import type { TableName } from '../policy/document.js'
import { formatPosition, parseStatements, type Statement } from './parse-statements.js'

/** Where a script makes an index on a table and all its partitions at once. */
export interface CreateIndexSite {
  readonly statement: Statement
  readonly create: IndexStmt
  readonly table: TableName
  /** null where PostgreSQL is to choose one. */
  readonly name: string | null
  /** `line:column` of the statement. */
  readonly position: string
  /** Byte offset of the table's name. */
  readonly tableOffset: number
}

/**
 * Finds the CREATE INDEX statements at a script's top level; those with ONLY, which builds nothing, and with CONCURRENTLY,
 * which PostgreSQL refuses on a partitioned table, are left out. An unqualified name counts as one in `defaultSchema`.
 *
 * @throws PartmanError `MIGRATION_UNREADABLE`
 */
export async function findCreateIndexes(
  sql: string,
  { defaultSchema = 'public', file }: { defaultSchema?: string; file?: string } = {},
): Promise<CreateIndexSite[]> {
  // Parsing is what takes time, and many migrations make no index.
  if (!/index/i.test(sql)) return []
  const bytes = Buffer.from(sql)
  return (await parseStatements(sql, file)).flatMap((statement): CreateIndexSite[] => {
    if (!('IndexStmt' in statement.node)) return []
    const create = statement.node.IndexStmt
    const { relation, concurrent, idxname } = create
    if (!relation?.inh || concurrent || relation.location === undefined) return []
    const table = { schema: relation.schemaname ?? defaultSchema, name: relation.relname ?? '' }
    const position = formatPosition(bytes.subarray(0, statement.start).toString())
    return [{ statement, create, table, name: idxname ?? null, position, tableOffset: relation.location }]
  })
}

/** The columns of an index's key, in which an expression has no name. */
export function indexColumns({ indexParams = [] }: IndexStmt): string[] {
  return indexParams.flatMap((param) => ('IndexElem' in param && param.IndexElem.name ? [param.IndexElem.name] : []))
}
