import { LOCK_TIMEOUT_MS } from '../catalog/lock-timeout.js'
import type { TableName } from '../policy/document.js'
import type { Database } from '../sql/database.js'
import type { ActingMaintainer } from '../sql/guarded-block.js'
import { constantSql } from '../sql/sql.js'
import { formatTableName } from '../state/state.js'
import { isLeaseHeld } from './lease.js'
import type { RetirementPhase } from './retirement-hook.js'

/** What `partman.hook_call` remembers of one partition in one phase. */
export interface HookCall {
  readonly decision: 'proceed' | 'keep' | 'retry' | null
  readonly attempts: number
  readonly reason: string | null
  /** ISO 8601. */
  readonly retryAt: string | null
  /** Whether that is still to come, by the database's clock. */
  readonly waits: boolean
  /** The partition was neither attached, nor detached, nor altered since: each writes its row in `pg_class` anew. */
  readonly isCurrent: boolean
  /** Its tenant was removed, or restored, since: a hook that is there is to be asked anew. */
  readonly isStale: boolean
}

/** Whom a hook is asked about. An object id is given again once its table is gone, so it counts with the name alone. */
export interface HookTarget {
  readonly phase: RetirementPhase
  readonly partition: TableName & { readonly oid: string }
}

/** A call that was begun, and written down. */
export interface BegunCall {
  readonly attempt: number
  readonly estimatedRows: number | null
  readonly bytes: number
}

const RETRY_AT = `pg_catalog.to_char(h.retry_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

const OBSERVE = constantSql(`SELECT h.partition::text AS oid, h.relation, h.phase, h.decision, h.attempts, h.reason,
  ${RETRY_AT} AS retry_at, COALESCE(h.retry_at > pg_catalog.clock_timestamp(), false) AS waits,
  EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = h.partition AND c.xmin = h.pg_class_xmin) AS is_current, h.stale AS is_stale
FROM partman.hook_call h WHERE h.partition = ANY ($1::text[]::oid[])`)

/** Whoever has lost the lease writes nothing. */
const IS_HELD = `EXISTS (SELECT FROM partman.lease l WHERE ${isLeaseHeld('$1', '$2', '$3')})`

/** A size is read under a lock that ends with the reading. */
const BEGIN = constantSql(`
WITH RECURSIVE pinned AS MATERIALIZED (
  SELECT pg_catalog.set_config('lock_timeout', '${LOCK_TIMEOUT_MS}ms', true) AS done
), tree AS (
  SELECT $4::oid AS oid
  UNION ALL
  SELECT i.inhrelid FROM tree t JOIN pg_catalog.pg_inherits i ON i.inhparent = t.oid
), begun AS (
  INSERT INTO partman.hook_call AS h (partition, phase, relation, pg_class_xmin, attempts, started_at)
  SELECT c.oid, $5, $6, c.xmin, 1, pg_catalog.clock_timestamp() FROM pg_catalog.pg_class c WHERE c.oid = $4::oid AND ${IS_HELD}
  ON CONFLICT (partition, phase) DO UPDATE SET attempts = CASE WHEN h.relation = excluded.relation THEN h.attempts ELSE 0 END + 1,
    relation = excluded.relation, pg_class_xmin = excluded.pg_class_xmin, started_at = excluded.started_at, finished_at = NULL, retry_at = NULL,
    -- What is asked anew counts until there is another answer.
    stale = h.stale AND h.relation = excluded.relation,
    decision = CASE WHEN h.stale AND h.decision = 'keep' AND h.relation = excluded.relation THEN h.decision END,
    reason = CASE WHEN h.stale AND h.decision = 'keep' AND h.relation = excluded.relation THEN h.reason END
  RETURNING h.attempts
)
SELECT begun.attempts AS attempt,
  (SELECT CASE WHEN pg_catalog.min(c.reltuples) >= 0::real THEN pg_catalog.sum(c.reltuples) END::bigint::text
    FROM tree t JOIN pg_catalog.pg_class c ON c.oid = t.oid AND c.relkind <> 'p') AS estimated_rows,
  (SELECT pg_catalog.sum(CASE WHEN pinned.done IS NOT NULL THEN pg_catalog.pg_total_relation_size(t.oid::pg_catalog.regclass) END)::text
    FROM pinned CROSS JOIN tree t) AS bytes
FROM begun`)

const END = constantSql(`UPDATE partman.hook_call h SET finished_at = pg_catalog.statement_timestamp(),
  decision = COALESCE($6, h.decision), reason = CASE WHEN $6 IS NULL AND h.decision IS NOT NULL THEN h.reason ELSE $7 END, stale = h.stale AND $6 IS NULL,
  retry_at = pg_catalog.statement_timestamp() + $8::text::interval
WHERE h.partition = $4::oid AND h.phase = $5 AND h.attempts = $9::int AND ${IS_HELD}
RETURNING ${RETRY_AT} AS retry_at`)

/** Reads what hooks have said about these, in one statement. */
export async function observeHookCalls(database: Database, targets: readonly HookTarget[]): Promise<ReadonlyMap<string, HookCall>> {
  if (targets.length === 0) return new Map()
  const rows = await database.query<HookCallRow>(OBSERVE, [targets.map(({ partition }) => partition.oid)])
  return new Map(
    rows.map(({ oid, relation, phase, decision, attempts, reason, retry_at: retryAt, waits, is_current: isCurrent, is_stale: isStale }) => [
      keyOf(oid, phase, relation),
      { decision, attempts, reason, retryAt, waits, isCurrent, isStale },
    ]),
  )
}

interface HookCallRow extends Omit<HookCall, 'retryAt' | 'isCurrent' | 'isStale'> {
  readonly oid: string
  readonly relation: string
  readonly phase: RetirementPhase
  readonly retry_at: string | null
  readonly is_current: boolean
  readonly is_stale: boolean
}

export function hookCallKey({ phase, partition }: HookTarget): string {
  return keyOf(partition.oid, phase, formatTableName(partition))
}

function keyOf(oid: string, phase: RetirementPhase, relation: string): string {
  return `${oid} ${phase} ${relation}`
}

/** Writes down that a hook is about to be called. undefined: the lease is lost. */
export async function beginHookCall(database: Database, acting: ActingMaintainer, target: HookTarget): Promise<BegunCall | undefined> {
  const { phase, partition } = target
  const [row] = await database.query<{ attempt: number; estimated_rows: string | null; bytes: string }>(BEGIN, [
    acting.lease,
    acting.holder,
    acting.token,
    partition.oid,
    phase,
    formatTableName(partition),
  ])
  return (
    row && {
      attempt: row.attempt,
      estimatedRows: row.estimated_rows === null ? null : Number(row.estimated_rows),
      bytes: Number(row.bytes),
    }
  )
}

/** Writes down what it said; `retryAfter` as PostgreSQL reads an interval. undefined: the lease is lost, and nothing was written. */
export async function endHookCall(
  database: Database,
  acting: ActingMaintainer,
  { phase, partition }: HookTarget,
  {
    attempt,
    decision,
    reason,
    retryAfter,
  }: { attempt: number; decision: HookCall['decision']; reason: string | null; retryAfter: string | null },
): Promise<{ readonly retryAt: string | null } | undefined> {
  const [row] = await database.query<{ retry_at: string | null }>(END, [
    acting.lease,
    acting.holder,
    acting.token,
    partition.oid,
    phase,
    decision,
    reason,
    retryAfter,
    attempt,
  ])
  return row && { retryAt: row.retry_at }
}
