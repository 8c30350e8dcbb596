import { testDatabase } from '@partman/testing/vitest'
import { describe, expect, it } from 'vitest'
import { cutOffDetach } from '../fixtures/cut-off-detach.js'
import { HOSTILE_ODD, oddTable, PLAIN_ODD } from '../fixtures/odd-table.js'
import { literal, qualified, type Sql, sql } from '../sql/sql.js'

const NOW = '2026-03-10T12:00:00Z'
const BEHIND = ['03-07..03-08', '03-08..03-09', '03-09..03-10'].map((days) => `create-partition ${days}`)
const AHEAD = ['03-10..03-11', '03-11..03-12', '03-12..03-13'].map((days) => `create-partition ${days}`)

function between(from: string, to: string): Sql {
  return sql`FOR VALUES FROM (${literal(`2026-${from}+00`)}) TO (${literal(`2026-${to}+00`)})`
}

describe.each([PLAIN_ODD, HOSTILE_ODD])('partitions made by others, with $label,', (names) => {
  async function prepare() {
    const test = await testDatabase()
    return { test, odd: oddTable(test, names) }
  }

  it('are known by their bounds: gaps are filled, foreign grids bridged, what is old retires', async () => {
    const { odd } = await prepare()
    const policy = odd.days({ retention: { kind: 'age', after: '3 days', grace: '1 year' } })
    await odd.create(policy)
    await odd.partition('month', between('02-01 00:00', '03-01 00:00'))
    await odd.partition('old', between('03-01 00:00', '03-04 10:00'))
    await odd.partition('odd', between('03-06 18:00', '03-08 18:00'))
    await odd.partition('now', between('03-10 06:00', '03-10 18:00'))
    await odd.partition('later', between('03-11 12:00', '03-20 12:00'))
    await odd.insert('2026-02-14 00:00+00', '2026-03-03 00:00+00', '2026-03-07 00:00+00', NOW, '2026-03-19 00:00+00')
    const { done, findings, left } = await odd.maintain(policy, NOW)
    expect({ done, findings, left }).toEqual({
      done: [
        'create-partition 03-08 18:00:00+00..03-09',
        'create-partition 03-09..03-10',
        'create-partition 03-10 18:00:00+00..03-11',
        'create-partition 03-10..03-10 06:00:00+00',
        'create-partition 03-11..03-11 12:00:00+00',
        'detach-partition 02-01..03-01',
        'detach-partition 03-01..03-04 10:00:00+00',
      ],
      findings: [],
      left: [],
    })
    expect(await odd.maintain(policy, '2026-03-23T23:00:00Z')).toMatchObject({
      done: expect.arrayContaining(['detach-partition 03-11 12:00:00+00..03-20 12:00:00+00']),
      findings: [],
      left: [],
    })
  })

  it('may be without an end: one from MINVALUE retires when its end has passed, one to MAXVALUE never', async () => {
    const { odd } = await prepare()
    const policy = odd.days({ retention: { kind: 'age', after: '3 days', grace: '50 years' } })
    await odd.create(policy)
    await odd.partition('first', sql`FOR VALUES FROM (MINVALUE) TO ('2026-03-01 00:00+00')`)
    await odd.partition('last', sql`FOR VALUES FROM ('2026-03-12 00:00+00') TO (MAXVALUE)`)
    await odd.insert('0044-03-15 00:00+00 BC', '2030-01-01 00:00+00', 'infinity')
    expect(await odd.maintain(policy, NOW)).toMatchObject({
      done: [...BEHIND, ...AHEAD.slice(0, 2), 'detach-partition minvalue..03-01'],
      findings: [],
      left: [],
    })
    expect(await odd.maintain(policy, '2040-01-01T00:00:00Z')).toMatchObject({ findings: [], left: [] })
  })

  it('may hold everything: then nothing is made, and nothing retires', async () => {
    const { odd } = await prepare()
    await odd.create(odd.days())
    await odd.partition('all', sql`FOR VALUES FROM (MINVALUE) TO (MAXVALUE)`)
    await odd.insert(NOW)
    expect(await odd.maintain(odd.days(), NOW)).toMatchObject({ done: [], findings: [], left: [] })
  })

  it('may be a DEFAULT: partitions are made beside it while it holds no row of theirs, and none retires', async () => {
    const { odd } = await prepare()
    await odd.create(odd.days())
    await odd.partition('rest', sql`DEFAULT`)
    await odd.partition('old', between('02-01 00:00', '03-01 00:00'))
    await odd.insert('2026-02-02 00:00+00', '2020-01-01 00:00+00', 'infinity')
    const { done, findings, left } = await odd.maintain(odd.days(), NOW)
    expect(done.filter((step) => !step.startsWith('create-partition'))).toEqual([])
    expect(done.slice(-3)).toEqual(AHEAD)
    expect(left).toEqual([])
    expect(findings).toEqual([
      expect.stringMatching(/^DEFAULT_PARTITION_PRESENT: /),
      expect.stringMatching(
        /^DEFAULT_HOLDS_ROWS: .* holds 2 rows, .* from 2020-01-01 00:00:00\+00 to infinity; the oldest is 2260 days old$/,
      ),
    ])
  })

  it('may be of another key: nothing is done beside a bound that says nothing about time', async () => {
    const { odd } = await prepare()
    const flat = odd.days({ prefix: { by: odd.tenants().by, tenants: 'Tenant' } })
    await odd.create(flat)
    await odd.partition('several', sql`FOR VALUES FROM ('a', '2026-03-01 00:00+00') TO ('c', MINVALUE)`)
    await odd.insert(NOW)
    expect(await odd.maintain(flat, NOW)).toMatchObject({ done: [], findings: [expect.stringMatching(/^BOUND_UNPLACED: /)], left: [] })
    expect(await odd.maintain(odd.days(), NOW)).toMatchObject({
      done: [],
      findings: [expect.stringMatching(/^PARTITION_KEY_DIFFERENT: /)],
      left: [],
    })
  })

  it('may hold several tenants, or rows of none', async () => {
    const { test, odd } = await prepare()
    await odd.create(odd.tenants())
    const byDay = sql`PARTITION BY RANGE (${odd.column})`
    await odd.partition('both', sql`FOR VALUES IN ('a', 'b') ${byDay}`)
    await odd.partition('none', sql`FOR VALUES IN (NULL) ${byDay}`)
    await odd.partition('rows', sql`FOR VALUES IN ('c')`)
    await odd.partition('old', between('02-01 00:00', '03-01 00:00'), odd.child('both'))
    await odd.partition('open', sql`FOR VALUES FROM ('2026-03-01 00:00+00') TO (MAXVALUE)`, odd.child('both'))
    await odd.insert(NOW, '2026-02-02 00:00+00')
    const { done, findings, left } = await odd.maintain(odd.tenants(), NOW)
    expect(done).toEqual([...AHEAD, 'detach-partition 02-01..03-01'])
    expect(findings).toEqual([expect.stringMatching(/^LEVEL_NOT_APPLIED: .* holds rows/)])
    expect(left).toEqual([])
    expect((await test.query(`SELECT count(*)::int FROM ${qualified(odd.child('both'))}`)).rows).toEqual([{ count: 1 }])
  })

  it('may be in the course of a detach that was cut off: it is ended, and the others go on', async () => {
    const { test, odd } = await prepare()
    await odd.create(odd.days())
    for (const n of [1, 2]) await odd.partition(`old ${n}`, between(`02-0${n} 00:00`, `02-0${n + 1} 00:00`))
    await odd.insert('2026-02-01 00:00+00', '2026-02-02 00:00+00')
    await cutOffDetach(test, names.table, odd.child('old 1'))
    const { done, findings, left, state } = await odd.maintain(odd.days(), NOW)
    expect(done.filter((step) => !step.startsWith('create'))).toEqual(['finalize-detach 02-01..02-02', 'detach-partition 02-02..02-03'])
    expect([findings, left]).toEqual([[], []])
    expect((await test.query(sql`SELECT id FROM ${qualified(odd.child('old 1'))}`)).rows).toHaveLength(1)
    expect(state.detached.map(({ name }) => name)).toEqual([odd.child('old 2').name])
  })

  it('may bear a name that partman would give, attached or not: it takes another one, and theirs stays', async () => {
    const { test, odd } = await prepare()
    await odd.create(odd.days())
    const { plan } = await odd.plan(odd.days(), NOW)
    const wanted = plan.operations.map(({ partition }) => partition.name)
    const taken = wanted.map((name) => ({ schema: names.partitionSchema, name }))
    await test.query(sql`CREATE TABLE ${qualified(taken[0]!)} (note text)`)
    await test.query(sql`INSERT INTO ${qualified(taken[0]!)} VALUES ('theirs')`)
    await test.query(sql`CREATE VIEW ${qualified(taken[1]!)} AS SELECT 1 AS theirs`)
    await test.query(
      sql`CREATE TABLE ${qualified(taken[2]!)} PARTITION OF ${qualified(names.table)} ${between('01-01 00:00', '02-01 00:00')}`,
    )
    const { done, findings, left, state } = await odd.maintain(odd.days(), NOW)
    expect(done).toEqual([...BEHIND, ...AHEAD, 'detach-partition 01-01..02-01'])
    expect([findings, left]).toEqual([[], []])
    expect(state.tables[0]?.partitions.some(({ name }) => wanted.includes(name))).toBe(false)
    expect((await test.query(sql`SELECT note FROM ${qualified(taken[0]!)}`)).rows).toEqual([{ note: 'theirs' }])
  })
})
