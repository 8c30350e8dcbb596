import type { WindowPolicy } from '../policy/policy.js'
import { formatBound } from '../state/bound.js'
import type { ComparedKey } from '../state/default-proof.js'
import { type DefaultPlace, MOST_ROWS, MOST_ROWS_IN_WAY, type SeenRows } from '../state/default-rows.js'
import { keyAxis, timeAxis } from '../state/key-axis.js'
import { formatTableName } from '../state/state.js'
import type { Finding } from './finding.js'

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const

/** Tells that a DEFAULT partition holds rows: how many, which, since when, and where they would belong. */
export function defaultHoldsRows({ wanted, policy, partition, key }: DefaultPlace, seen: SeenRows, now: number): Finding[] {
  if (seen.rows === 0) return []
  const { table, model, declaredAt } = wanted.policy
  const isWindows = policy.kind === 'range' || policy.kind === 'number-range'
  const more = isWindows ? [...formatAge(policy, seen, now), ...formatWindows(wanted.series(policy, null), policy, seen)] : []
  return [
    {
      table,
      model,
      declaredAt,
      code: 'DEFAULT_HOLDS_ROWS',
      // Where one is declared, it is there to hold them.
      severity: 'default' in policy && policy.default ? 'info' : 'warning',
      message: `${formatTableName(partition)} holds ${formatRowCount(seen, 'all')}, ${[formatKeys(key, seen), ...more].join('; ')}`,
      nextStep: isWindows
        ? 'A DEFAULT partition takes what comes too early or too late. Move the rows, or delete them: those of a window stand in its way.'
        : 'They have a value that no other partition holds. Declare it, or register its tenant, once the rows are out of the way.',
    },
  ]
}

/** How many rows, as far as they were counted. */
export function formatRowCount({ rows }: SeenRows, of: 'all' | 'in-way'): string {
  const most = of === 'all' ? MOST_ROWS : MOST_ROWS_IN_WAY
  if (rows > most) return `more than ${most.toLocaleString('en')} rows`
  return rows === 1 ? '1 row' : `${rows.toLocaleString('en')} rows`
}

/** The ends of each key column among the rows that were looked at. */
export function formatKeys({ columns }: ComparedKey, { keys }: SeenRows): string {
  const ends = keys.map(([lowest, highest], index) => {
    if (lowest === null || highest === null) return `${columns[index]} NULL`
    return lowest === highest ? `${columns[index]} ${lowest}` : `${columns[index]} from ${lowest} to ${highest}`
  })
  return ends.join(', ')
}

function formatAge(policy: WindowPolicy, { keys }: SeenRows, now: number): string[] {
  if (policy.kind !== 'range') return []
  const axis = timeAxis(policy.by)
  const oldest = axis.parse(keys.at(-1)?.[0] ?? '')
  if (typeof oldest !== 'bigint') return []
  const age = now - axis.instantAt(oldest)
  const [unit, ms] = UNITS.find(([, length]) => age >= length) ?? []
  if (unit === undefined || ms === undefined) return []
  const count = Math.floor(age / ms)
  return [`the oldest is ${count} ${unit}${count === 1 ? '' : 's'} old`]
}

/** The windows that the lowest and the highest key belong to. */
function formatWindows(series: ReturnType<DefaultPlace['wanted']['series']>, policy: WindowPolicy, { keys }: SeenRows): string[] {
  const axis = keyAxis(policy)
  const windows = (keys.at(-1) ?? []).map((text) => {
    const position = axis.parse(text ?? '')
    const window = typeof position === 'bigint' ? series.window(series.offsetAt(position)) : undefined
    if (!window) return undefined
    return formatBound({ kind: 'range', from: [{ value: axis.format(window.from) }], to: [{ value: axis.format(window.to) }] })
  })
  const [first, last] = windows
  if (first === undefined || last === undefined) return []
  return [first === last ? `of the window ${first}` : `of the windows ${first} to ${last}`]
}
