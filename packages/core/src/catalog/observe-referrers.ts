import type { TableName } from '../policy/document.js'
import type { Database } from '../sql/database.js'
import { identifier, joinSql, qualified, type Sql, sql } from '../sql/sql.js'
import type { Referrer } from '../state/state.js'

/** A partition, and a foreign key whose rows may refer to those in it. */
export interface Reference {
  readonly partition: TableName
  readonly referrer: Referrer
}

/** Tells of each whether a row refers to the partition: what PostgreSQL itself looks for before it lets the partition go. One statement. */
export async function observeReferrers(database: Database, references: readonly Reference[]): Promise<boolean[]> {
  if (references.length === 0) return []
  const asked = references.map(({ partition, referrer }) => renderExists(partition, referrer))
  const [row] = await database.query<{ observed: string }>(
    sql`SELECT pg_catalog.json_build_array(${joinSql(asked, ', ')})::text AS observed FROM (SELECT pg_catalog.set_config('lock_timeout', '100ms', true) AS done) AS pinned WHERE done IS NOT NULL`,
  )
  return JSON.parse(row?.observed ?? '[]') as boolean[]
}

function renderExists(partition: TableName, referrer: Referrer): Sql {
  const pairs = referrer.columns.map(
    ([referring, referred]) => sql`r.${identifier(referring)} OPERATOR(pg_catalog.=) p.${identifier(referred)}`,
  )
  return sql`EXISTS (SELECT FROM ${qualified(referrer)} r JOIN ${qualified(partition)} p ON ${joinSql(pairs, ' AND ')})`
}
