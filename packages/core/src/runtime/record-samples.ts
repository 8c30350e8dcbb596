import type { Operation } from '../plan/operation.js'
import type { TablePolicy } from '../policy/document.js'
import type { Database } from '../sql/database.js'
import { sql } from '../sql/sql.js'
import { type State, sameTable } from '../state/state.js'
import { isLeaseHeld, type Lease } from './lease.js'
import { measureGroups } from './measure-relations.js'

/** How long samples are kept: a year, and what it takes to compare with the one before. */
const KEPT = sql`interval '400 days'`

/**
 * Notes how large the declared tables are at this moment, retired partitions included, and forgets what is older than 400 days. Three statements.
 * It counts as done once it is begun: measuring that is cut off in one run would be in each. `state` and `operations` are those of the run: the
 * state was read before it detached anything, so what it has detached is told by its operations.
 */
export async function recordSamples(
  database: Database,
  tables: readonly TablePolicy[],
  { state, operations }: { readonly state: State; readonly operations: readonly Operation[] },
  lease: Lease,
): Promise<void> {
  const groups = tables.flatMap(({ model, table }) => {
    const found = state.tables.find((one) => sameTable(one, table))
    if (!found?.oid) return []
    const detached = state.detached.filter(({ marker }) => sameTable(marker.table, table)).map(({ oid }) => oid)
    const leaving = operations.flatMap((one) => (one.kind === 'detach-partition' && sameTable(one.table, table) ? [one.partition.oid] : []))
    return [{ name: model, table, oids: [found.oid, ...detached, ...leaving] }]
  })
  const held = [lease.name, lease.holder, lease.token]
  const [begun] = await database.query<{ at: string }>(
    sql`UPDATE partman.lease l SET sampled_at = pg_catalog.clock_timestamp() WHERE ${isLeaseHeld('$1', '$2', '$3')} RETURNING l.sampled_at::text AS at`,
    held,
  )
  if (!begun) return
  const measures = await measureGroups(database, groups)
  const samples = groups.map(({ name, table }) => {
    const { bytes, rows, leaves } = measures.get(name) ?? { bytes: 0, rows: null, leaves: 0 }
    return { schema: table.schema, name: table.name, leaves, bytes, rows: rows === null ? null : Math.round(rows) }
  })
  await database.query(
    sql`WITH sampled AS (
  SELECT $5::timestamptz AS at FROM partman.lease l WHERE ${isLeaseHeld('$1', '$2', '$3')}
), forgotten AS (
  DELETE FROM partman.sample WHERE at < (SELECT sampled.at FROM sampled) - ${KEPT}
)
INSERT INTO partman.sample (table_schema, table_name, at, leaves, bytes, rows)
SELECT s.schema, s.name, sampled.at, s.leaves, s.bytes, s.rows
FROM sampled CROSS JOIN pg_catalog.json_to_recordset($4::text::json) AS s (schema text, name text, leaves int, bytes bigint, rows bigint)`,
    [...held, JSON.stringify(samples), begun.at],
  )
}
