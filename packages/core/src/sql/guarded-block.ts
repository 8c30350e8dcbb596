import type { OperationLock } from '../plan/operation.js'
import type { TableName } from '../policy/document.js'
import { constantSql, doBlock, integer, joinSql, literal, qualified, type Sql, sql } from './sql.js'

/** How patient the statements are, and on whose behalf they are sent. */
export interface RenderOptions {
  /** How long one step may wait for one lock, in milliseconds. */
  readonly lockTimeoutMs: number
  /** On whose behalf: a maintainer that may have lost its right to act, and wants to know who stands in its way. */
  readonly maintainer?: ActingMaintainer
  /** A lease that whoever acts is to have still. */
  readonly fence?: Fence
}

/** A lease as the statements of its holder name it. */
export interface Fence {
  /** The name of its lease. */
  readonly lease: string
  readonly holder: string
  /** Who asked for it, as the audit log names them. Default: the holder. */
  readonly actor?: string | undefined
  /** The fencing token: it grows with every grant of the lease. */
  readonly token: string
  readonly leaseTtlMs: number
}

/** A maintainer as its statements name it. */
export interface ActingMaintainer extends Fence {
  /** A detach is not begun while a transaction that is older than this, in milliseconds, uses the parent. */
  readonly longTransactionMs: number
  /** The ids of the holds that the plan was made with, by the full name of their table. */
  readonly knownHolds: ReadonlyMap<string, readonly string[]>
}

/** Statements of one transaction, and the locks that they need: whoever holds one against them is told of. */
export interface Block {
  readonly statements: readonly Sql[]
  readonly locks: readonly OperationLock[]
  /** What has to hold before anything is locked that the application uses; what several blocks of a transaction ask for is asked once. */
  readonly premises?: readonly Sql[]
  /** Tables that a maintainer leaves alone while a long transaction uses one of them. */
  readonly quiet?: readonly TableName[]
}

/** Renders a block that waits only so long for each lock, and leaves the setting as the caller's transaction had it. */
export function lockLimited(statements: readonly Sql[], { lockTimeoutMs, fence }: RenderOptions): Sql {
  return doBlock(sql`DECLARE
  previous text := pg_catalog.current_setting('lock_timeout');
BEGIN
  PERFORM pg_catalog.set_config('lock_timeout', '${integer(lockTimeoutMs)}ms', true);
  ${joinSql([...(fence ? [renderFence(fence)] : []), ...statements], '\n')}
  PERFORM pg_catalog.set_config('lock_timeout', previous, true);
END`)
}

/** Renders several blocks as one transaction. A maintainer's begins by making sure of its lease, and by taking it for longer. */
export function renderBlocks(blocks: readonly Block[], options: RenderOptions): Sql {
  const statements = blocks.flatMap((block) => block.statements)
  const premises = new Set(blocks.flatMap((block) => block.premises ?? []))
  const { maintainer } = options
  if (!maintainer) return lockLimited([...premises, ...statements], options)
  const locks = blocks.flatMap((block) => block.locks)
  return doBlock(sql`BEGIN
  ${renderFence(maintainer)}
  PERFORM pg_catalog.set_config('lock_timeout', '${integer(options.lockTimeoutMs)}ms', true);
  BEGIN
  ${joinSql([...premises, ...assertNoLongTransaction(blocks, maintainer), ...statements], '\n')}
  EXCEPTION WHEN lock_not_available THEN
    RAISE EXCEPTION USING ERRCODE = 'lock_not_available', MESSAGE = SQLERRM, DETAIL = ${selectBlockers(locks)};
  END;
END`)
}

/**
 * The row of the lease stays locked until the block commits, so that nobody else is granted it meanwhile; and whoever wakes up
 * after another one was granted it, or after its own has run out, does nothing.
 */
function renderFence({ lease, holder, token, leaseTtlMs }: Fence): Sql {
  return sql`UPDATE partman.lease SET expires_at = pg_catalog.clock_timestamp() + interval ${literal(`${leaseTtlMs} milliseconds`)}
    WHERE name = ${literal(lease)} AND holder = ${literal(holder)} AND token = ${literal(token)}::bigint AND expires_at >= pg_catalog.clock_timestamp();
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'PTM03', MESSAGE = 'the lease has run out, or has gone to another maintainer';
  END IF;`
}

const SHARE_UPDATE_EXCLUSIVE = [
  'ShareUpdateExclusiveLock',
  'ShareLock',
  'ShareRowExclusiveLock',
  'ExclusiveLock',
  'AccessExclusiveLock',
] as const
/** The locks that one of a mode waits for. https://www.postgresql.org/docs/current/explicit-locking.html#TABLE-LOCK-COMPATIBILITY */
const CONFLICTS: Readonly<Record<OperationLock['mode'], readonly string[]>> = {
  'SHARE UPDATE EXCLUSIVE': SHARE_UPDATE_EXCLUSIVE,
  SHARE: ['RowExclusiveLock', ...SHARE_UPDATE_EXCLUSIVE.filter((mode) => mode !== 'ShareLock')],
  'SHARE ROW EXCLUSIVE': ['RowExclusiveLock', ...SHARE_UPDATE_EXCLUSIVE],
  'ACCESS EXCLUSIVE': ['AccessShareLock', 'RowShareLock', 'RowExclusiveLock', ...SHARE_UPDATE_EXCLUSIVE],
}

/** What is told of a session: `Blocker` in runtime/blocker.ts. */
export const BLOCKER = constantSql(
  `pg_catalog.json_build_object('pid', a.pid, 'user', a.usename, 'application', a.application_name, 'state', a.state, 'ageMs', (EXTRACT(EPOCH FROM pg_catalog.clock_timestamp() - a.xact_start) * 1000::numeric)::bigint, 'query', pg_catalog.left(a.query, 200))`,
)

/** The sessions that hold a lock against one of these, as JSON, the oldest transactions first. */
function selectBlockers(locks: readonly OperationLock[]): Sql {
  return sql`COALESCE((SELECT pg_catalog.json_agg(blocker)::text FROM (SELECT ${BLOCKER} AS blocker FROM pg_catalog.pg_stat_activity a
      WHERE a.pid IN (SELECT l.pid FROM ${heldAgainst(locks)}) ORDER BY a.xact_start LIMIT 5) AS oldest), '[]')`
}

function heldAgainst(locks: readonly OperationLock[]): Sql {
  const wanted = locks.length === 0 ? [sql`(0::oid, NULL::text[])`] : unique(locks).map(renderWantedLock)
  return sql`pg_catalog.pg_locks l JOIN (VALUES ${joinSql(wanted, ', ')}) AS wanted (relation, modes) ON l.relation = wanted.relation
      AND l.mode = ANY (wanted.modes) AND l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
      AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())`
}

function renderWantedLock({ mode, on }: OperationLock): Sql {
  const modes = joinSql(CONFLICTS[mode].map(literal), ', ')
  return sql`(pg_catalog.to_regclass(${literal(qualified(on))})::oid, ARRAY[${modes}]::text[])`
}

function unique(locks: readonly OperationLock[]): OperationLock[] {
  return [...new Map(locks.map((lock) => [JSON.stringify([lock.mode, lock.on.schema, lock.on.name]), lock])).values()]
}

/**
 * Raises, as if for a lock, where a transaction that has lasted for some time, or a prepared one, uses one of the tables: whatever waits for all who use
 * it would wait for that one, and whoever wants the same lock behind it too.
 */
function assertNoLongTransaction(blocks: readonly Block[], maintainer: ActingMaintainer): Sql[] {
  const tables = blocks.flatMap(({ quiet = [] }) => quiet)
  if (tables.length === 0) return []
  const locks = tables.map((on): OperationLock => ({ mode: 'ACCESS EXCLUSIVE', on }))
  // Nearly always nobody else is there: the looking up of sessions takes longer than all the rest of the block, so it comes second.
  const oids = joinSql(
    tables.map((table) => sql`pg_catalog.to_regclass(${literal(qualified(table))})::oid`),
    ', ',
  )
  return [
    sql`IF EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE l.relation = ANY (ARRAY[${oids}]) AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()) THEN
  IF EXISTS (SELECT FROM ${heldAgainst(locks)} LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
      WHERE l.pid IS NULL OR a.xact_start < pg_catalog.clock_timestamp() - interval ${literal(`${maintainer.longTransactionMs} milliseconds`)}) THEN
    RAISE EXCEPTION USING ERRCODE = 'lock_not_available', MESSAGE = 'a long transaction uses the table';
  END IF;
END IF;`,
  ]
}

/** Whether the relation `c` is a partition of this parent. */
export function isAttached(parent: TableName): Sql {
  return sql`c.relispartition AND EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid AND i.inhparent = ${literal(qualified(parent))}::regclass::oid AND NOT i.inhdetachpending)`
}

/** Whether the relation `c` hangs on no other, and bears this comment. */
export function isDetached(comment: string): Sql {
  return sql`NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid) AND pg_catalog.obj_description(c.oid, 'pg_class') = ${literal(comment)}`
}

/** Raises unless the relation bears its name still, and fulfils the condition, where it is called `c`. */
export function assertRelation(relation: { schema: string; name: string; oid: string }, condition: Sql): Sql {
  const message = literal(`${relation.schema}.${relation.name} is not what it was when the plan was made`)
  return sql`IF NOT EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = ${literal(relation.oid)}::oid AND c.oid = ${literal(qualified(relation))}::regclass::oid AND ${condition}) THEN
    RAISE EXCEPTION USING ERRCODE = 'PTM01', MESSAGE = ${message};
  END IF;`
}
