import { testDatabase } from '@partman/testing/vitest'
import { expect, it } from 'vitest'
import { renderBound } from '../sql/render-bound.js'
import type { Bound } from '../state/bound.js'
import { parseBound } from './parse-bound.js'

const value = (text: string) => ({ value: text })

const BOUNDS: readonly [key: string, columns: string, bound: Bound][] = [
  ['RANGE (a)', 'a timestamptz', { kind: 'range', from: [value('2026-11-22 00:00:00+00')], to: [value('2026-11-22 00:00:00.000001+00')] }],
  ['RANGE (a)', 'a timestamptz', { kind: 'range', from: ['minvalue'], to: [value('infinity')] }],
  ['RANGE (a)', 'a date', { kind: 'range', from: [value('2026-11-22')], to: ['maxvalue'] }],
  ['RANGE (a)', 'a bigint', { kind: 'range', from: [value('-5')], to: [value('9223372036854775807')] }],
  ['RANGE (a, b)', `a text, b int`, { kind: 'range', from: [value(`it's, (a) "b"`), value('-1')], to: [value('x'), 'maxvalue'] }],
  ['LIST (a)', 'a text', { kind: 'list', values: ['', ' ', "'", "''", ', ', '(', ')', 'NULL', 'MINVALUE', '\\', "\\'", 'é\n', null] }],
  ['LIST (a)', 'a int', { kind: 'list', values: ['-1', '0', '42', null] }],
  ['LIST (a)', 'a numeric', { kind: 'list', values: ['-1.5', '1000000000000000000000'] }],
  ['LIST (a)', 'a boolean', { kind: 'list', values: ['true', 'false'] }],
  ['LIST (a)', 'a uuid', { kind: 'list', values: ['01890a5d-ac96-774b-bcce-b302099a8057'] }],
  ['LIST (a)', `a mood`, { kind: 'list', values: [`it's "ok"`, 'NULL', 'sad, (very)', null] }],
  ['LIST (a)', 'a varchar(20)', { kind: 'list', values: ["x' || 'y", 'FOR VALUES IN', null] }],
  ['LIST (a)', 'a smallint', { kind: 'list', values: ['-32768', '32767'] }],
  ['LIST (a)', 'a int', { kind: 'list', values: [null] }],
  ['RANGE (a)', 'a numeric', { kind: 'range', from: [value('-1.50')], to: [value('NaN')] }],
  ['RANGE (a)', 'a numeric', { kind: 'range', from: [value('-100000000000000000000')], to: [value('0.000001')] }],
  ['RANGE (a)', 'a smallint', { kind: 'range', from: ['minvalue'], to: [value('-1')] }],
  ['RANGE (a)', 'a uuid', { kind: 'range', from: [value('00000000-0000-0000-0000-000000000000')], to: ['maxvalue'] }],
  ['RANGE (a)', 'a boolean', { kind: 'range', from: [value('false')], to: [value('true')] }],
  ['RANGE (a)', 'a mood', { kind: 'range', from: [value(`it's "ok"`)], to: [value('sad, (very)')] }],
  ['RANGE (a)', 'a text', { kind: 'range', from: [value('MINVALUE')], to: [value('\\')] }],
  ['RANGE (a)', 'a date', { kind: 'range', from: [value('0044-03-15 BC')], to: [value('10000-01-01')] }],
  ['RANGE (a)', 'a timestamp', { kind: 'range', from: [value('-infinity')], to: [value('2026-11-22 00:00:00.5')] }],
  [
    'RANGE (a, b, c)',
    'a int, b text, c date',
    { kind: 'range', from: [value('-1'), 'minvalue', 'minvalue'], to: [value('-1'), value(')'), 'maxvalue'] },
  ],
  ['HASH (a, b)', 'a text, b int', { kind: 'hash', modulus: 10, remainder: 0 }],
  ['HASH (a)', 'a int', { kind: 'hash', modulus: 4, remainder: 3 }],
  ['LIST (a)', 'a text', { kind: 'default' }],
]

it('every bound is read from the catalog as it was written', async () => {
  const test = await testDatabase()
  await test.query(`SET TimeZone = 'UTC'`)
  await test.query(`CREATE TYPE mood AS ENUM ('it''s "ok"', 'NULL', 'sad, (very)')`)
  const read: Bound[] = []
  for (const [index, [key, columns, bound]] of BOUNDS.entries()) {
    await test.query(`CREATE TABLE t${index} (${columns}) PARTITION BY ${key}`)
    await test.query(`CREATE TABLE p${index} PARTITION OF t${index} ${renderBound(bound)}`)
    const { rows } = await test.query<{ bound: string }>(
      `SELECT pg_get_expr(relpartbound, oid) AS bound FROM pg_class WHERE relname = 'p${index}'`,
    )
    read.push(parseBound(rows[0]?.bound ?? ''))
  }
  expect(read).toEqual(BOUNDS.map(([, , bound]) => bound))
})

it.each(['', 'FOR VALUES', "FOR VALUES IN ('a'", 'FOR VALUES FROM (1)', "FOR VALUES IN ('a)"])('%j is not taken for a bound', (text) => {
  expect(() => parseBound(text)).toThrow(expect.objectContaining({ code: 'BOUND_UNREADABLE' }))
})
