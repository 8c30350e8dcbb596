import type {
  ClearMarker,
  CreatePartition,
  DetachPartition,
  DropPartition,
  FinalizeDetach,
  Operation,
  OperationLock,
} from '../plan/operation.js'
import { retiredMarker } from '../plan/retired-marker.js'
import { formatMarker } from '../state/marker.js'
import { assertKnownHolds, HOLD_LOCK } from './assert-holds.js'
import { assertRelation, isAttached, isDetached, type RenderOptions } from './guarded-block.js'
import { assertRemoved } from './removed-tenant.js'
import { forgetHooks, renderAudit } from './render-audit.js'
import { renderBound } from './render-bound.js'
import { renderCreateBeside, renderDropCheck, renderUndoProof } from './render-default-proof.js'
import { renderAttachIndex, renderCreateIndex } from './render-index.js'
import { renderMove } from './render-move.js'
import { renderCreatePartition } from './render-partition.js'
import { joinSql, literal, qualified, type Sql, sql } from './sql.js'
import { renderStatement, type Statement } from './statement.js'

/** Renders an operation to statements, each to be sent by itself outside a transaction. */
export function renderOperation(operation: Operation, options: RenderOptions): Sql[] {
  return statementsOf(operation, options).map((statement) => renderStatement(statement, options))
}

/** The statements of an operation, in order. A block checks that it still meets the very objects the plan was made for. */
export function statementsOf(operation: Operation, options: RenderOptions): Statement[] {
  const { locks } = operation
  switch (operation.kind) {
    case 'create-partition':
      if (operation.beside) return renderCreateBeside(operation, operation.beside, renderCreate(operation, options))
      return [{ kind: 'block', locks, statements: renderCreate(operation, options) }]
    case 'detach-partition':
      return renderDetach(operation, options)
    case 'finalize-detach':
      return [renderFinalize(operation)]
    case 'clear-marker':
      return [renderClearMarker(operation, options)]
    case 'drop-check':
      return [renderDropCheck(operation)]
    case 'drop-partition':
      return [renderDrop(operation, options)]
    case 'move-partition':
      return [renderMove(operation, options)]
    case 'create-index':
      return renderCreateIndex(operation)
    case 'attach-index':
      return [renderAttachIndex(operation)]
  }
}

/** What takes back the first statements of an operation whose later ones have failed; nothing where they may stay. */
export function undoOf(operation: Operation): Statement[] {
  return operation.kind === 'create-partition' && operation.beside ? renderUndoProof(operation.beside) : []
}

/**
 * A tenant that signs up while a maintainer plans, or while it is at it, makes the very same partition: then the maintainer's is undone,
 * and that one stands. It has the same name, unless its own was what the maintainer found taken.
 */
function renderCreate(operation: CreatePartition, { maintainer }: RenderOptions): Sql[] {
  const { parent, partition } = operation
  const made = renderCreatePartition(parent, partition, operation)
  if (!maintainer) return made
  return [
    sql`BEGIN
    ${joinSql(made, '\n')}
  EXCEPTION WHEN invalid_object_definition OR duplicate_table OR duplicate_object OR unique_violation THEN
    IF NOT EXISTS (
      SELECT FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = ${literal(qualified(parent))}::regclass::oid
        AND (c.oid = pg_catalog.to_regclass(${literal(qualified(partition))})::oid OR ${bare(sql`pg_catalog.pg_get_expr(c.relpartbound, 0::oid)`)} = ${bare(literal(renderBound(partition.bound)))})
    ) THEN
      RAISE;
    END IF;
  END;`,
  ]
}

/** The text of a bound without quotes and casts, which PostgreSQL prints for some types and not for others. */
function bare(bound: Sql): Sql {
  return sql`pg_catalog.regexp_replace(${bound}, '''::[a-z ]+|''', '', 'g')`
}

/**
 * The mark comes first, so that a crash at any later point leaves a partition that says what it is. The lock taken with
 * it is the one that the detach needs next, tried with a time limit: DETACH CONCURRENTLY itself runs in no transaction
 * that a limit could be local to, and waits, without blocking readers or writers, until all who use the parent are gone.
 */
function renderDetach(operation: DetachPartition, options: RenderOptions): Statement[] {
  const { parent, partition, table, reason, locks, removed } = operation
  const { schema, name, bound } = partition
  const marker = formatMarker(retiredMarker(operation))
  return [
    {
      kind: 'block',
      locks: options.maintainer
        ? [parent, { schema, name }].map((on): OperationLock => ({ mode: 'ACCESS EXCLUSIVE', on })).concat(HOLD_LOCK, locks)
        : locks,
      premises: [...assertKnownHolds(table, options), ...assertRemoved(removed)],
      quiet: [{ schema, name }, ...locks.map(({ on }) => on)],
      statements: [
        sql`LOCK TABLE ONLY ${qualified(parent)} IN SHARE UPDATE EXCLUSIVE MODE;`,
        assertRelation(partition, isAttached(parent)),
        sql`COMMENT ON TABLE ${qualified(partition)} IS ${literal(marker)};`,
        ...renderAudit({ act: 'detach', table, partition, bound, reason }, options),
      ],
    },
    { kind: 'concurrent', sql: sql`ALTER TABLE ${qualified(parent)} DETACH PARTITION ${qualified(partition)} CONCURRENTLY` },
  ]
}

/** Ends a detach that was begun. It waits for the partition's readers, and for every transaction that may still see it. */
export function renderFinalize({ parent, partition, locks }: Pick<FinalizeDetach, 'parent' | 'partition' | 'locks'>): Statement {
  return {
    kind: 'block',
    locks: [...locks, { mode: 'ACCESS EXCLUSIVE', on: { schema: partition.schema, name: partition.name } }],
    statements: [sql`ALTER TABLE ${qualified(parent)} DETACH PARTITION ${qualified(partition)} FINALIZE;`],
  }
}

function renderClearMarker({ parent, partition, locks }: ClearMarker, options: RenderOptions): Statement {
  return {
    kind: 'block',
    locks,
    statements: [
      sql`LOCK TABLE ONLY ${qualified(parent)} IN SHARE UPDATE EXCLUSIVE MODE;`,
      assertRelation(partition, isAttached(parent)),
      sql`COMMENT ON TABLE ${qualified(partition)} IS NULL;`,
      ...forgetHooks(partition, options),
    ],
  }
}

/** The lock is taken before the check, so that nobody can attach the partition again in between. */
function renderDrop({ partition, table, reason, locks, removed }: DropPartition, options: RenderOptions): Statement {
  return {
    kind: 'block',
    locks: [
      { mode: 'ACCESS EXCLUSIVE', on: { schema: partition.schema, name: partition.name } },
      ...locks,
      ...(options.maintainer ? [HOLD_LOCK] : []),
    ],
    premises: [...assertKnownHolds(table, options), ...assertRemoved(removed)],
    statements: [
      sql`LOCK TABLE ${qualified(partition)} IN ACCESS EXCLUSIVE MODE;`,
      assertRelation(partition, isDetached(formatMarker(partition.marker))),
      ...renderAudit({ act: 'drop', table, partition, bound: partition.marker.bound, reason }, options),
      ...forgetHooks(partition, options),
      sql`DROP TABLE ${qualified(partition)};`,
    ],
  }
}
