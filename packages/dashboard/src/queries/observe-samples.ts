import { type Database, sql, type TableName } from '@partman/core'

/** How large a table was at an instant, ISO 8601. */
export interface Sample {
  readonly at: string
  readonly bytes: number
  readonly rows: number | null
}

/** All samples of the last two weeks, and the last of each day before, the oldest first. */
const OBSERVE = sql`SELECT pg_catalog.json_agg(pg_catalog.json_build_array(
  pg_catalog.to_char(s.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), s.bytes, s.rows) ORDER BY s.at)::text AS observed
FROM (
  SELECT DISTINCT ON (CASE WHEN at < pg_catalog.now() - interval '14 days' THEN pg_catalog.date_trunc('day', at, 'UTC') ELSE at END) at, bytes, rows
  FROM partman.sample WHERE table_schema = $1 AND table_name = $2
  ORDER BY CASE WHEN at < pg_catalog.now() - interval '14 days' THEN pg_catalog.date_trunc('day', at, 'UTC') ELSE at END, at DESC
) AS s`

/** Reads the samples that the maintainer has kept of a table; none where there is no bookkeeping. */
export async function observeSamples(database: Database, { schema, name }: TableName, hasBookkeeping: boolean): Promise<Sample[]> {
  if (!hasBookkeeping) return []
  const [row] = await database.query<{ observed: string | null }>(OBSERVE, [schema, name])
  const samples = JSON.parse(row?.observed ?? '[]') as [at: string, bytes: number, rows: number | null][]
  return samples.map(([at, bytes, rows]) => ({ at, bytes, rows }))
}
