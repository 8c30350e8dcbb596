import { isDeepStrictEqual } from 'node:util'
import type { CreateStmt } from 'libpg-query'
import { parseStatements } from './parse-statements.js'

/** Whether two `PARTITION BY` clauses mean the same, whatever their spelling (`RANGE (a)`, `range("a")`). */
export async function isSamePartitionClause(left: string, right: string): Promise<boolean> {
  return isDeepStrictEqual(withoutPositions(await parseClause(left)), withoutPositions(await parseClause(right)))
}

/** The syntax tree of a `PARTITION BY` clause. */
export async function parseClause(clause: string): Promise<CreateStmt['partspec']> {
  const [statement] = await parseStatements(`CREATE TABLE t () ${clause}`)
  return statement && 'CreateStmt' in statement.node ? statement.node.CreateStmt.partspec : undefined
}

/** A syntax tree without the places its nodes were found at. */
export function withoutPositions(node: unknown): unknown {
  return JSON.parse(JSON.stringify(node ?? null), (key, value) => (key === 'location' ? undefined : value))
}
