import type { TestDatabase } from '@partman/testing'
import { testDatabase } from '@partman/testing/vitest'
import { expect, it } from 'vitest'
import { observeState } from '../catalog/observe-state.js'
import { openSession } from '../fixtures/filled-tables.js'
import { byTime, declare, documentOf } from '../fixtures/policies.js'
import { pgDatabase } from '../runtime/pg-database.js'
import { renderBound } from './render-bound.js'
import { renderCondition } from './render-condition.js'

const TIMES = `NULL, '-infinity', '4713-01-01 BC', '2026-03-28 23:00:00+00', '2026-03-29 00:59:59.999999+00', '2026-03-29 01:00:00+00', '2026-04-01', 'infinity'`
const TEXTS = `NULL, '', ' ', 'a', 'A', 'b', 'B', 'é', 'a"', 'a''', 'a\\', 'NULL', '{a,b}', 'a,b', 'zzzz'`
const NUMBERS = `NULL, '-32768', '-1', '0', '1', '5', '9', '10', '32767'`

interface Shape {
  readonly key: string
  /** The types of the columns a, b and c. */
  readonly columns: readonly string[]
  /** What they may be, one list for each. */
  readonly values: readonly string[]
  readonly bounds: readonly string[]
}

const SHAPES: readonly Shape[] = [
  {
    key: 'RANGE (a)',
    columns: ['timestamptz'],
    values: [TIMES],
    bounds: [
      `FROM ('2026-03-29') TO ('2026-03-29 01:00:00+00')`,
      `FROM (MINVALUE) TO ('2026-03-29')`,
      `FROM ('2026-03-29') TO (MAXVALUE)`,
      'FROM (MINVALUE) TO (MAXVALUE)',
      `FROM ('-infinity') TO ('infinity')`,
      `FROM ('4713-01-01 BC') TO ('0001-01-01')`,
    ],
  },
  { key: 'RANGE (a)', columns: ['timestamp(3)'], values: [TIMES], bounds: [`FROM ('2026-03-28') TO ('2026-03-29 01:00')`] },
  { key: 'RANGE (a)', columns: ['date'], values: [TIMES], bounds: [`FROM ('2026-03-29') TO ('2026-04-01')`] },
  {
    key: 'RANGE (a)',
    columns: ['numeric(8,2)'],
    values: [`${NUMBERS}, 'NaN', '9.99', '9.995'`],
    bounds: [`FROM (0) TO (10)`, `FROM ('9.99') TO ('NaN')`],
  },
  { key: 'RANGE (a)', columns: ['smallint'], values: [NUMBERS], bounds: ['FROM (-1) TO (10)'] },
  { key: 'RANGE (a)', columns: ['text'], values: [TEXTS], bounds: [`FROM ('a') TO ('b')`, `FROM ('a\\') TO ('zz')`] },
  { key: 'RANGE (a)', columns: ['text COLLATE "C"'], values: [TEXTS], bounds: [`FROM ('A') TO ('a')`] },
  { key: 'RANGE (a COLLATE "C")', columns: ['text'], values: [TEXTS], bounds: [`FROM ('A') TO ('a')`, `FROM ('B') TO ('é')`] },
  { key: 'RANGE (a COLLATE "C")', columns: ['varchar(9)'], values: [TEXTS], bounds: [`FROM ('A') TO ('a')`] },
  { key: 'RANGE (a text_pattern_ops)', columns: ['text COLLATE "en-x-icu"'], values: [TEXTS], bounds: [`FROM ('A') TO ('a')`] },
  {
    key: 'RANGE (a, b)',
    columns: ['text', 'timestamptz'],
    values: [TEXTS, TIMES],
    bounds: [
      `FROM ('a', '2026-03-29') TO ('a', '2026-03-29 01:00:00+00')`,
      `FROM ('a', MINVALUE) TO ('a', MAXVALUE)`,
      `FROM ('a', '2026-03-29') TO ('b', '2026-03-29')`,
      `FROM ('a', '2026-03-29') TO ('b', MAXVALUE)`,
      `FROM ('a', MINVALUE) TO ('b', '2026-03-29')`,
      `FROM (MINVALUE, MINVALUE) TO ('b', '2026-03-29')`,
      `FROM ('a', '2026-03-29') TO (MAXVALUE, MAXVALUE)`,
    ],
  },
  {
    key: 'RANGE (b, c, a)',
    columns: ['smallint', 'varchar(5) COLLATE "C"', 'smallint'],
    values: [NUMBERS, `NULL, 'a', 'b'`, `NULL, '0', '1', '5'`],
    bounds: [
      `FROM ('a', 0, 1) TO ('b', 5, 9)`,
      `FROM ('a', 1, 1) TO ('a', 1, 9)`,
      `FROM ('a', 1, 1) TO ('a', 5, MAXVALUE)`,
      `FROM ('a', MINVALUE, MINVALUE) TO ('b', 1, 5)`,
      `FROM ('a', 1, MINVALUE) TO ('b', MAXVALUE, MAXVALUE)`,
    ],
  },
  {
    key: 'LIST (a)',
    columns: ['text'],
    values: [TEXTS],
    bounds: [`IN ('a')`, `IN (NULL)`, `IN ('a', NULL)`, `IN ('a', 'b', 'a\\', 'a"', '{a,b}', 'a,b', 'NULL', '')`, `IN ('a''', 'é', NULL)`],
  },
  { key: 'LIST (a COLLATE "C")', columns: ['varchar(9) COLLATE "en-x-icu"'], values: [TEXTS], bounds: [`IN ('a')`, `IN ('a', 'B')`] },
  { key: 'LIST (a)', columns: ['smallint'], values: [NUMBERS], bounds: ['IN (1)', 'IN (-1, 5, NULL)'] },
  { key: 'LIST (a)', columns: ['bigint'], values: [NUMBERS], bounds: ['IN (-1, 5)'] },
  { key: 'LIST (a)', columns: ['boolean'], values: [`NULL, 'true', 'false'`], bounds: ['IN (true)', 'IN (false)', 'IN (true, NULL)'] },
  { key: 'LIST (a)', columns: ['mood'], values: [`NULL, 'sad', 'O''K "x"'`], bounds: [`IN ('O''K "x"')`, `IN ('sad', 'O''K "x"')`] },
  { key: 'LIST (a)', columns: ['short'], values: [`NULL, 'a', 'O''K "x"'`], bounds: [`IN ('a')`, `IN ('a', 'O''K "x"')`] },
  {
    key: 'LIST (a)',
    columns: ['uuid'],
    values: [`NULL, '6e1f7a3e-0000-7000-8000-000000000000', '6e1f7a3e-0000-7000-8000-000000000001'`],
    bounds: [
      `IN ('6e1f7a3e-0000-7000-8000-000000000000')`,
      `IN ('6e1f7a3e-0000-7000-8000-000000000000', '6e1f7a3e-0000-7000-8000-000000000009')`,
    ],
  },
]

const NAMES = ['a " \\ é', 'b', 'c']

/** A table with one partition, a DEFAULT one, and beside it a plain table of every row of odd values. */
async function oddRows(test: TestDatabase, { key, columns, values }: Shape, bound: string): Promise<void> {
  const names = NAMES.map((name) => `"${name.replaceAll('"', '""')}"`)
  const named = key.replace(/\b[abc]\b/g, (letter) => names[['a', 'b', 'c'].indexOf(letter)]!)
  const definitions = columns.map((type, index) => `${names[index]} ${type}`).join(', ')
  await test.query(`CREATE TABLE t (${definitions}) PARTITION BY ${named}`)
  await test.query(`CREATE TABLE p PARTITION OF t FOR VALUES ${bound}`)
  await test.query('CREATE TABLE rest PARTITION OF t DEFAULT')
  await test.query('CREATE TABLE odd (LIKE t)')
  const lists = values.map((list, index) => `unnest(ARRAY[${list}]::text[]) AS v${index}`)
  const cast = columns.map((type, index) => `v${index}::${type.replace(/ COLLATE .*/, '')}`)
  await test.query(`INSERT INTO odd SELECT ${cast.join(', ')} FROM ${lists.join(', ')}`)
}

it.each(SHAPES.map((shape) => [`${shape.key} of ${shape.columns.join(', ')}`, shape] as const))(
  '%s: the condition of a bound is the one that PostgreSQL has, and spares the scan of a DEFAULT partition',
  async (_label, shape) => {
    const test = await testDatabase()
    await test.query(`CREATE TYPE mood AS ENUM ('sad', 'O''K "x"')`)
    await test.query('CREATE DOMAIN short AS varchar(9)')
    const session = await openSession(test)
    const told: (string | undefined)[] = []
    session.on('notice', ({ message }) => told.push(message))
    await session.query('SET client_min_messages = debug1')
    for (const bound of shape.bounds) {
      await oddRows(test, shape, bound)
      const [table] = (await observeState(pgDatabase(test), documentOf(declare(byTime(), 't')))).state.tables
      const rest = table!.partitions.find((one) => one.bound.kind === 'default')!
      const made = table!.partitions.find((one) => one.bound.kind !== 'default')!
      const columns = table!.partitionBy!.columns.map((column) => column ?? '')
      const condition = renderCondition(made.bound, rest.comparisons ? { columns, comparisons: rest.comparisons } : { columns })
      const { rows } = await test.query(`SELECT pg_get_partition_constraintdef('p'::regclass) AS own`)
      const own = String(rows[0]?.['own'] ?? 'true')
      const differing = await test.query(`SELECT * FROM odd WHERE (${condition}) IS DISTINCT FROM (${own})`)
      expect([bound, condition, differing.rows]).toEqual([bound, condition, []])
      const both = await test.query(`SELECT count(*) FILTER (WHERE ${condition})::int AS held, count(*)::int AS all FROM odd`)
      expect(both.rows[0]?.['held']).toBeGreaterThan(0)

      await test.query(`INSERT INTO rest SELECT * FROM odd WHERE NOT (${condition})`)
      await test.query('ALTER TABLE t DETACH PARTITION p')
      await test.query(`ALTER TABLE rest ADD CONSTRAINT free CHECK (NOT (${condition})) NOT VALID`)
      await test.query('ALTER TABLE rest VALIDATE CONSTRAINT free')
      told.length = 0
      await session.query(`ALTER TABLE t ATTACH PARTITION p ${renderBound(made.bound)}`)
      expect([bound, told.filter((message) => message?.includes('default partition'))]).toEqual([
        bound,
        ['updated partition constraint for default partition "rest" is implied by existing constraints'],
      ])
      await test.query('DROP TABLE t, odd')
    }
  },
)
