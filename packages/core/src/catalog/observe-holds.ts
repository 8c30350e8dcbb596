import { type Sql, sql } from '../sql/sql.js'
import type { Hold } from '../state/hold.js'
import { formatTableName, type State } from '../state/state.js'

/** A hold as the bookkeeping has it: on a table, which may have been renamed since. */
export interface HoldRow extends Omit<Hold, 'id'> {
  readonly schema: string
  readonly name: string
  readonly oid: string | null
}

/** A hold in JSON; the row is called `h`. */
export const HOLD_JSON: Sql = sql`pg_catalog.json_build_object('schema', h.table_schema, 'name', h.table_name, 'oid', h.table_oid::text, 'tenant', h.tenant,
  'lower', h.lower, 'upper', h.upper, 'reason', h.reason, 'until', pg_catalog.to_char(h.until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))::text`

/** Gives each hold to its table, by the full name of that: the one that bears the name, and the one that bore it when the hold was added. */
export function holdsByTable(rows: ReadonlyMap<string, HoldRow>, { tables }: Pick<State, 'tables'>): ReadonlyMap<string, readonly Hold[]> {
  const holds = new Map<string, Hold[]>()
  for (const [id, { schema, name, oid, ...row }] of rows) {
    const renamed = tables.find((table) => oid !== null && table.oid === oid)
    const names = new Set([formatTableName({ schema, name }), ...(renamed ? [formatTableName(renamed)] : [])])
    for (const one of names) holds.set(one, [...(holds.get(one) ?? []), { id, ...row }])
  }
  return holds
}
