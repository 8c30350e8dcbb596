import type { Database } from '../sql/database.js'
import { sql } from '../sql/sql.js'
import type { RetentionTerms } from '../state/retention-terms.js'
import { formatTableName } from '../state/state.js'
import type { Observation } from './observe-state.js'

/** Reads the retention in force of every table, by its full name. */
export async function observeApprovals(
  database: Database,
  { bookkeepingVersion }: Pick<Observation, 'bookkeepingVersion'>,
): Promise<ReadonlyMap<string, RetentionTerms>> {
  if (bookkeepingVersion === null) return new Map()
  const rows = await database.query<{ schema: string; name: string; retention: string }>(
    sql`SELECT table_schema AS schema, table_name AS name, retention::text AS retention FROM partman.approval`,
  )
  return new Map(rows.map(({ schema, name, retention }) => [formatTableName({ schema, name }), JSON.parse(retention) as RetentionTerms]))
}
