import type { CreatePartition } from '../plan/operation.js'
import type { ComparedKey } from '../state/default-proof.js'
import { countSubtree } from '../state/lock-budget.js'
import { renderCondition } from './render-condition.js'
import { renderPartitionOf } from './render-partition.js'
import { joinSql, qualified, type Sql, sql } from './sql.js'

/** More tables than these make a text that nobody reads. */
const MOST_TABLES = 5

/** How a person moves the rows of a DEFAULT partition that stand in the way of a new one, in a sentence with its statements. */
export function describeMoving({ parent, partition }: CreatePartition, key: ComparedKey): string {
  const [table, condition] = [qualified(parent), renderCondition(partition.bound, key)]
  if (countSubtree(partition) > MOST_TABLES) {
    const away = [
      sql`BEGIN;`,
      sql`CREATE TABLE aside AS SELECT * FROM ${table} WHERE ${condition};`,
      sql`DELETE FROM ${table} WHERE ${condition};`,
      sql`COMMIT;`,
    ]
    return `Move them aside, run \`partman maintain\`, and move them back: ${inLine(away)} and afterwards ${inLine([sql`INSERT INTO ${table} OVERRIDING SYSTEM VALUE SELECT * FROM aside;`])}`
  }
  const moving = [
    sql`BEGIN;`,
    sql`LOCK TABLE ONLY ${table} IN ACCESS EXCLUSIVE MODE;`,
    sql`CREATE TEMPORARY TABLE partman_moved ON COMMIT DROP AS SELECT * FROM ${table} WHERE ${condition};`,
    sql`DELETE FROM ${table} WHERE ${condition};`,
    ...renderPartitionOf(parent, partition),
    sql`INSERT INTO ${table} OVERRIDING SYSTEM VALUE SELECT * FROM pg_temp.partman_moved;`,
    sql`COMMIT;`,
  ]
  return `This moves them, and stops all who use the table meanwhile: ${inLine(moving)}`
}

function inLine(statements: readonly Sql[]): string {
  return joinSql(statements, '\n').replaceAll(';\n', '; ')
}
