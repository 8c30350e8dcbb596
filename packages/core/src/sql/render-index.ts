import type { AttachIndex, CreateIndex, WholeIndex } from '../plan/operation.js'
import type { TableName } from '../policy/document.js'
import type { Identified } from '../state/unfinished-index.js'
import { assertRelation, isAttached } from './guarded-block.js'
import { constantSql, identifier, joinSql, literal, printedSql, qualified, type Sql, sql } from './sql.js'
import type { Statement } from './statement.js'

/**
 * Renders how a partition gets its part of an index. CREATE and DROP INDEX CONCURRENTLY run in no transaction that a limit
 * could be local to, and wait without blocking readers or writers; the lock that they take on the partition is tried
 * before, with a time limit, so that they queue up behind nobody.
 * https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
 */
export function renderCreateIndex(operation: CreateIndex): Statement[] {
  const { parent, partition, index, name, leftover, locks } = operation
  const block = (...statements: Sql[]): Statement => ({ kind: 'block', locks, statements })
  const part = { schema: partition.schema, name }
  const create = index.unique ? constantSql('CREATE UNIQUE INDEX') : constantSql('CREATE INDEX')
  const definition = printedSql(index.definition)
  if (operation.transactional) {
    const frame = sql`${create} ${identifier(name)} ON ONLY ${qualified(partition)}${definition};`
    return [block(assertRelation(partition, isAttached(parent)), withParentIndex(parent, index, [frame, attach(parent, part)]))]
  }
  const lock = sql`LOCK TABLE ONLY ${qualified(partition)} IN SHARE UPDATE EXCLUSIVE MODE;`
  const dropLeftover = (found: Identified): Statement[] => [
    block(lock, assertRelation(found, constantSql('true')), assertIndex(found, partition, sql`NOT x.indisvalid`)),
    { kind: 'concurrent', sql: sql`DROP INDEX CONCURRENTLY ${qualified(found)}` },
  ]
  return [
    ...(leftover ? dropLeftover(leftover) : []),
    block(lock, assertRelation(partition, isAttached(parent)), withParentIndex(parent, index, [])),
    { kind: 'concurrent', sql: sql`${create} CONCURRENTLY ${identifier(name)} ON ${qualified(partition)}${definition}` },
    block(
      assertRelation(partition, isAttached(parent)),
      assertIndex(part, partition, sql`x.indisvalid`),
      withParentIndex(parent, index, [attach(parent, part)]),
    ),
  ]
}

/** Where all parts are attached already, doing it once more makes PostgreSQL look; the newest minor release of every major does. */
export function renderAttachIndex({ parent, partition, index, part, isAttached: again, locks }: AttachIndex): Statement {
  const message = literal(`${index.schema}.${index.name} stays invalid, although all partitions have it`)
  const hint = literal(
    'This release of PostgreSQL does not look again: install its newest minor release, or drop the index and create it anew.',
  )
  const assertNoticed = sql`IF EXISTS (SELECT FROM pg_catalog.pg_index x WHERE x.indexrelid = parent_index AND NOT x.indisvalid) THEN
    RAISE EXCEPTION USING ERRCODE = 'PTM02', MESSAGE = ${message}, HINT = ${hint};
  END IF;`
  return {
    kind: 'block',
    locks,
    statements: [
      assertRelation(partition, isAttached(parent)),
      assertRelation(part, constantSql('true')),
      withParentIndex(parent, index, [attach(parent, part), ...(again ? [assertNoticed] : [])]),
    ],
  }
}

/** The index is known by what it is a part of, because it may have been made a moment ago. */
function withParentIndex(parent: TableName, index: WholeIndex, statements: readonly Sql[]): Sql {
  const oid = sql`${literal(index.oid)}::oid`
  const message = literal(`${parent.schema}.${parent.name} has no part of the index ${index.schema}.${index.name} any more`)
  return sql`DECLARE
    parent_index oid := (
      SELECT x.indexrelid FROM pg_catalog.pg_index x
      WHERE x.indrelid = ${literal(qualified(parent))}::regclass::oid
        AND (x.indexrelid = ${oid} OR EXISTS (SELECT FROM pg_catalog.pg_partition_ancestors(x.indexrelid::regclass) AS a WHERE a.relid::oid = ${oid}))
    );
  BEGIN
    IF parent_index IS NULL THEN
      RAISE EXCEPTION USING ERRCODE = 'PTM01', MESSAGE = ${message};
    END IF;
    ${joinSql(statements, '\n')}
  END;`
}

function attach(parent: TableName, part: TableName): Sql {
  // An index is in the schema of its table.
  return sql`EXECUTE pg_catalog.format('ALTER INDEX %I.%I ATTACH PARTITION %I.%I', ${literal(parent.schema)},
      (SELECT c.relname FROM pg_catalog.pg_class c WHERE c.oid = parent_index), ${literal(part.schema)}, ${literal(part.name)});`
}

/** Raises unless the index, called `x`, is one of the partition, is no part of another one, and fulfils the condition. */
function assertIndex(index: TableName, partition: TableName, condition: Sql): Sql {
  const message = literal(`${index.schema}.${index.name} is not what it was when the plan was made`)
  return sql`IF NOT EXISTS (
    SELECT FROM pg_catalog.pg_index x
    WHERE x.indexrelid = pg_catalog.to_regclass(${literal(qualified(index))})::oid AND x.indrelid = ${literal(qualified(partition))}::regclass::oid AND ${condition}
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = x.indexrelid)
  ) THEN
    RAISE EXCEPTION USING ERRCODE = 'PTM01', MESSAGE = ${message};
  END IF;`
}
