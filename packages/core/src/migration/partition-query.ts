import { createGrid, startOfDay } from '../calendar/window.js'
import { parseDuration } from '../policy/duration.js'
import type { PartitionPolicy, RangePolicy, WindowPolicy } from '../policy/policy.js'
import { renderBound } from '../sql/render-bound.js'
import { constantSql, integer, joinSql, literal, type Sql, sql } from '../sql/sql.js'
import { timeAxis } from '../state/key-axis.js'
import { digitEncoding } from '../state/time-encoding.js'
import { MAX_STARTED_WINDOWS, type WantedPartition, wantValues, wantWindows } from '../state/want-partitions.js'
import { numberSeries } from '../state/window-series.js'

/** The calendar goes as far as PostgreSQL's four-digit years. */
const LAST_INSTANT = Date.UTC(9999, 0, 1)

/**
 * A level whose partitions are the same whenever a migration runs, as a row source: `label`, `template`, `lower`, `upper`. The
 * template is for `format()`, with the tenant's key, `lower` and `upper`.
 */
export function renderFixedLevel(policy: Exclude<PartitionPolicy, RangePolicy>): Sql {
  if (policy.kind === 'number-range') {
    const series = numberSeries(policy, null)
    const windows = wantWindows(policy, series, [], null, undefined)
    return rows(windows, ({ label, from, to }) => {
      const isLast = series.axis.last !== null && to > series.axis.last
      return sql`(${literal(label)}, ${literal(rangeTemplate(policy, isLast))}, '${integer(from)}', '${integer(to)}')`
    })
  }
  if (policy.kind === 'hash') {
    const count = integer(policy.partitions)
    return sql`(SELECT 'h' || n, 'WITH (MODULUS ${count}, REMAINDER %2$s)', n::text, '' FROM pg_catalog.generate_series(0, ${count} - 1) AS n) AS part (label, template, lower, upper)`
  }
  return rows(wantValues(policy, []), ({ label, bound }) => {
    // The text goes through format(), to which a percent sign means something.
    const values = renderBound(bound)
      .replace(/^FOR VALUES /, '')
      .replaceAll('%', '%%')
    return sql`(${literal(label)}, ${literal(values)}, '', '')`
  })
}

function rows<Row extends WantedPartition>(partitions: readonly Row[], render: (row: Row) => Sql): Sql {
  return sql`(VALUES ${joinSql(partitions.map(render), ', ')}) AS part (label, template, lower, upper)`
}

/** The template of a range; the one that holds the last value of the key's type has no upper bound. */
function rangeTemplate({ prefix }: WindowPolicy, isLast: boolean): string {
  const key = prefix ? '%1$L, ' : ''
  return `FROM (${key}%2$L) TO (${key}${isLast ? 'MAXVALUE' : '%3$L'})`
}

/** The windows of a level by time from where its history starts to as many ahead as are declared, as a row source: as that of a fixed level. */
export function renderWindows(policy: RangePolicy): Sql {
  const end = endOfKey(policy)
  const template = literal(rangeTemplate(policy, false))
  const whole = sql`SELECT ${label(policy)}, ${template}::text, ${keyValue(policy, sql`w.lower`)}, ${keyValue(policy, sql`w.upper`)} FROM partman.windows(${windowArguments(policy)}) AS w`
  if (end === null) return sql`(${whole}) AS part (label, template, lower, upper)`
  const ofWindow = sql`CASE WHEN w.upper < ${end} THEN ${template} ELSE ${literal(rangeTemplate(policy, true))} END`
  return sql`(SELECT ${label(policy)}, ${ofWindow}, ${keyValue(policy, sql`w.lower`)}, ${keyValue(policy, sql`w.upper`)} FROM partman.windows(${windowArguments(policy)}) AS w WHERE w.lower < ${end}) AS part (label, template, lower, upper)`
}

/** The first instant that no value of the key's type can tell; null where that is beyond PostgreSQL's four-digit years. */
function endOfKey({ by }: RangePolicy): Sql | null {
  const axis = timeAxis(by)
  if (axis.last === null) return null
  // Windows begin with whole seconds.
  const next = Math.floor(axis.instantAt(axis.last) / 1000) * 1000 + 1000
  return next < LAST_INSTANT ? toTimestamp(next) : null
}

/** A key by date counts on the calendar of its time zone, as if that were UTC. */
function calendarOf({ by, timeZone }: RangePolicy): { readonly zone: string; readonly now: Sql } {
  const now = sql`pg_catalog.clock_timestamp()`
  if (by.type !== 'date') return { zone: timeZone, now }
  return { zone: 'UTC', now: sql`(${now} AT TIME ZONE ${literal(timeZone)} AT TIME ZONE 'UTC')` }
}

function windowArguments(policy: RangePolicy): Sql {
  const { interval, origin, premake, start, retention } = policy
  const { zone, now } = calendarOf(policy)
  const { step } = createGrid(parseDuration(interval), zone, origin)
  const grid = sql`${literal(step.kind)}, ${integer(step.step)}, ${integer(step.origin)}, ${literal(zone)}, ${integer(premake)}, ${now}`
  if (start === null) return grid
  const behind = integer(retention?.kind === 'count' ? Math.min(retention.partitions, MAX_STARTED_WINDOWS) : MAX_STARTED_WINDOWS)
  const instant = toTimestamp(startOfDay(Date.parse(`${start}T00:00:00Z`), zone))
  if (retention?.kind !== 'age') return sql`${grid}, ${behind}, ${instant}`
  const { count, unit } = parseDuration(retention.after)
  const after = unit === 'quarter' ? sql`${integer(count * 3)} months` : sql`${integer(count)} ${constantSql(unit)}s`
  // In one time zone a day may be 25 hours: days are counted on its calendar.
  const isElapsed = unit === 'minute' || unit === 'hour'
  const cutoff = isElapsed
    ? sql`${now} - interval '${after}'`
    : sql`(${now} AT TIME ZONE ${literal(zone)} - interval '${after}') AT TIME ZONE ${literal(zone)}`
  return sql`${grid}, ${behind}, GREATEST(${instant}, ${cutoff})`
}

function toTimestamp(instant: number): Sql {
  return sql`pg_catalog.to_timestamp(${integer(Math.floor(instant / 1000))})`
}

/** A window's end as a value of the key, as PostgreSQL prints it in UTC. */
function keyValue({ by }: RangePolicy, instant: Sql): Sql {
  if (!('encoding' in by)) {
    switch (by.type) {
      case 'timestamptz':
        return sql`pg_catalog.to_char(${instant} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS+00')`
      case 'timestamp':
        return sql`pg_catalog.to_char(${instant} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')`
      case 'date':
        return sql`pg_catalog.to_char(${instant} AT TIME ZONE 'UTC', 'YYYY-MM-DD')`
    }
  }
  const milliseconds = sql`pg_catalog.floor(EXTRACT(EPOCH FROM ${instant}) * 1000)::bigint`
  const digits = digitEncoding(by.encoding, by.type)
  if (digits) {
    const { alphabet, prefix, length, timeDigits, unitMs, hyphens } = digits
    const time = sql`partman.encode_digits(GREATEST(${milliseconds} / ${integer(unitMs)}, 0), ${literal(alphabet)}, ${integer(timeDigits)})`
    const whole = sql`pg_catalog.rpad(${time}, ${integer(length)}, ${literal(alphabet.slice(0, 1))})`
    return hyphens ? sql`${whole}::uuid::text` : sql`${literal(prefix)} || ${whole}`
  }
  if (by.encoding === 'snowflake') return sql`((${milliseconds} - ${integer(by.epoch ?? 0)}) << 22)::text`
  return by.encoding === 'epoch-seconds' ? sql`(${milliseconds} / 1000)::text` : sql`${milliseconds}::text`
}

/** The label of the window `w`, as `windowLabel` writes it. */
function label(policy: RangePolicy): Sql {
  const { interval, origin } = policy
  const { zone } = calendarOf(policy)
  const { unit } = parseDuration(interval)
  const { step } = createGrid(parseDuration(interval), zone, origin)
  const local = sql`w.lower AT TIME ZONE ${literal(zone)}`
  if (step.kind === 'elapsed') return sql`pg_catalog.to_char(w.lower AT TIME ZONE 'UTC', '"p"YYYYMMDD_HH24MI')`
  const first = new Date(step.origin * 86_400_000)
  if (step.kind === 'days' || first.getUTCDate() > 1) return sql`pg_catalog.to_char(${local}, '"p"YYYYMMDD')`
  return unit === 'year' && first.getUTCMonth() === 0
    ? sql`pg_catalog.to_char(${local}, '"p"YYYY')`
    : sql`pg_catalog.to_char(${local}, '"p"YYYYMM')`
}
