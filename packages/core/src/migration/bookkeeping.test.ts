import { testDatabase } from '@partman/testing/vitest'
import { expect, it } from 'vitest'
import { createGrid, windowIndexAt, windowStart } from '../calendar/window.js'
import { parseDuration } from '../policy/duration.js'
import { joinName, valueLabel } from '../state/partition-name.js'
import { renderBookkeeping } from './bookkeeping.js'

const ZONES = [
  'UTC',
  'America/Sao_Paulo',
  'America/Havana',
  'America/New_York',
  'Australia/Lord_Howe',
  'Africa/Casablanca',
  'Asia/Kathmandu',
  'Pacific/Apia',
]
const INTERVALS = [
  ['5 hours', null],
  ['7 hours', '2017-03-26 06:30'],
  ['1 day', null],
  ['2 weeks', '2016-02-28'],
  ['1 quarter', null],
  ['5 months', '2016-02-28'],
] as const

it('the windows of the SQL functions are those of the calendar', async () => {
  const test = await testDatabase()
  await test.query(renderBookkeeping())
  const instants: number[] = []
  for (let at = Date.parse('2018-01-01T00:00:00Z'); at < Date.parse('2019-12-31T00:00:00Z'); at += 83 * 86_400_000 + 1_234_567)
    instants.push(at)
  // Days on which the clocks of some of these zones change.
  for (const day of ['2018-03-11', '2018-11-04', '2018-10-07', '2019-02-17', '2019-04-07', '2018-06-17', '2019-05-05'])
    for (let hour = -14; hour < 38; hour += 3) instants.push(Date.parse(`${day}T00:00:00Z`) + hour * 3_600_000 + 1)
  for (const timeZone of ZONES) {
    for (const [interval, origin] of INTERVALS) {
      const grid = createGrid(parseDuration(interval), timeZone, origin)
      const { step } = grid
      const { rows } = await test.query<{ bounds: number[] }>(
        `SELECT (SELECT array_agg(EXTRACT(EPOCH FROM lower) * 1000 ORDER BY lower)::float8[] FROM partman.windows($1, $2, $3, $4, 2, to_timestamp(at / 1000.0))) AS bounds
         FROM unnest($5::float8[]) WITH ORDINALITY AS i (at, n) ORDER BY n`,
        [step.kind, step.step, step.origin, timeZone, instants],
      )
      const expected = instants.map((at) => [0, 1, 2].map((k) => windowStart(grid, windowIndexAt(grid, at) + k)))
      expect(
        rows.map(({ bounds }) => bounds),
        `${interval} in ${timeZone}`,
      ).toEqual(expected)
    }
  }
})

it('the names of the SQL functions are those of the code', async () => {
  const test = await testDatabase()
  await test.query(renderBookkeeping())
  const keys = ['acme', 'ACME', 'Ünïcode & Söhne', '42', '  ', '01890a5d-ac96-774b-bcce-b302099a8057', 'x'.repeat(200), "'; --"]
  const stems = ['Event', `Évents ""x"" ${'é'.repeat(20)}`, 'a'.repeat(63)]
  const { rows } = await test.query<{ name: string; joined: string }>(
    `SELECT partman.join_name(stem, partman.value_label(key)) AS name,
       partman.join_name(partman.join_name(stem, partman.value_label(key)), 'p20261122') AS joined
     FROM unnest($1::text[]) WITH ORDINALITY AS s (stem, i), unnest($2::text[]) WITH ORDINALITY AS k (key, j) ORDER BY i, j`,
    [stems, keys],
  )
  const names = stems.flatMap((stem) => keys.map((key) => joinName(stem, valueLabel(key))))
  expect(rows).toEqual(names.map((name) => ({ name, joined: joinName(name, 'p20261122') })))
  expect(new Set(names).size).toBe(names.length)
  expect(names.filter((name) => Buffer.byteLength(name) > 63)).toEqual([])
})

it('installed again, as after a reset, it forgets the tenants of its sets and keeps the rest', async () => {
  const test = await testDatabase()
  await test.query(renderBookkeeping())
  await test.query(`INSERT INTO partman.tenant (tenants, key) VALUES ('Project', 'gone'), ('Customer of ''another''', 'kept')`)
  await test.query(`INSERT INTO partman.run (holder) VALUES ('kept')`)
  await test.query(renderBookkeeping([{ name: 'Project' }]))
  expect((await test.query('SELECT key FROM partman.tenant')).rows).toEqual([{ key: 'kept' }])
  expect((await test.query('SELECT holder FROM partman.run')).rows).toEqual([{ holder: 'kept' }])
  await test.query(renderBookkeeping([{ name: "Customer of 'another'" }]))
  expect((await test.query('SELECT key FROM partman.tenant')).rows).toEqual([])
})

it('lives beside pg_partman in the same schema', async () => {
  const test = await testDatabase()
  await test.query('CREATE SCHEMA partman')
  await test.query('CREATE TABLE partman.part_config (parent_table text PRIMARY KEY)')
  await test.query(renderBookkeeping())
  expect((await test.query(`SELECT to_regclass('partman.tenant') IS NOT NULL AS installed`)).rows).toEqual([{ installed: true }])
})
