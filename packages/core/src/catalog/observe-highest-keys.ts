import type { NumberRangePolicy } from '../policy/policy.js'
import type { Database } from '../sql/database.js'
import { constantSql, identifier, joinSql, literal, qualified, type Sql, sql } from '../sql/sql.js'
import { keyAxis } from '../state/key-axis.js'
import { placeSpans } from '../state/range-span.js'
import type { Partition } from '../state/state.js'
import { LOCK_TIMEOUT_MS } from './lock-timeout.js'
import { type KnownValue, knownOfSeries, type WindowParent } from './window-parents.js'

/** A found parent of a level by number. */
export type NumberParent = WindowParent & { readonly policy: NumberRangePolicy }

/**
 * The queries come as values and are planned while the statement runs, after the lock timeout is set: `probe` asks the
 * partitions of a series one after the other and stops at the first that has rows, so that no more than these are locked. Row
 * security that would hide rows is an error, and not a smaller number.
 */
const OBSERVE = constantSql(`
WITH pinned AS MATERIALIZED (
  SELECT pg_catalog.set_config('lock_timeout', '${LOCK_TIMEOUT_MS}ms', true) || pg_catalog.set_config('row_security', 'off', true) AS done
)
SELECT pg_catalog.json_agg((
  SELECT probe.highest
  FROM (
    SELECT pg_catalog.substring(
      CASE WHEN pinned.done IS NOT NULL THEN pg_catalog.query_to_xml(query, false, true, ''::text) END::text, '<highest>([^<]*)</highest>'::text
    ) AS highest
    FROM pg_catalog.json_array_elements_text(series.queries) AS query
    OFFSET 0
  ) AS probe
  WHERE probe.highest IS NOT NULL
  LIMIT 1
) ORDER BY series.position)::text AS observed
FROM pinned, pg_catalog.json_array_elements($1::json) WITH ORDINALITY AS series (queries, position)`)

/** The highest key below a parent, of all and of each tenant that has a series of its own there; null where there are no rows. */
export interface HighestKeys {
  readonly highestKey: string | null
  readonly highestKeyOf: ReadonlyMap<string, string | null>
}

/**
 * Reads the highest key below each of some parents, as PostgreSQL prints it, in their order. Each series is read from
 * its upper end, by an index where one begins with what is known of the rows and the key.
 */
export async function observeHighestKeys(database: Database, parents: readonly NumberParent[]): Promise<HighestKeys[]> {
  const series = parents.map(seriesOf)
  const queries = series
    .flat()
    .map((partitions) => partitions.flatMap(({ partition, known, policy }) => highestIn(partition, known, policy)))
  if (queries.every(({ length }) => length === 0)) return parents.map(() => ({ highestKey: null, highestKeyOf: new Map() }))
  const [row] = await database.query<{ observed: string | null }>(OBSERVE, [JSON.stringify(queries)])
  const found = JSON.parse(row?.observed ?? '[]') as (string | null)[]
  let end = 0
  return parents.map(({ policy }, index) => {
    const start = end
    end += series[index]!.length
    const own = found.slice(start, end)
    const tenants = series[index]!.map(([probe]) => probe?.tenant ?? null)
    const highestKeyOf = new Map(tenants.flatMap((tenant, n) => (tenant === null ? [] : [[tenant, own[n] ?? null] as const])))
    return { highestKey: highestOf(policy, own), highestKeyOf }
  })
}

/** How many partitions a read of this parent asks, as long as those behind the newest rows are full. */
export function countProbes(parent: NumberParent): number {
  return seriesOf(parent).reduce((sum, { length }) => sum + Math.min(length, parent.policy.premake + 2), 0)
}

interface Probe {
  /** Whose series it is of, where each tenant has one. */
  readonly tenant: string | null
  readonly partition: Partition
  readonly known: readonly KnownValue[]
  readonly policy: NumberRangePolicy
}

/**
 * The series below a parent, each from its upper end. The DEFAULT partition is none: one row with a number far ahead, which it takes, would
 * make all the others the past.
 */
function seriesOf({ parent, policy, known }: NumberParent): Probe[][] {
  const { series, unplaced } = placeSpans(policy, keyAxis(policy), parent.partitions)
  return [
    ...[...series].map(([tenant, spans]) => {
      const ofSeries = [...known, ...knownOfSeries(policy.prefix, tenant)]
      return spans.toReversed().map(({ partition }) => ({ tenant, partition, known: ofSeries, policy }))
    }),
    ...unplaced.map((partition) => [{ tenant: null, partition, known, policy }]),
  ]
}

/** The query for one partition; none where all its rows are on other servers. */
function highestIn(partition: Partition, known: readonly KnownValue[], policy: NumberRangePolicy): Sql[] {
  const leaves = localLeaves(partition).map(
    (leaf) => sql`SELECT ${highestOfLeaf(policy)} AS highest FROM ${qualified(leaf)}${where(policy, known)}`,
  )
  if (leaves.length === 0) return []
  return [sql`SELECT pg_catalog.max(highest)::pg_catalog.text AS highest FROM (${joinSql(leaves, ' UNION ALL ')}) AS leaf`]
}

function localLeaves(partition: Partition): Partition[] {
  if (partition.alien?.kind === 'foreign-table') return []
  return partition.partitionBy ? partition.partitions.flatMap(localLeaves) : [partition]
}

function highestOfLeaf({ by }: NumberRangePolicy): Sql {
  const highest = sql`pg_catalog.max(${identifier(by.column)})`
  return by.type === 'numeric' ? sql`pg_catalog.floor(${highest})` : highest
}

/** A numeric may be infinite, or not a number, which counts as more than that. */
function where({ by }: NumberRangePolicy, known: readonly KnownValue[]): Sql {
  const conditions = known.map(({ column, value }) => sql`${identifier(column)} OPERATOR(pg_catalog.=) ${literal(value)}`)
  if (by.type === 'numeric') conditions.push(sql`${identifier(by.column)} OPERATOR(pg_catalog.<) 'Infinity'::pg_catalog.numeric`)
  return conditions.length === 0 ? sql`` : sql` WHERE ${joinSql(conditions, ' AND ')}`
}

function highestOf(policy: NumberRangePolicy, found: readonly (string | null)[]): string | null {
  const axis = keyAxis(policy)
  let highest: { readonly text: string; readonly position: bigint } | null = null
  for (const text of found) {
    const position = text === null ? undefined : axis.parse(text)
    if (text === null || typeof position !== 'bigint') continue
    if (highest === null || position > highest.position) highest = { text, position }
  }
  return highest?.text ?? null
}
