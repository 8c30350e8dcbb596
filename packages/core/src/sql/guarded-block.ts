import type { TableName } from '../policy/document.js'
import { doBlock, integer, joinSql, literal, qualified, type Sql, sql } from './sql.js'

export interface RenderOptions {
  /** How long one step may wait for one lock, in milliseconds. */
  readonly lockTimeoutMs: number
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

/** Whether the relation `c` is a partition of this parent. */
export function isAttached(parent: TableName): Sql {
  return sql`c.relispartition AND EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid AND i.inhparent = ${literal(qualified(parent))}::regclass::oid AND NOT i.inhdetachpending)`
}

/** Raises unless the relation bears its name still, and fulfils the condition, where it is called `c`. */
export function assertRelation(relation: { schema: string; name: string; oid: string }, condition: Sql): Sql {
  const message = literal(`${relation.schema}.${relation.name} is not what it was when the plan was made`)
  return sql`IF NOT EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = ${literal(relation.oid)}::oid AND c.oid = ${literal(qualified(relation))}::regclass::oid AND ${condition}) THEN
    RAISE EXCEPTION USING ERRCODE = 'PTM01', MESSAGE = ${message};
  END IF;`
}
