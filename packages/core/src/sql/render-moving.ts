import type { CreatePartition } from '../plan/operation.js'
import type { ComparedKey } from '../state/default-proof.js'
import { countSubtree } from '../state/lock-budget.js'
import { formatTableName, type Referrer } from '../state/state.js'
import { renderCondition } from './render-condition.js'
import { renderPartitionOf } from './render-partition.js'
import { joinSql, qualified, type Sql, sql } from './sql.js'

/** More tables than these make a text that nobody reads. */
const MOST_TABLES = 5
const ASIDE = 'partman_aside'

/**
 * How a person moves the rows of a DEFAULT partition that stand in the way of a new one, in a sentence with its statements. What is deleted is what was
 * put away, whoever writes meanwhile: one statement does both. `referredBy`: foreign keys of others that refer to the table; what they do to a
 * row that is deleted is not undone when it comes back, so that there are no statements then.
 */
export function describeMoving({ parent, partition }: CreatePartition, key: ComparedKey, referredBy: readonly Referrer[] = []): string {
  const [table, condition] = [qualified(parent), renderCondition(partition.bound, key)]
  if (referredBy.length > 0) {
    const keys = referredBy.map(({ constraint, ...referrer }) => `${constraint} of ${formatTableName(referrer)}`).join(', ')
    return `Rows of other tables refer to this one (${keys}): move the rows while nobody uses it, with those foreign keys dropped and added again, as ON DELETE would reach what refers to them.`
  }
  // Beside the partitions, where Prisma looks for no table.
  const aside = qualified({ schema: partition.schema, name: ASIDE })
  if (countSubtree(partition) > MOST_TABLES) {
    const away = [
      sql`BEGIN;`,
      sql`CREATE TABLE ${aside} AS SELECT * FROM ${table} WITH NO DATA;`,
      sql`WITH gone AS (DELETE FROM ${table} WHERE ${condition} RETURNING *) INSERT INTO ${aside} SELECT * FROM gone;`,
      sql`COMMIT;`,
    ]
    return `Move them aside, run \`partman maintain\`, and move them back: ${inLine(away)} and afterwards ${inLine([sql`INSERT INTO ${table} OVERRIDING SYSTEM VALUE SELECT * FROM ${aside};`])}`
  }
  const moving = [
    sql`BEGIN;`,
    sql`LOCK TABLE ONLY ${table} IN ACCESS EXCLUSIVE MODE;`,
    sql`CREATE TEMPORARY TABLE partman_moved ON COMMIT DROP AS SELECT * FROM ${table} WITH NO DATA;`,
    sql`WITH gone AS (DELETE FROM ${table} WHERE ${condition} RETURNING *) INSERT INTO pg_temp.partman_moved SELECT * FROM gone;`,
    ...renderPartitionOf(parent, partition),
    sql`INSERT INTO ${table} OVERRIDING SYSTEM VALUE SELECT * FROM pg_temp.partman_moved;`,
    sql`COMMIT;`,
  ]
  return `This moves them, and stops all who use the table meanwhile: ${inLine(moving)}`
}

function inLine(statements: readonly Sql[]): string {
  return joinSql(statements, '\n').replaceAll(';\n', '; ')
}
