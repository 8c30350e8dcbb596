import type { ClearMarker, DetachPartition, DropPartition, FinalizeDetach, Operation } from '../plan/operation.js'
import { formatMarker } from '../state/marker.js'
import { assertRelation, isAttached, lockLimited, type RenderOptions } from './guarded-block.js'
import { renderAttachIndex, renderCreateIndex } from './render-index.js'
import { renderCreatePartition } from './render-partition.js'
import { literal, qualified, type Sql, sql } from './sql.js'

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
    case 'create-index':
      return renderCreateIndex(operation, options)
    case 'attach-index':
      return [renderAttachIndex(operation, options)]
  }
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
