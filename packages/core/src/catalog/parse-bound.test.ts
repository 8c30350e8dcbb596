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
  ['HASH (a)', 'a int', { kind: 'hash', modulus: 4, remainder: 3 }],
  ['LIST (a)', 'a text', { kind: 'default' }],
]

it('every bound is read from the catalog as it was written', async () => {
  const test = await testDatabase()
  await test.query(`SET TimeZone = 'UTC'`)
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
