import { createGrid, startOfDay } from '../calendar/window.js'
import { parseDuration } from '../policy/duration.js'
import type { PartitionPolicy, RangePolicy } from '../policy/policy.js'
import { renderBound } from '../sql/render-bound.js'
import { constantSql, integer, joinSql, literal, type Sql, sql } from '../sql/sql.js'
import { digitEncoding } from '../state/time-encoding.js'
import { MAX_STARTED_WINDOWS, type WantedPartition, wantValues, wantWindows } from '../state/want-partitions.js'
import { numberSeries } from '../state/window-series.js'

/** A level whose partitions are the same whenever a migration runs, as a row source: `label`, `template`, `lower`, `upper`. */
export function renderFixedLevel(policy: Exclude<PartitionPolicy, RangePolicy>): Sql {
  if (policy.kind === 'number-range') {
    const windows = wantWindows(policy, numberSeries(policy, null), [], null, undefined)
    return rows(windows, ({ label, from, to }) => sql`(${literal(label)}, 'FROM (%L) TO (%L)', '${integer(from)}', '${integer(to)}')`)
  }
  if (policy.kind === 'hash') {
    const count = integer(policy.partitions)
    return sql`(SELECT 'h' || n, 'WITH (MODULUS ${count}, REMAINDER %s)', n::text, '' FROM pg_catalog.generate_series(0, ${count} - 1) AS n) AS part (label, template, lower, upper)`
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

/** The windows of a level by time from where its history starts to as many ahead as are declared, as a row source: `label`, `template`, `lower`, `upper`. */
export function renderWindows(policy: RangePolicy): Sql {
  return sql`(SELECT ${label(policy)}, 'FROM (%L) TO (%L)'::text, ${keyValue(policy, sql`w.lower`)}, ${keyValue(policy, sql`w.upper`)} FROM partman.windows(${windowArguments(policy)}) AS w) AS part (label, template, lower, upper)`
}

function windowArguments({ interval, timeZone, origin, premake, start, retention }: RangePolicy): Sql {
  const { step } = createGrid(parseDuration(interval), timeZone, origin)
  const grid = sql`${literal(step.kind)}, ${integer(step.step)}, ${integer(step.origin)}, ${literal(timeZone)}, ${integer(premake)}, pg_catalog.clock_timestamp()`
  if (start === null) return grid
  const behind = retention?.kind === 'count' ? retention.partitions : MAX_STARTED_WINDOWS
  const instant = sql`pg_catalog.to_timestamp(${integer(startOfDay(Date.parse(`${start}T00:00:00Z`), timeZone) / 1000)})`
  if (retention?.kind !== 'age') return sql`${grid}, ${integer(behind)}, ${instant}`
  const { count, unit } = parseDuration(retention.after)
  const after = unit === 'quarter' ? sql`${integer(count * 3)} months` : sql`${integer(count)} ${constantSql(unit)}s`
  const zone = literal(timeZone)
  // In one time zone a day may be 25 hours: days are counted on its calendar.
  return sql`${grid}, ${integer(behind)}, GREATEST(${instant}, (pg_catalog.clock_timestamp() AT TIME ZONE ${zone} - interval '${after}') AT TIME ZONE ${zone})`
}

/** A window's end as a value of the key, as PostgreSQL prints it in UTC. */
function keyValue({ by, timeZone }: RangePolicy, instant: Sql): Sql {
  if (!('encoding' in by)) {
    switch (by.type) {
      case 'timestamptz':
        return sql`pg_catalog.to_char(${instant} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS+00')`
      case 'timestamp':
        return sql`pg_catalog.to_char(${instant} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')`
      case 'date':
        return sql`pg_catalog.to_char(${instant} AT TIME ZONE ${literal(timeZone)}, 'YYYY-MM-DD')`
    }
  }
  const milliseconds = sql`pg_catalog.floor(EXTRACT(EPOCH FROM ${instant}) * 1000)::bigint`
  const digits = digitEncoding(by.encoding, by.type)
  if (digits) {
    const { alphabet, prefix, length, timeDigits, unitMs, hyphens } = digits
    const time = sql`partman.encode_digits(${milliseconds} / ${integer(unitMs)}, ${literal(alphabet)}, ${integer(timeDigits)})`
    const whole = sql`pg_catalog.rpad(${time}, ${integer(length)}, ${literal(alphabet.slice(0, 1))})`
    return hyphens ? sql`${whole}::uuid::text` : sql`${literal(prefix)} || ${whole}`
  }
  if (by.encoding === 'snowflake') return sql`((${milliseconds} - ${integer(by.epoch ?? 0)}) << 22)::text`
  return by.encoding === 'epoch-seconds' ? sql`(${milliseconds} / 1000)::text` : sql`${milliseconds}::text`
}

/** The label of the window `w`, as `windowLabel` writes it. */
function label({ interval, timeZone, origin }: RangePolicy): Sql {
  const { count: _, unit } = parseDuration(interval)
  const { step } = createGrid(parseDuration(interval), timeZone, origin)
  const local = sql`w.lower AT TIME ZONE ${literal(timeZone)}`
  if (step.kind === 'elapsed') return sql`pg_catalog.to_char(w.lower AT TIME ZONE 'UTC', '"p"YYYYMMDD_HH24MI')`
  const first = new Date(step.origin * 86_400_000)
  if (step.kind === 'days' || first.getUTCDate() > 1) return sql`pg_catalog.to_char(${local}, '"p"YYYYMMDD')`
  return unit === 'year' && first.getUTCMonth() === 0
    ? sql`pg_catalog.to_char(${local}, '"p"YYYY')`
    : sql`pg_catalog.to_char(${local}, '"p"YYYYMM')`
}
