import { PartmanError } from '../error.js'
import type { Database } from '../sql/database.js'
import { integer, sql } from '../sql/sql.js'
import { SQLSTATE, sqlState } from './sql-state.js'

/** The right to maintain, for a while. The token grows with every grant, so an old holder can be told from the present one. */
export interface Lease {
  readonly name: string
  readonly holder: string
  readonly token: string
  /** The run that was begun with it. */
  readonly runId: string
}

const TTL = sql`interval '60 seconds'`

/**
 * Takes the lease and begins a run, in one statement; undefined while another holder has it. A row, not a session lock:
 * it means the same through a transaction pooler.
 *
 * @throws PartmanError `BOOKKEEPING_MISSING`
 */
export async function acquireLease(database: Database, name: string, holder: string): Promise<Lease | undefined> {
  try {
    const [row] = await database.query<{ token: string; run_id: string }>(
      sql`WITH granted AS (
  INSERT INTO partman.lease AS l (name, holder, token, expires_at) VALUES ($1, $2, 1, pg_catalog.clock_timestamp() + ${TTL})
  ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, token = l.token + 1, expires_at = excluded.expires_at
  WHERE l.expires_at < pg_catalog.clock_timestamp()
  RETURNING token, holder
), begun AS (
  INSERT INTO partman.run (holder) SELECT holder FROM granted RETURNING id
)
SELECT granted.token::text AS token, begun.id::text AS run_id FROM granted, begun`,
      [name, holder],
    )
    return row && { name, holder, token: row.token, runId: row.run_id }
  } catch (error) {
    throw explainMissing(error)
  }
}

/** Keeps the lease for another minute. False: it has gone to somebody else. */
export async function renewLease(database: Database, lease: Lease): Promise<boolean> {
  const rows = await database.query(
    sql`UPDATE partman.lease SET expires_at = pg_catalog.clock_timestamp() + ${TTL} WHERE name = $1 AND token = $2::bigint RETURNING 1 AS kept`,
    [lease.name, lease.token],
  )
  return rows.length > 0
}

/** How many runs, idle ones included, the history goes back: a week of one a minute. */
const RUNS_KEPT = 10_000

/** Ends the run and gives the lease back. A run that did nothing leaves no row but the instant in the lease. */
export async function releaseLease(database: Database, lease: Lease, report: object | null): Promise<void> {
  const released = sql`UPDATE partman.lease SET expires_at = pg_catalog.clock_timestamp(), last_run_at = pg_catalog.clock_timestamp() WHERE name = $1 AND token = $2::bigint`
  if (report === null) {
    await database.query(sql`WITH released AS (${released}) DELETE FROM partman.run WHERE id = $3::bigint`, [
      lease.name,
      lease.token,
      lease.runId,
    ])
  } else {
    await database.query(
      sql`WITH released AS (${released}), forgotten AS (DELETE FROM partman.run WHERE id <= $3::bigint - ${integer(RUNS_KEPT)}) UPDATE partman.run SET finished_at = pg_catalog.clock_timestamp(), report = $4::text::jsonb WHERE id = $3::bigint`,
      [lease.name, lease.token, lease.runId, JSON.stringify(report)],
    )
  }
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
