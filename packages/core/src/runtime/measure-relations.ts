import type { Database } from '../sql/database.js'
import { type Sql, sql } from '../sql/sql.js'
import { SQLSTATE, sqlState } from './sql-state.js'

/**
 * The size of a relation is read under a lock that ends with the reading. Behind one that is locked, or about to be, nobody waits: its size is
 * what the catalog knew last.
 */
const PINNED = sql`pinned AS MATERIALIZED (
  SELECT pg_catalog.set_config('lock_timeout', '100ms', true) AS done
), locked AS MATERIALIZED (
  SELECT l.relation AS oid FROM pinned CROSS JOIN pg_catalog.pg_locks l
  WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock' AND pinned.done IS NOT NULL
    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
), busy AS MATERIALIZED (
  SELECT l.oid FROM locked l
  UNION SELECT x.indrelid FROM locked l JOIN pg_catalog.pg_index x ON x.indexrelid = l.oid
  UNION SELECT c.oid FROM locked l JOIN pg_catalog.pg_class c ON c.reltoastrelid = l.oid
)`

const ESTIMATED_BYTES = sql`(c.relpages::bigint + COALESCE((SELECT pg_catalog.sum(x.relpages) FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = c.oid), 0))::bigint
    * pg_catalog.current_setting('block_size')::bigint`

const MEASURED_BYTES = sql`CASE WHEN b.oid IS NULL THEN pg_catalog.pg_total_relation_size(c.oid::pg_catalog.regclass) ELSE ${ESTIMATED_BYTES} END`

/** By the last ANALYZE or VACUUM; where there was none, as the statistics have counted, and nothing in an empty file. */
const ROWS = sql`CASE WHEN c.reltuples >= 0::real THEN c.reltuples::float8 ELSE NULLIF(pg_catalog.pg_stat_get_live_tuples(c.oid), 0)::float8 END`

/** What relations take. */
export interface Measure {
  readonly bytes: number
  /** null where nothing is known of any of them. */
  readonly rows: number | null
}

/** What a group of relations takes. */
export interface GroupMeasure extends Measure {
  /** Those that hold rows. */
  readonly leaves: number
}

/** Relations that are measured together, with everything below them. */
export interface MeasuredGroup {
  readonly name: string
  readonly oids: readonly string[]
}

/** `measured`: as the file system says; `estimated`: as the catalog knew last, several times faster where there are thousands. */
export type SizeSource = 'measured' | 'estimated'

/** Measures groups of relations with all that is below them. One statement, whatever their number. `sizes`: where they are from. Default: measured. */
export async function measureGroups(
  database: Database,
  groups: readonly MeasuredGroup[],
  sizes: SizeSource = 'measured',
): Promise<ReadonlyMap<string, GroupMeasure>> {
  const members = groups.flatMap(({ name, oids }) => oids.map((oid) => ({ name, oid })))
  if (members.length === 0) return new Map()
  const [row] = await withoutWaiting(sizes, (bytes) =>
    database.query<{ measured: string | null }>(
      sql`WITH RECURSIVE ${PINNED}, tree AS (
  SELECT r.name, r.oid::oid AS oid FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) AS r (name, oid)
  UNION -- not ALL: a partition may be given beside a parent that it is still attached to
  SELECT t.name, i.inhrelid FROM tree t JOIN pg_catalog.pg_inherits i ON i.inhparent = t.oid
), measured AS (
  SELECT t.name, ${bytes} AS bytes, ${ROWS} AS rows
  FROM pinned CROSS JOIN tree t JOIN pg_catalog.pg_class c ON c.oid = t.oid LEFT JOIN busy b ON b.oid = c.oid
  WHERE c.relkind = 'r'::"char" AND pinned.done IS NOT NULL
), summed AS (
  SELECT m.name, pg_catalog.sum(m.bytes) AS bytes, pg_catalog.sum(m.rows) AS rows, pg_catalog.count(*) AS leaves FROM measured m GROUP BY m.name
)
SELECT pg_catalog.json_object_agg(s.name, pg_catalog.json_build_array(s.bytes, s.rows, s.leaves))::text AS measured FROM summed s`,
      [members.map(({ name }) => name), members.map(({ oid }) => oid)],
    ),
  )
  const measured = JSON.parse(row?.measured ?? '{}') as Record<string, [bytes: number | null, rows: number | null, leaves: number]>
  return new Map(Object.entries(measured).map(([name, [bytes, rows, leaves]]) => [name, { bytes: bytes ?? 0, rows, leaves }]))
}

/** What is known of one relation, with everything below it. */
export interface RelationMeasure extends Measure {
  /** Sequential and index scans since the statistics were reset. */
  readonly scans: number
  /** ISO 8601; null before PostgreSQL 16. */
  readonly lastScanAt: string | null
}

/** The first version whose statistics know the time of the last scan. */
const LAST_SCAN_VERSION = 160_000

/** Measures relations by their oids, each with everything below it. One statement, whatever their number. */
export async function measureRelations(
  database: Database,
  oids: readonly string[],
  serverVersion: number,
): Promise<ReadonlyMap<string, RelationMeasure>> {
  if (oids.length === 0) return new Map()
  const lastScan =
    serverVersion < LAST_SCAN_VERSION
      ? sql`NULL::timestamptz`
      : sql`GREATEST(pg_catalog.pg_stat_get_lastscan(c.oid), (SELECT pg_catalog.max(pg_catalog.pg_stat_get_lastscan(i.indexrelid)) FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid))`
  const [row] = await withoutWaiting('measured', (bytes) =>
    database.query<{ measured: string | null }>(
      sql`WITH RECURSIVE ${PINNED}, tree AS (
  SELECT t.oid::oid AS root, t.oid::oid AS oid FROM pg_catalog.unnest($1::text[]) AS t (oid)
  UNION ALL
  SELECT t.root, i.inhrelid FROM tree t JOIN pg_catalog.pg_inherits i ON i.inhparent = t.oid
), measured AS (
  SELECT t.root, ${bytes} AS bytes, ${ROWS} AS rows,
    pg_catalog.pg_stat_get_numscans(c.oid)
      + COALESCE((SELECT pg_catalog.sum(pg_catalog.pg_stat_get_numscans(i.indexrelid)) FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid), 0) AS scans,
    ${lastScan} AS last_scan
  FROM pinned CROSS JOIN tree t JOIN pg_catalog.pg_class c ON c.oid = t.oid LEFT JOIN busy b ON b.oid = c.oid
  WHERE c.relkind = 'r'::"char" AND pinned.done IS NOT NULL
), summed AS (
  SELECT m.root, pg_catalog.sum(m.bytes) AS bytes, pg_catalog.sum(m.rows) AS rows, pg_catalog.sum(m.scans) AS scans, pg_catalog.max(m.last_scan) AS last_scan
  FROM measured m GROUP BY m.root
)
SELECT pg_catalog.json_agg(pg_catalog.json_build_array(s.root::text, s.bytes, s.rows, s.scans,
  pg_catalog.to_char(s.last_scan AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))::text AS measured FROM summed s`,
      [oids],
    ),
  )
  type Row = [oid: string, bytes: number | null, rows: number | null, scans: number, lastScanAt: string | null]
  const measured = JSON.parse(row?.measured ?? '[]') as Row[]
  return new Map(measured.map(([oid, bytes, rows, scans, lastScanAt]) => [oid, { bytes: bytes ?? 0, rows, scans, lastScanAt }]))
}

/** Where a lock came up between the look at the locks and the reading, all sizes are what the catalog knew last. */
async function withoutWaiting<T>(sizes: SizeSource, query: (bytes: Sql) => Promise<T>): Promise<T> {
  if (sizes === 'estimated') return query(ESTIMATED_BYTES)
  try {
    return await query(MEASURED_BYTES)
  } catch (error) {
    if (sqlState(error) !== SQLSTATE.lockNotAvailable) throw error
    return query(ESTIMATED_BYTES)
  }
}
