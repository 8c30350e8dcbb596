import type { BesideDefault, CreatePartition, DropCheck, OperationLock, PartitionReference } from '../plan/operation.js'
import { PROOF_PREFIX } from '../state/default-proof.js'
import { formatTableName } from '../state/state.js'
import { assertRelation, isAttached } from './guarded-block.js'
import { renderCondition } from './render-condition.js'
import { identifier, literal, qualified, type Sql, sql } from './sql.js'
import type { Statement } from './statement.js'

/**
 * Makes a partition beside a DEFAULT one, by the statements `create`, without a scan under a lock: a CHECK that the DEFAULT holds no row of the new bound, which is
 * validated while everybody reads and writes, spares the scan that ATTACH would make. From its first statement to its last the
 * DEFAULT takes no row of that bound.
 * https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE-MAINTENANCE
 */
export function renderCreateBeside(
  { parent, partition, locks }: CreatePartition,
  { partition: beside, key, check }: BesideDefault,
  create: readonly Sql[],
): Statement[] {
  if (check === null) return [{ kind: 'block', locks, statements: create }]
  const [table, name] = [qualified(beside), identifier(check)]
  return [
    {
      kind: 'block',
      locks: accessExclusive(beside),
      statements: [
        assertRelation(beside, isAttached(parent)),
        sql`IF NOT ${exists(beside, sql`k.conname = ${literal(check)}`)} THEN
    ALTER TABLE ${table} ADD CONSTRAINT ${name} CHECK (NOT (${renderCondition(partition.bound, key)})) NOT VALID;
    COMMENT ON CONSTRAINT ${name} ON ${table} IS ${literal(`${PROOF_PREFIX}${formatTableName(partition)}`)};
  END IF;`,
      ],
    },
    { kind: 'scan', sql: sql`ALTER TABLE ${table} VALIDATE CONSTRAINT ${name}` },
    {
      kind: 'block',
      locks,
      statements: [
        assertRelation(beside, sql`${isAttached(parent)} AND ${exists(beside, sql`k.conname = ${literal(check)} AND k.convalidated`)}`),
        ...create,
        sql`ALTER TABLE ${table} DROP CONSTRAINT ${name};`,
      ],
    },
  ]
}

/** Takes the CHECK of a creation off again that has come to nothing. */
export function renderUndoProof({ partition: beside, check }: BesideDefault): Statement[] {
  if (check === null) return []
  const own = exists(
    beside,
    sql`k.conname = ${literal(check)} AND pg_catalog.obj_description(k.oid, 'pg_constraint') LIKE ${literal(`${PROOF_PREFIX}%`)}`,
  )
  return [
    {
      kind: 'block',
      locks: accessExclusive(beside),
      statements: [
        sql`IF ${own} THEN
    ALTER TABLE ${qualified(beside)} DROP CONSTRAINT ${identifier(check)};
  END IF;`,
      ],
    },
  ]
}

/** Takes a CHECK off that a run has left on a DEFAULT partition. */
export function renderDropCheck({ parent, partition, check, locks }: DropCheck): Statement {
  return {
    kind: 'block',
    locks,
    statements: [
      sql`LOCK TABLE ${qualified(partition)} IN ACCESS EXCLUSIVE MODE;`,
      assertRelation(
        partition,
        sql`${isAttached(parent)} AND ${exists(partition, sql`k.oid = ${literal(check.oid)}::oid AND k.conname = ${literal(check.name)}`)}`,
      ),
      sql`ALTER TABLE ${qualified(partition)} DROP CONSTRAINT ${identifier(check.name)};`,
    ],
  }
}

function accessExclusive({ schema, name }: PartitionReference): OperationLock[] {
  return [{ mode: 'ACCESS EXCLUSIVE', on: { schema, name } }]
}

/** Whether the table has a CHECK, called `k`, that fulfils the condition. */
function exists({ oid }: PartitionReference, condition: Sql): Sql {
  return sql`EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conrelid = ${literal(oid)}::oid AND k.contype = 'c' AND ${condition})`
}
