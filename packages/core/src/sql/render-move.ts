import type { MovePartition } from '../plan/operation.js'
import type { TableName } from '../policy/document.js'
import { formatMarker, formatMovedMarker } from '../state/marker.js'
import { assertKnownHolds, HOLD_LOCK } from './assert-holds.js'
import { assertRelation, isDetached, type RenderOptions } from './guarded-block.js'
import { assertRemoved } from './removed-tenant.js'
import { forgetHooks, renderAudit } from './render-audit.js'
import { identifier, literal, qualified, type Sql, sql } from './sql.js'
import type { Statement } from './statement.js'

/**
 * Moves a detached partition with all below it. Its mark says from then on that it was moved, so that no maintenance takes it for one that is
 * to be dropped, and a restore finds it.
 */
export function renderMove({ partition, table, reason, schema, movedAt, removed }: MovePartition, options: RenderOptions): Statement {
  const { marker } = partition
  const moved = { schema, name: partition.name }
  const of = { table, partition, bound: marker.bound, reason: `to schema ${schema}: ${reason}` }
  return {
    kind: 'block',
    locks: [
      { mode: 'ACCESS EXCLUSIVE', on: { schema: partition.schema, name: partition.name } },
      ...(options.maintainer ? [HOLD_LOCK] : []),
    ],
    premises: [...assertKnownHolds(table, options), ...assertRemoved(removed)],
    statements: [
      sql`LOCK TABLE ${qualified(partition)} IN ACCESS EXCLUSIVE MODE;`,
      assertRelation(partition, isDetached(formatMarker(marker))),
      makeSchema(schema),
      ...renderAudit({ act: 'move', ...of }, options),
      ...forgetHooks(partition, options),
      renderMoveTree(partition, schema),
      sql`COMMENT ON TABLE ${qualified(moved)} IS ${literal(formatMovedMarker({ ...marker, partition: moved, movedAt }))};`,
    ],
  }
}

function makeSchema(schema: string): Sql {
  const message = literal(`schema ${schema} is not there, and the role that partman runs as may not make it`)
  return sql`IF pg_catalog.to_regnamespace(${literal(identifier(schema))}) IS NULL THEN
    IF NOT pg_catalog.has_database_privilege(pg_catalog.current_database()::text, 'CREATE') THEN
      RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = ${message};
    END IF;
    CREATE SCHEMA ${identifier(schema)};
  END IF;`
}

/** Moves a relation with all below it. */
export function renderMoveTree(relation: TableName, schema: string): Sql {
  const name = literal(qualified(relation))
  return sql`DECLARE
    relations text[] := ARRAY(
      SELECT relid::text FROM (SELECT ${name}::regclass AS relid UNION SELECT t.relid FROM pg_catalog.pg_partition_tree(${name}::regclass) AS t) AS below
    );
    relation text;
  BEGIN
    FOREACH relation IN ARRAY relations LOOP
      EXECUTE pg_catalog.format('ALTER TABLE %s SET SCHEMA %I', relation, ${literal(schema)}::text);
    END LOOP;
  END;`
}
