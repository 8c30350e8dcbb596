import { PartmanError } from '../error.js'
import type { TableName } from '../policy/document.js'
import type { Database } from '../sql/database.js'
import { type Sql, sql } from '../sql/sql.js'
import type { Hold } from '../state/hold.js'

/** A hold that is to be added. `tenant`, `lower` and `upper` as `Hold` has them. */
export interface NewHold extends Omit<Hold, 'id'> {
  readonly table: TableName
  /** Who holds. */
  readonly by: string
  /** Where they ask from, such as an address, for the audit log. */
  readonly from?: string | undefined
}

/** A hold as it was recorded. */
export interface RecordedHold extends Hold {
  readonly table: TableName
  /** ISO 8601. */
  readonly heldAt: string
  readonly heldBy: string
  /** null: nobody has released it. */
  readonly releasedAt: string | null
  readonly releasedBy: string | null
  /** By the clock of the database: `over` once `until` has passed. */
  readonly state: 'in-force' | 'over' | 'released'
}

const instant = (column: Sql) => sql`pg_catalog.to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/** The columns of a `RecordedHold`, its table as JSON; the row is called `h`. */
export const HOLD_COLUMNS: Sql = sql`h.id::text AS id, pg_catalog.json_build_object('schema', h.table_schema, 'name', h.table_name)::text AS "table",
  h.tenant, h.lower, h.upper, h.reason, ${instant(sql`h.until`)} AS until, ${instant(sql`h.held_at`)} AS "heldAt", h.held_by AS "heldBy",
  ${instant(sql`h.released_at`)} AS "releasedAt", h.released_by AS "releasedBy",
  CASE WHEN h.released_at IS NOT NULL THEN 'released' WHEN h.until <= pg_catalog.clock_timestamp() THEN 'over' ELSE 'in-force' END AS state`

/**
 * Adds a hold. Once it has returned, nothing that the hold is on is detached or dropped any more, but for a concurrent detach that was
 * begun before.
 */
export async function addHold(
  database: Database,
  { table, tenant, lower, upper, reason, until, by, from }: NewHold,
): Promise<RecordedHold> {
  const [added] = await query(
    database,
    sql`WITH h AS (
  INSERT INTO partman.hold (table_schema, table_name, table_oid, tenant, lower, upper, reason, until, held_by)
  VALUES ($1, $2, pg_catalog.to_regclass(pg_catalog.quote_ident($1) || '.' || pg_catalog.quote_ident($2))::oid, $3, $4, $5, $6, $7::timestamptz, $8)
  RETURNING *
), told AS (
  INSERT INTO partman.audit (actor, act, table_schema, table_name, subject, details, reason)
  SELECT h.held_by, 'hold', h.table_schema, h.table_name, 'hold ' || h.id,
    pg_catalog.jsonb_build_object('hold', h.id, 'tenant', h.tenant, 'lower', h.lower, 'upper', h.upper, 'until', h.until) || pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('from', $9::text)), h.reason FROM h
)
SELECT ${HOLD_COLUMNS} FROM h`,
    [table.schema, table.name, tenant, lower, upper, reason, until, by, from ?? null],
  )
  return added!
}

/**
 * Releases a hold, on behalf of somebody.
 *
 * @throws PartmanError `HOLD_UNKNOWN` where there is none of that id, or none any more
 */
export async function releaseHold(
  database: Database,
  { id, by, reason, from }: { id: string; by: string; reason: string | null; from?: string | undefined },
): Promise<RecordedHold> {
  const known = isId(id)
    ? await query(
        database,
        sql`WITH h AS (
  UPDATE partman.hold SET released_at = pg_catalog.clock_timestamp(), released_by = $2 WHERE id = $1::bigint AND released_at IS NULL RETURNING *
), told AS (
  INSERT INTO partman.audit (actor, act, table_schema, table_name, subject, details, reason)
  SELECT h.released_by, 'release', h.table_schema, h.table_name, 'hold ' || h.id,
    pg_catalog.jsonb_build_object('hold', h.id, 'tenant', h.tenant, 'lower', h.lower, 'upper', h.upper) || pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('from', $4::text)), $3 FROM h
)
SELECT ${HOLD_COLUMNS} FROM h`,
        [id, by, reason, from ?? null],
      )
    : []
  if (known[0]) return known[0]
  const [before] = isId(id) ? await query(database, sql`SELECT ${HOLD_COLUMNS} FROM partman.hold h WHERE h.id = $1::bigint`, [id]) : []
  throw new PartmanError(
    'HOLD_UNKNOWN',
    before ? `Hold ${id} was released at ${before.releasedAt} by ${before.releasedBy}` : `There is no hold ${JSON.stringify(id)}`,
    { hint: '`partman hold list` shows those that nobody has released.' },
  )
}

/** The holds that nobody has released, whether their time is over or not; or all that there ever were. In the order of their ids. */
export function listHolds(database: Database, { all = false }: { all?: boolean } = {}): Promise<RecordedHold[]> {
  return query(database, sql`SELECT ${HOLD_COLUMNS} FROM partman.hold h${all ? sql`` : sql` WHERE h.released_at IS NULL`} ORDER BY h.id`)
}

function isId(id: string): boolean {
  return /^[1-9]\d{0,17}$/.test(id)
}

async function query(database: Database, statement: Sql, values?: readonly unknown[]): Promise<RecordedHold[]> {
  const rows = await database.query<Omit<RecordedHold, 'table'> & { table: string }>(statement, values)
  return rows.map((row) => ({ ...row, table: JSON.parse(row.table) as TableName }))
}
