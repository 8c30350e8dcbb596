import type { OperationLock } from '../plan/operation.js'
import type { TableName } from '../policy/document.js'
import { formatTableName } from '../state/state.js'
import type { RenderOptions } from './guarded-block.js'
import { joinSql, literal, qualified, type Sql, sql } from './sql.js'

/** What the message of a block begins with that met a hold which its plan does not know. */
export const HOLD_ADDED = 'a hold was added since'

/** The lock that `assertKnownHolds` takes. */
export const HOLD_LOCK: OperationLock = { mode: 'SHARE', on: { schema: 'partman', name: 'hold' } }

/**
 * Raises where a hold on the table is in the bookkeeping that the plan was made without. Whoever adds one waits until the block is over,
 * and whoever has added one is seen: not so by a snapshot that is older than the lock. Ids are no measure of that, as they are given
 * before the commit. For the premises of a block.
 */
export function assertKnownHolds(table: TableName, { maintainer }: RenderOptions): Sql[] {
  if (!maintainer) return []
  const known = maintainer.knownHolds.get(formatTableName(table)) ?? []
  const ids = joinSql(
    known.map((id) => sql`${literal(id)}::bigint`),
    ', ',
  )
  return [
    sql`IF pg_catalog.current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
    RAISE EXCEPTION USING ERRCODE = 'feature_not_supported', MESSAGE = 'holds can only be respected in transactions that are READ COMMITTED';
  END IF;
  LOCK TABLE partman.hold IN SHARE MODE;
  IF EXISTS (SELECT FROM partman.hold h WHERE h.released_at IS NULL AND h.id <> ALL (ARRAY[${ids}]::bigint[])
    AND ((h.table_schema = ${literal(table.schema)} AND h.table_name = ${literal(table.name)}) OR h.table_oid = pg_catalog.to_regclass(${literal(qualified(table))})::oid)) THEN
    RAISE EXCEPTION USING ERRCODE = 'PTM01', MESSAGE = ${literal(`${HOLD_ADDED} the plan was made, on ${formatTableName(table)}`)};
  END IF;`,
  ]
}
