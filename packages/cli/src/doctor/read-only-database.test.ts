import type { Sql } from '@partman/core'
import { testDatabase } from '@partman/testing/vitest'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { readOnlyDatabase } from './read-only-database.js'

test('nothing can be written, no lock is waited for, and the connection is good for the next statement', async () => {
  const test = await testDatabase()
  const pool = new pg.Pool({ connectionString: test.url, max: 1 })
  onTestFinished(() => pool.end())
  const { client, database } = readOnlyDatabase(pool)
  await test.query('CREATE TABLE t (id int)')
  await expect(client.query('INSERT INTO t VALUES ($1)', [1])).rejects.toMatchObject({ code: '25006' })
  await expect(database.query('DROP TABLE t' as Sql)).rejects.toMatchObject({ code: '25006' })
  await test.query('BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE')
  await expect(client.query('SELECT FROM t')).rejects.toMatchObject({ code: '55P03' })
  await test.query('ROLLBACK')
  expect(await database.query(`SELECT count(*)::int AS rows, current_setting('transaction_read_only') AS only FROM t` as Sql)).toEqual([
    { rows: 0, only: 'on' },
  ])
  expect((await pool.query('SHOW lock_timeout')).rows).toEqual([{ lock_timeout: '0' }])
})
