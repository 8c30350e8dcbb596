import type { ClearMarker, DetachPartition, DropPartition, FinalizeDetach, Operation } from '../plan/operation.js'
import { formatMarker } from '../state/marker.js'
import { assertNoLongTransaction, assertRelation, isAttached, type RenderOptions } from './guarded-block.js'
import { renderAudit } from './render-audit.js'
import { renderCreateBeside, renderDropCheck, renderUndoProof } from './render-default-proof.js'
import { renderAttachIndex, renderCreateIndex } from './render-index.js'
import { renderCreatePartition } from './render-partition.js'
import { literal, qualified, type Sql, sql } from './sql.js'
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
      if (operation.beside) return renderCreateBeside(operation, operation.beside)
      return [{ kind: 'block', locks, statements: renderCreatePartition(operation.parent, operation.partition) }]
    case 'detach-partition':
      return renderDetach(operation, options)
    case 'finalize-detach':
      return [renderFinalize(operation)]
    case 'clear-marker':
      return [renderClearMarker(operation)]
    case 'drop-check':
      return [renderDropCheck(operation)]
    case 'drop-partition':
      return [renderDrop(operation, options)]
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
 * The mark comes first, so that a crash at any later point leaves a partition that says what it is. The lock taken with
 * it is the one that the detach needs next, tried with a time limit: DETACH CONCURRENTLY itself runs in no transaction
 * that a limit could be local to, and waits, without blocking readers or writers, until all who use the parent are gone.
 */
function renderDetach(operation: DetachPartition, options: RenderOptions): Statement[] {
  const { parent, partition, table, retiredAt, reason, locks } = operation
  const { schema, name, bound } = partition
  const marker = formatMarker({ table, partition: { schema, name }, parent, bound, retiredAt })
  return [
    {
      kind: 'block',
      locks: options.maintainer ? [{ mode: 'ACCESS EXCLUSIVE', on: parent }] : locks,
      statements: [
        ...assertNoLongTransaction([parent, partition], options),
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

function renderClearMarker({ parent, partition, locks }: ClearMarker): Statement {
  return {
    kind: 'block',
    locks,
    statements: [assertRelation(partition, isAttached(parent)), sql`COMMENT ON TABLE ${qualified(partition)} IS NULL;`],
  }
}

/** The lock is taken before the check, so that nobody can attach the partition again in between. */
function renderDrop({ partition, table, reason }: DropPartition, options: RenderOptions): Statement {
  const marker = literal(formatMarker(partition.marker))
  return {
    kind: 'block',
    locks: [{ mode: 'ACCESS EXCLUSIVE', on: { schema: partition.schema, name: partition.name } }],
    statements: [
      sql`LOCK TABLE ${qualified(partition)} IN ACCESS EXCLUSIVE MODE;`,
      assertRelation(
        partition,
        sql`NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid) AND pg_catalog.obj_description(c.oid, 'pg_class') = ${marker}`,
      ),
      ...renderAudit({ act: 'drop', table, partition, bound: partition.marker.bound, reason }, options),
      sql`DROP TABLE ${qualified(partition)};`,
    ],
  }
}
