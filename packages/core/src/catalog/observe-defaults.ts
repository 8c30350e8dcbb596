import type { TableName } from '../policy/document.js'
import type { Database } from '../sql/database.js'
import { renderCondition, renderKey } from '../sql/render-condition.js'
import { constantSql, integer, joinSql, qualified, type Sql, sql } from '../sql/sql.js'
import type { Bound } from '../state/bound.js'
import type { ComparedKey } from '../state/default-proof.js'
import { MOST_ROWS, MOST_ROWS_IN_WAY, type SeenDefault, type SeenRows } from '../state/default-rows.js'
import { LOCK_TIMEOUT_MS } from './lock-timeout.js'

/** Sizes are read under locks that end with the reading. */
const OBSERVE_SIZES = constantSql(`
WITH pinned AS MATERIALIZED (SELECT pg_catalog.set_config('lock_timeout', '${LOCK_TIMEOUT_MS}ms', true) AS done)
SELECT pg_catalog.json_agg((
  SELECT COALESCE(pg_catalog.sum(CASE WHEN pinned.done IS NOT NULL THEN pg_catalog.pg_relation_size(one.oid::oid::pg_catalog.regclass) END), 0::numeric)
  FROM pinned CROSS JOIN LATERAL pg_catalog.json_array_elements_text(list.oids::json) AS one (oid)
) ORDER BY list.position)::text AS observed
FROM pg_catalog.unnest($1::text[]) WITH ORDINALITY AS list (oids, position)`)

/** Reads how many bytes the rows of some relations take, each given by the object ids of its leaves. */
export async function observeBytes(database: Database, relations: readonly (readonly string[])[]): Promise<number[]> {
  if (relations.length === 0) return []
  const [row] = await database.query<{ observed: string }>(OBSERVE_SIZES, [relations.map((oids) => JSON.stringify(oids))])
  return JSON.parse(row?.observed ?? '[]') as number[]
}

/**
 * The queries come as values and are planned while the statement runs, after the lock timeout is set, and the formats that values print
 * in. What they give is in hexadecimal, because XML has its own ideas of characters. Row security that would hide rows is an error.
 */
const OBSERVE = constantSql(`
WITH pinned AS MATERIALIZED (
  SELECT pg_catalog.set_config('lock_timeout', '${LOCK_TIMEOUT_MS}ms', true) || pg_catalog.set_config('row_security', 'off', true)
    || pg_catalog.set_config('TimeZone', 'UTC', true) || pg_catalog.set_config('DateStyle', 'ISO, YMD', true) AS done
)
SELECT pg_catalog.json_agg(pg_catalog.convert_from(pg_catalog.decode(pg_catalog.substring(
  CASE WHEN pinned.done IS NOT NULL THEN pg_catalog.query_to_xml(one.query, false, true, ''::text) END::text, '<seen>([^<]*)</seen>'::text
), 'hex'::text), 'UTF8'::name)::json ORDER BY one.position)::text AS observed
FROM pinned, pg_catalog.json_array_elements_text($1::json) WITH ORDINALITY AS one (query, position)`)

/** A DEFAULT partition, and the bounds of partitions that are to be made beside it. */
export interface AskedDefault {
  readonly partition: TableName
  readonly key: ComparedKey
  readonly bounds: readonly Bound[]
}

/** Looks at the rows of some DEFAULT partitions, in one statement. */
export async function observeDefaults(database: Database, asked: readonly AskedDefault[]): Promise<SeenDefault[]> {
  if (asked.length === 0) return []
  const queries = asked.flatMap((one) => [
    renderSeen(one, constantSql('true'), MOST_ROWS),
    ...one.bounds.map((bound) => renderSeen(one, renderCondition(bound, one.key), MOST_ROWS_IN_WAY)),
  ])
  const [row] = await database.query<{ observed: string }>(OBSERVE, [JSON.stringify(queries)])
  const seen = (JSON.parse(row?.observed ?? '[]') as [number, SeenRows['keys']][]).map(([rows, keys]): SeenRows => ({ rows, keys }))
  let next = 0
  return asked.map(({ bounds }) => {
    const [all, ...inWay] = seen.slice(next, next + bounds.length + 1)
    next += bounds.length + 1
    return { all: all!, inWay }
  })
}

function renderSeen({ partition, key }: AskedDefault, condition: Sql, most: number): Sql {
  const columns = renderKey(key)
  const ends = columns.map(({ column, operator }) => {
    const end = (strategy: '<' | '>') =>
      sql`(pg_catalog.array_agg(${column}::pg_catalog.text ORDER BY ${column} USING ${operator(strategy)}) FILTER (WHERE ${column} IS NOT NULL))[1]`
    return sql`pg_catalog.json_build_array(${end('<')}, ${end('>')})`
  })
  const json = sql`pg_catalog.json_build_array(pg_catalog.count(*), pg_catalog.json_build_array(${joinSql(ends, ', ')}))::pg_catalog.text`
  return sql`SELECT pg_catalog.encode(pg_catalog.convert_to(${json}, 'UTF8'), 'hex') AS seen FROM (SELECT * FROM ${qualified(partition)} WHERE ${condition} LIMIT ${integer(most + 1)}) AS looked_at`
}
