import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { PartmanError } from '../error.js'
import type { Finding } from '../plan/finding.js'
import type { PartmanDocument } from '../policy/document.js'
import type { Database } from '../sql/database.js'
import { constantSql, integer, literal, type Sql, sql } from '../sql/sql.js'
import { SQLSTATE, sqlState } from './sql-state.js'

/** The right to maintain, for a while. The token grows with every grant, so an old holder can be told from the present one. */
export interface Lease {
  readonly name: string
  readonly holder: string
  readonly token: string
  /** The run that was begun with it. */
  readonly runId: string
  /** Runs that were begun and never ended, by whoever held the lease before. */
  readonly cutOff: readonly CutOffRun[]
  /** Whether it is time to note how large the tables are. */
  readonly isSampleDue: boolean
}

/** What a run took, for the totals that the lease has. */
export interface RunFigures {
  readonly durationMs: number
  readonly statements: number
  readonly failedSteps: number
  /** How often a step met a lock and was tried again. */
  readonly lockRetries: number
  /** How long steps waited for others after they were begun, in milliseconds. */
  readonly lockWaitMs: number
}

/** A run that was begun and never ended: its process was killed, or lost the database. */
export interface CutOffRun {
  readonly id: string
  readonly holder: string
  /** ISO 8601. */
  readonly startedAt: string
}

/** The lease that whoever works on the tables of a document takes. */
export function leaseName({ partitionSchema }: Pick<PartmanDocument, 'partitionSchema'>): string {
  return `maintainer of ${partitionSchema}`
}

/** A name of this process that no other bears, also where one begins anew under the same number. */
export function holderName(): string {
  return `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`
}

/** How far apart samples of the tables' sizes are. */
const SAMPLE_INTERVAL = sql`interval '6 hours'`

/**
 * Takes the lease and begins a run, in one statement; undefined while another holder has it. A row, not a session lock:
 * it means the same through a transaction pooler. While somebody holds it, nobody waits for the row.
 *
 * @throws PartmanError `BOOKKEEPING_MISSING`
 */
export async function acquireLease(database: Database, name: string, holder: string, ttlMs: number): Promise<Lease | undefined> {
  try {
    const [row] = await database.query<{ token: string; run_id: string; cut_off: string | null; is_sample_due: boolean }>(
      sql`WITH unfinished AS MATERIALIZED (
  SELECT r.id FROM partman.run r WHERE r.lease = $1 AND r.finished_at IS NULL
), granted AS (
  INSERT INTO partman.lease AS l (name, holder, token, expires_at, cut_off_runs)
  SELECT $1, $2, 1, pg_catalog.clock_timestamp() + interval ${literal(`${ttlMs} milliseconds`)}, (SELECT pg_catalog.count(*) FROM unfinished)
  WHERE NOT EXISTS (SELECT FROM partman.lease h WHERE h.name = $1 AND h.expires_at >= pg_catalog.clock_timestamp())
  ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, token = l.token + 1, expires_at = excluded.expires_at,
    cut_off_runs = l.cut_off_runs + excluded.cut_off_runs
  WHERE l.expires_at < pg_catalog.clock_timestamp()
  RETURNING token, holder, sampled_at IS NULL OR sampled_at < pg_catalog.clock_timestamp() - ${SAMPLE_INTERVAL} AS is_sample_due
), cut_off AS (
  UPDATE partman.run r SET finished_at = pg_catalog.clock_timestamp(), outcome = 'cut-off' FROM granted, unfinished
  WHERE r.id = unfinished.id AND r.finished_at IS NULL
  RETURNING r.id, r.holder, r.started_at
), begun AS (
  INSERT INTO partman.run (lease, holder) SELECT $1, holder FROM granted RETURNING id
)
SELECT granted.token::text AS token, granted.is_sample_due, begun.id::text AS run_id,
  (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('id', c.id::text, 'holder', c.holder, 'startedAt', c.started_at) ORDER BY c.id)::text FROM cut_off c) AS cut_off
FROM granted, begun`,
      [name, holder],
    )
    if (!row) return undefined
    const cutOff = (JSON.parse(row.cut_off ?? '[]') as CutOffRun[]).map((run) => ({
      ...run,
      startedAt: new Date(run.startedAt).toISOString(),
    }))
    return { name, holder, token: row.token, runId: row.run_id, cutOff, isSampleDue: row.is_sample_due }
  } catch (error) {
    throw explainMissing(error)
  }
}

/** Keeps the lease for longer. False: it has run out, or has gone to somebody else. */
export async function renewLease(database: Database, lease: Lease, ttlMs: number): Promise<boolean> {
  const rows = await database.query(
    sql`UPDATE partman.lease SET expires_at = pg_catalog.clock_timestamp() + interval ${literal(`${ttlMs} milliseconds`)} WHERE name = $1 AND holder = $2 AND token = $3::bigint AND expires_at >= pg_catalog.clock_timestamp() RETURNING 1 AS kept`,
    [lease.name, lease.holder, lease.token],
  )
  return rows.length > 0
}

/** Whether somebody has the lease still: a condition on `partman.lease l`, with the names of the parameters that tell who. */
export function isLeaseHeld(name: `$${number}`, holder: `$${number}`, token: `$${number}`): Sql {
  return constantSql(
    `l.name = ${name} AND l.holder = ${holder} AND l.token = ${token}::bigint AND l.expires_at >= pg_catalog.clock_timestamp()`,
  )
}

/** Whoever has another's run for cut off has counted it as such. */
const OWN_RUN = sql`id = $4::bigint AND holder = $2 AND finished_at IS NULL`

/** Gives a lease back that no run of maintenance was made with. */
export async function returnLease(database: Database, { name, holder, token, runId }: Lease): Promise<void> {
  await database.query(
    sql`WITH returned AS (UPDATE partman.lease SET expires_at = pg_catalog.clock_timestamp() WHERE name = $1 AND holder = $2 AND token = $3::bigint) DELETE FROM partman.run WHERE ${OWN_RUN}`,
    [name, holder, token, runId],
  )
}

/** How many runs, idle ones included, the history goes back: a week of one a minute. */
const RUNS_KEPT = 10_000

/** What a report has found, in an order of its own. */
function foundBy(report: Sql): Sql {
  return sql`(SELECT pg_catalog.jsonb_agg(told ORDER BY told) FROM pg_catalog.jsonb_array_elements(${report} -> 'findings') AS f, LATERAL (SELECT pg_catalog.jsonb_build_array(f -> 'code', f -> 'table', f -> 'severity') AS told) AS t)`
}

/**
 * Ends the run and gives the lease back, with what the run took added to its totals. A run that did nothing leaves no row of its own,
 * unless it has found other than the last that left one: by code, table and severity, as messages have figures that change all the time. One
 * whose lease has gone to another holder adds nothing: that one has counted it as cut off, and its row says so. After a failover, another's
 * run may have the same number, as its lease may have the same token.
 */
export async function releaseLease(
  database: Database,
  lease: Lease,
  {
    outcome,
    report,
    isIdle,
    figures,
  }: {
    readonly outcome: 'done' | 'failed'
    readonly report: { readonly models: readonly string[]; readonly findings: readonly Finding[] }
    readonly isIdle: boolean
    readonly figures: RunFigures
  },
): Promise<void> {
  const { durationMs, statements, failedSteps, lockRetries, lockWaitMs } = figures
  const released = sql`UPDATE partman.lease SET expires_at = pg_catalog.clock_timestamp(), last_run_at = pg_catalog.clock_timestamp(),
    last_run_ms = $5::bigint, runs = runs + 1, failed_runs = failed_runs + $6::bigint, run_ms = run_ms + $5::bigint,
    statements = statements + $7::bigint, failed_steps = failed_steps + $8::bigint, lock_retries = lock_retries + $9::bigint, lock_wait_ms = lock_wait_ms + $10::bigint
  WHERE name = $1 AND holder = $2 AND token = $3::bigint`
  const isFailed = outcome === 'failed' ? 1 : 0
  const totals = [durationMs, isFailed, statements, failedSteps, lockRetries, lockWaitMs].map(Math.round)
  const values = [lease.name, lease.holder, lease.token, lease.runId, ...totals]
  const ending = sql`UPDATE partman.run SET finished_at = pg_catalog.clock_timestamp(), outcome = $11, report = $12::text::jsonb WHERE ${OWN_RUN}`
  if (isIdle) {
    await database.query(
      sql`WITH released AS (${released}), known AS MATERIALIZED (
  SELECT COALESCE((
    SELECT (r.report -> 'models') @> ($12::text::jsonb -> 'models') AND ${foundBy(constantSql('r.report'))} IS NOT DISTINCT FROM ${foundBy(constantSql('$12::text::jsonb'))}
    FROM partman.run r WHERE r.lease = $1 AND r.id <> $4::bigint AND r.report IS NOT NULL ORDER BY r.id DESC LIMIT 1
  ), ($12::text::jsonb -> 'findings') = '[]') AS is_known
), forgotten AS (
  DELETE FROM partman.run WHERE id <= $4::bigint - ${integer(RUNS_KEPT)} AND NOT (SELECT is_known FROM known)
), told AS (${ending} AND NOT (SELECT is_known FROM known))
DELETE FROM partman.run WHERE ${OWN_RUN} AND (SELECT is_known FROM known)`,
      [...values, outcome, JSON.stringify(report)],
    )
    return
  }
  await database.query(
    sql`WITH released AS (${released}), forgotten AS (DELETE FROM partman.run WHERE id <= $4::bigint - ${integer(RUNS_KEPT)}) ${ending}`,
    [...values, outcome, JSON.stringify(report)],
  )
}

/** Turns "no such table" about our own bookkeeping into what to do. */
export function explainMissing(error: unknown): unknown {
  const code = sqlState(error)
  if (code !== SQLSTATE.undefinedTable && code !== SQLSTATE.invalidSchemaName) return error
  return new PartmanError('BOOKKEEPING_MISSING', 'The database has no partman bookkeeping yet', {
    hint: 'Run `partman migrate --name <name>`, then `prisma migrate deploy`.',
    cause: error,
  })
}
