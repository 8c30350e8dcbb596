import { testDatabase } from '@partman/testing/vitest'
import { expect, it, onTestFinished } from 'vitest'
import { identifier, type Sql, sql } from '../sql/sql.js'
import { readBatches, readRows } from './partition-rows.js'
import { pgDatabase } from './pg-database.js'

async function numbers() {
  const test = await testDatabase()
  await test.query('CREATE TABLE "n ""x""" AS SELECT n, md5(n::text) AS text FROM generate_series(1, 20000) n')
  const oid = async (name: string) => (await test.query<{ oid: string }>('SELECT $1::regclass::oid::text AS oid', [name])).rows[0]!.oid
  return { test, database: pgDatabase(test), oid: await oid('"n ""x"""'), oidOf: oid }
}

it('reads every row once, by statements of their own that each read so many blocks', async () => {
  const { database, oid } = await numbers()
  const statements: string[] = []
  const watched = {
    query: <Row extends object>(statement: Sql, values?: readonly unknown[]) => {
      statements.push(statement)
      return database.query<Row>(statement, values)
    },
  }
  let [count, sum] = [0, 0]
  for await (const { n } of readRows<{ n: number }>(watched, oid, new AbortController().signal, { batchBytes: 65_536 })) {
    count++
    sum += n
  }
  expect([count, sum]).toEqual([20_000, 200_010_000])
  expect(statements[2]).toBe(
    `SELECT * FROM ONLY "public"."n ""x""" WHERE ctid >= '(7,0)'::pg_catalog.tid AND ctid < '(14,0)'::pg_catalog.tid AND tableoid = '${oid}'::pg_catalog.oid`,
  )
})

it('ends with the signal', async () => {
  const { database, oid } = await numbers()
  const over = new AbortController()
  let batches = 0
  const read = async () => {
    for await (const _ of readBatches(database, oid, over.signal, { batchBytes: 8192 })) if (++batches === 3) over.abort(new Error('over'))
  }
  await expect(read()).rejects.toThrow('over')
  expect(batches).toBe(3)
})

it('reads nothing of another table that has taken the name', async () => {
  const { test, database, oid } = await numbers()
  const read: number[] = []
  for await (const rows of readBatches<{ n: number }>(database, oid, new AbortController().signal, { batchBytes: 8192 })) {
    if (read.length === 0)
      await test.query('ALTER TABLE "n ""x""" RENAME TO gone; CREATE TABLE "n ""x""" AS SELECT 0 AS n FROM generate_series(1, 20000)')
    read.push(...rows.map(({ n }) => n))
  }
  expect(read).not.toContain(0)
})

it('reads nothing where row security would hide some rows, or where there is no table', async () => {
  const { test, database, oid } = await numbers()
  const role = `reader ${test.name.slice(-6)}`
  await test.query(sql`CREATE ROLE ${identifier(role)}`)
  onTestFinished(async () => {
    await test.query(sql`RESET ROLE`)
    await test.query(sql`DROP OWNED BY ${identifier(role)} CASCADE`)
    await test.query(sql`DROP ROLE ${identifier(role)}`)
  })
  await test.query(sql`ALTER TABLE "n ""x""" OWNER TO ${identifier(role)}`)
  await test.query('ALTER TABLE "n ""x""" ENABLE ROW LEVEL SECURITY')
  await test.query(sql`SET ROLE ${identifier(role)}`)
  const read = async (of = oid) => {
    let count = 0
    for await (const rows of readBatches(database, of, new AbortController().signal)) count += rows.length
    return count
  }
  expect(await read()).toBe(20_000)
  await test.query('ALTER TABLE "n ""x""" FORCE ROW LEVEL SECURITY')
  await expect(read()).rejects.toMatchObject({
    code: 'ROWS_UNREADABLE',
    message: 'The rows of public.n "x" cannot all be read: row security would hide some of its rows from this role',
  })
  await expect(read('1')).rejects.toMatchObject({ code: 'ROWS_UNREADABLE' })
})
