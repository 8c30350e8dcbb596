import type { ClearMarker, DetachPartition, DropPartition, FinalizeDetach, Operation } from '../plan/operation.js'
import type { TableName } from '../policy/document.js'
import { formatMarker } from '../state/marker.js'
import { renderCreatePartition } from './render-partition.js'
import { doBlock, integer, joinSql, literal, qualified, type Sql, sql } from './sql.js'

export interface RenderOptions {
  /** How long one step may wait for one lock, in milliseconds. */
  readonly lockTimeoutMs: number
}

/**
 * Renders an operation to statements, each to be sent by itself outside a transaction. Each is atomic: a DO block, or one
 * statement that PostgreSQL allows nowhere else. A block checks that it still meets the very objects the plan was made for.
 */
export function renderOperation(operation: Operation, options: RenderOptions): Sql[] {
  switch (operation.kind) {
    case 'create-partition':
      return [lockLimited(renderCreatePartition(operation.parent, operation.partition), options)]
    case 'detach-partition':
      return renderDetach(operation, options)
    case 'finalize-detach':
      return [renderFinalize(operation, options)]
    case 'clear-marker':
      return [renderClearMarker(operation, options)]
    case 'drop-partition':
      return [renderDrop(operation, options)]
  }
}

/** A block that waits only so long for each lock, and leaves the setting as the caller's transaction had it. */
export function lockLimited(statements: readonly Sql[], { lockTimeoutMs }: RenderOptions): Sql {
  return doBlock(sql`DECLARE
  previous text := pg_catalog.current_setting('lock_timeout');
BEGIN
  PERFORM pg_catalog.set_config('lock_timeout', '${integer(lockTimeoutMs)}ms', true);
  ${joinSql(statements, '\n')}
  PERFORM pg_catalog.set_config('lock_timeout', previous, true);
END`)
}

/**
 * The mark comes first, so that a crash at any later point leaves a partition that says what it is. The lock taken with
 * it is the one that the detach needs next, tried with a time limit: DETACH CONCURRENTLY itself runs in no transaction
 * that a limit could be local to, and waits without blocking readers or writers.
 */
function renderDetach({ parent, partition, table, retiredAt }: DetachPartition, options: RenderOptions): Sql[] {
  const { schema, name, bound } = partition
  const marker = formatMarker({ table, partition: { schema, name }, parent, bound, retiredAt })
  return [
    lockLimited(
      [
        sql`LOCK TABLE ONLY ${qualified(parent)} IN SHARE UPDATE EXCLUSIVE MODE;`,
        assertRelation(partition, isAttached(parent)),
        sql`COMMENT ON TABLE ${qualified(partition)} IS ${literal(marker)};`,
      ],
      options,
    ),
    sql`ALTER TABLE ${qualified(parent)} DETACH PARTITION ${qualified(partition)} CONCURRENTLY`,
  ]
}

function renderFinalize({ parent, partition }: FinalizeDetach, options: RenderOptions): Sql {
  return lockLimited([sql`ALTER TABLE ${qualified(parent)} DETACH PARTITION ${qualified(partition)} FINALIZE;`], options)
}

function renderClearMarker({ parent, partition }: ClearMarker, options: RenderOptions): Sql {
  return lockLimited([assertRelation(partition, isAttached(parent)), sql`COMMENT ON TABLE ${qualified(partition)} IS NULL;`], options)
}

/** The lock is taken before the check, so that nobody can attach the partition again in between. */
function renderDrop({ partition }: DropPartition, options: RenderOptions): Sql {
  const marker = literal(formatMarker(partition.marker))
  return lockLimited(
    [
      sql`LOCK TABLE ${qualified(partition)} IN ACCESS EXCLUSIVE MODE;`,
      assertRelation(
        partition,
        sql`NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid) AND pg_catalog.obj_description(c.oid, 'pg_class') = ${marker}`,
      ),
      sql`DROP TABLE ${qualified(partition)};`,
    ],
    options,
  )
}

function isAttached(parent: TableName): Sql {
  return sql`c.relispartition AND EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid AND i.inhparent = ${literal(qualified(parent))}::regclass::oid AND NOT i.inhdetachpending)`
}

function assertRelation(relation: { schema: string; name: string; oid: string }, condition: Sql): Sql {
  const message = literal(`${relation.schema}.${relation.name} is not what it was when the plan was made`)
  return sql`IF NOT EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = ${literal(relation.oid)}::oid AND c.oid = ${literal(qualified(relation))}::regclass::oid AND ${condition}) THEN
    RAISE EXCEPTION USING ERRCODE = 'PTM01', MESSAGE = ${message};
  END IF;`
}
