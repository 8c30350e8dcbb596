import type { TableName } from '../policy/document.js'
import type { Database } from '../sql/database.js'
import { sql } from '../sql/sql.js'
import { HOLD_COLUMNS, type RecordedHold } from './record-hold.js'

/** The rows that a hold is on, whatever their range: those of a tenant, or of all (null). */
export interface HeldRows {
  readonly table: TableName
  readonly tenant: string | null
}

/** Which holds to give. */
export interface HoldsAsked {
  /** Also those that are over or released. Default: those in force. */
  readonly all?: boolean
  /** Only those before this one, by its id. */
  readonly before?: string | undefined
  /** Only the one of this id. */
  readonly id?: string | undefined
  /** Only those on such rows. Default: on any. */
  readonly of?: readonly HeldRows[] | undefined
  readonly limit: number
}

/** The rows that anybody has ever held. */
export async function observeHeldRows(database: Database): Promise<HeldRows[]> {
  const rows = await database.query<{ schema: string; name: string; tenant: string | null }>(
    sql`SELECT DISTINCT h.table_schema AS schema, h.table_name AS name, h.tenant FROM partman.hold h`,
  )
  return rows.map(({ tenant, ...table }) => ({ table, tenant }))
}

const PAGE = sql`WITH chosen AS (
  SELECT h.* FROM partman.hold h
  WHERE ($1::boolean OR (h.released_at IS NULL AND (h.until IS NULL OR h.until > pg_catalog.clock_timestamp())))
    AND ($2::text IS NULL OR EXISTS (
      SELECT FROM pg_catalog.jsonb_to_recordset($2::text::jsonb) AS v (schema text, name text, tenant text)
      WHERE v.schema = h.table_schema AND v.name = h.table_name AND v.tenant IS NOT DISTINCT FROM h.tenant))
), counted AS (
  SELECT pg_catalog.count(*)::text AS total FROM chosen
)
SELECT c.total, page.* FROM counted c LEFT JOIN (
  SELECT ${HOLD_COLUMNS} FROM chosen h WHERE ($3::bigint IS NULL OR h.id < $3::bigint) AND ($4::bigint IS NULL OR h.id = $4::bigint) ORDER BY h.id DESC LIMIT $5::int
) AS page ON true ORDER BY page.id::bigint DESC`

/** Gives one page of the holds, the last one first, and how many there are of all pages. */
export async function pageHolds(
  database: Database,
  { all = false, before, id, of, limit }: HoldsAsked,
): Promise<{ readonly holds: readonly RecordedHold[]; readonly total: number }> {
  const rows = await database.query<Omit<RecordedHold, 'id' | 'table'> & { id: string | null; table: string; total: string }>(PAGE, [
    all,
    of === undefined ? null : JSON.stringify(of.map(({ table: { schema, name }, tenant }) => ({ schema, name, tenant }))),
    before ?? null,
    id ?? null,
    limit,
  ])
  return {
    total: Number(rows[0]?.total ?? 0),
    holds: rows.flatMap(({ total: _, id: found, table, ...hold }) =>
      found === null ? [] : [{ ...hold, id: found, table: JSON.parse(table) as TableName }],
    ),
  }
}
