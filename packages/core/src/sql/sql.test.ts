import { testDatabase } from '@partman/testing/vitest'
import { expect, it } from 'vitest'
import { comment, constantSql, doBlock, identifier, literal, sql } from './sql.js'

const HOSTILE = [
  "'",
  "''",
  '\\',
  "\\'",
  '"',
  '$partman$',
  '$partman1$',
  '--',
  '/*',
  ';',
  '\n',
  '%s',
  'é',
  '👩‍💻',
  "'); DROP TABLE x; --",
  'x'.repeat(63),
]

it('every text comes back as it went in, in a block and out of one', async () => {
  const test = await testDatabase()
  await test.query('CREATE TABLE kept (n int, text text)')
  for (const [n, text] of HOSTILE.entries()) {
    await test.query(doBlock(sql`BEGIN INSERT INTO kept VALUES (${constantSql(String(n))}, ${literal(text)}); END`))
    expect((await test.query(`SELECT ${literal(text)} AS ${identifier(text)}`)).rows).toEqual([{ [text]: text }])
  }
  await test.query('SET standard_conforming_strings = off')
  for (const text of HOSTILE) expect((await test.query(`SELECT ${literal(text)} AS text`)).rows).toEqual([{ text }])
  expect((await test.query('SELECT text FROM kept ORDER BY n')).rows).toEqual(HOSTILE.map((text) => ({ text })))
})

it('a name that PostgreSQL would cut or cannot store is refused', () => {
  for (const name of ['', 'é'.repeat(32), 'a\0b']) expect(() => identifier(name)).toThrow(expect.objectContaining({ code: 'NAME_INVALID' }))
})

it('text cannot leave a comment', async () => {
  const test = await testDatabase()
  const { rows } = await test.query(`${comment('one\nSELECT 1/0;\r\nSELECT 1/0')}\nSELECT 1 AS one`)
  expect(rows).toEqual([{ one: 1 }])
})
