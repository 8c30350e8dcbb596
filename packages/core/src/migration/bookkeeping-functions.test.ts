import { testDatabase } from '@partman/testing/vitest'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createGrid, type Grid, windowIndexAt, windowStart } from '../calendar/window.js'
import { localDates, ZONES } from '../fixtures/local-dates.js'
import { parseDuration } from '../policy/duration.js'
import { joinName, valueLabel } from '../state/partition-name.js'
import { digitEncoding, formatDigits, timeWeight } from '../state/time-encoding.js'
import { renderBookkeeping } from './bookkeeping.js'

const HOUR_MS = 3_600_000
/** PostgreSQL and the runtime each have a copy of the time zone database; after 2037 they do not tell the same of every zone (of Gaza, for one). */
const [FIRST, LAST] = [Date.UTC(1970, 0, 3), Date.UTC(2037, 0, 1)]
const SEED = Number(process.env['PARTMAN_SEED'] ?? 1)

const GRIDS: readonly (readonly [interval: string, origin: string | null])[] = [
  ['1 minute', null],
  ['90 minutes', '2017-03-26 06:30'],
  ['5 hours', null],
  ['7 hours', '2017-03-26 06:30'],
  ['1 day', null],
  ['10 days', '2020-02-28'],
  ['1 week', null],
  ['1 week', '1970-01-04'],
  ['2 weeks', '2016-02-28'],
  ['1 month', null],
  ['5 months', '2020-02-28'],
  ['1 quarter', null],
  ['1 year', '2020-04-06'],
  ['10 years', null],
]

interface Case {
  readonly grid: Grid
  readonly instant: number
  readonly ahead: number
  readonly behind: number
  /** How many windows before the instant's own history begins, if it does. */
  readonly since: number | null
}

/** Any instant, and as often one beside a change of the clocks, where calendars go wrong. */
const instantIn = (timeZone: string) => {
  const changes = localDates(timeZone).changes.filter((change) => change > FIRST && change < LAST)
  const anywhere = fc.integer({ min: FIRST, max: LAST })
  if (changes.length === 0) return anywhere
  const beside = fc
    .record({ change: fc.constantFrom(...changes), minutes: fc.integer({ min: -1600, max: 1600 }), ms: fc.constantFrom(-1, 0, 0, 1) })
    .map(({ change, minutes, ms }) => change + minutes * 60_000 + ms)
  return fc.oneof(anywhere, beside, fc.constantFrom(...changes))
}

const cases: fc.Arbitrary<Case> = fc.constantFrom(...ZONES).chain((timeZone) =>
  fc.record({
    grid: fc.constantFrom(...GRIDS).map(([interval, origin]) => createGrid(parseDuration(interval), timeZone, origin)),
    instant: instantIn(timeZone),
    ahead: fc.integer({ min: 0, max: 3 }),
    behind: fc.integer({ min: 0, max: 4 }),
    since: fc.option(fc.integer({ min: -2, max: 6 })),
  }),
)

it('the windows of the SQL functions are those of the calendar', async () => {
  const test = await testDatabase()
  await test.query(renderBookkeeping())
  const sampled = fc.sample(cases, { numRuns: 700, seed: SEED }).map((one) => ({
    ...one,
    since: one.since === null ? null : windowStart(one.grid, windowIndexAt(one.grid, one.instant) - one.since) + HOUR_MS / 60,
  }))
  const { rows } = await test.query<{ index: number; start: number; windows: (readonly [number, number])[] }>(
    `SELECT
       partman.window_index(unit, step, origin, zone, instant)::float8 AS index,
       (EXTRACT(EPOCH FROM partman.window_start(unit, step, origin, zone, partman.window_index(unit, step, origin, zone, instant))) * 1000)::float8 AS start,
       (SELECT json_agg(json_build_array((EXTRACT(EPOCH FROM lower) * 1000)::bigint, (EXTRACT(EPOCH FROM upper) * 1000)::bigint) ORDER BY lower)
        FROM partman.windows(unit, step, origin, zone, ahead, instant, behind, since)) AS windows
     FROM json_to_recordset($1) AS given (n int, unit text, step bigint, origin bigint, zone text, ahead int, behind int, at numeric, since_at numeric),
       LATERAL (SELECT '1970-01-01 00:00:00+00'::timestamptz + at * interval '1 ms', '1970-01-01 00:00:00+00'::timestamptz + since_at * interval '1 ms') AS told (instant, since)
     ORDER BY n`,
    [
      JSON.stringify(
        sampled.map(({ grid: { step, timeZone }, instant, ahead, behind, since }, n) => ({
          n,
          unit: step.kind,
          step: step.step,
          origin: step.origin,
          zone: timeZone,
          ahead,
          behind,
          at: instant,
          since_at: since,
        })),
      ),
    ],
  )
  const found = sampled.map((one, n) => ({ one, is: rows[n], should: expected(one) }))
  expect(found.filter(({ is, should }) => JSON.stringify(is) !== JSON.stringify(should)).map((wrong) => JSON.stringify(wrong))).toEqual([])
})

function expected({ grid, instant, ahead, behind, since }: Case) {
  const index = windowIndexAt(grid, instant)
  const first = Math.min(index, since === null ? index : Math.max(windowIndexAt(grid, since), index - behind))
  const windows = Array.from({ length: index + ahead - first + 1 }, (_, k) => [
    windowStart(grid, first + k),
    windowStart(grid, first + k + 1),
  ])
  return { index, start: windowStart(grid, index), windows: windows.filter(([lower, upper]) => lower !== upper) }
}

it('the digits of the SQL function are those of the code', async () => {
  const test = await testDatabase()
  await test.query(renderBookkeeping())
  const encodings = (['uuid7', 'ulid', 'cuid', 'object-id'] as const).map((encoding) => digitEncoding(encoding, 'text')!)
  const times = fc.sample(fc.tuple(fc.constantFrom(...encodings), fc.integer({ min: 0, max: 2 ** 31 })), { numRuns: 500, seed: SEED })
  const { rows } = await test.query<{ digits: string }>(
    `SELECT partman.encode_digits(time, alphabet, digits) AS digits
     FROM unnest($1::bigint[], $2::text[], $3::int[]) WITH ORDINALITY AS given (time, alphabet, digits, n) ORDER BY n`,
    [times.map(([, time]) => time), times.map(([{ alphabet }]) => alphabet), times.map(([{ timeDigits }]) => timeDigits)],
  )
  expect(rows.map(({ digits }) => digits)).toEqual(
    times.map(([encoding, time]) => {
      const whole = formatDigits({ ...encoding, hyphens: false }, BigInt(time) * timeWeight(encoding))
      return whole.slice(encoding.prefix.length, encoding.prefix.length + encoding.timeDigits)
    }),
  )
})

it('the names of the SQL functions are those of the code', async () => {
  const test = await testDatabase()
  await test.query(renderBookkeeping())
  // A lone half of a surrogate pair is no text that PostgreSQL could be sent; nor is NUL.
  const text = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 90 }),
    fc.string({ unit: fc.constantFrom('a', 'B', '_', '-', 'é', '0', 'İ', 'ß', '𝒳', ' '), minLength: 1, maxLength: 90 }),
  )
  const sent = text.filter((one) => !one.includes('\0') && one.isWellFormed())
  const names = fc.sample(fc.tuple(sent, sent, fc.constantFrom('p2026', 'p20261122_0630', 'h12', 'default', 'p-35')), {
    numRuns: 2000,
    seed: SEED,
  })
  const { rows } = await test.query<{ label: string; name: string; joined: string }>(
    `SELECT label, name, partman.join_name(name, suffix) AS joined
     FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS given (stem, key, suffix, n),
       LATERAL (SELECT partman.value_label(key)) AS l (label), LATERAL (SELECT partman.join_name(stem, label)) AS j (name)
     ORDER BY n`,
    [names.map(([stem]) => stem), names.map(([, key]) => key), names.map(([, , suffix]) => suffix)],
  )
  const should = names.map(([stem, key, suffix]) => {
    const name = joinName(stem, valueLabel(key))
    return { label: valueLabel(key), name, joined: joinName(name, suffix) }
  })
  expect(rows).toEqual(should)
  expect(should.filter(({ name, joined }) => Buffer.byteLength(name) > 63 || Buffer.byteLength(joined) > 63)).toEqual([])
})
