import pg from 'pg'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startPostgres } from './start-postgres.js'
import { startStandby } from './start-standby.js'

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  onTestFinished(() => client.end())
  return client
}

test('a standby has what its primary has, writes nothing, and can be promoted', async () => {
  const primary = await startPostgres()
  onTestFinished(() => primary.stop())
  const before = await connect(primary.url)
  await before.query('CREATE TABLE t AS SELECT 1 AS n')
  const standby = await startStandby(primary)
  onTestFinished(() => standby.stop())
  await before.query('INSERT INTO t VALUES (2)')

  const client = await connect(standby.url)
  const rows = async () => (await client.query<{ n: number }>('SELECT n FROM t ORDER BY n')).rows.map(({ n }) => n)
  await vi.waitUntil(async () => (await rows()).length === 2, { timeout: 20_000 })
  await expect(client.query('INSERT INTO t VALUES (3)')).rejects.toMatchObject({ code: '25006' })
  expect((await client.query('SELECT pg_promote() AS promoted')).rows).toEqual([{ promoted: true }])
  await client.query('INSERT INTO t VALUES (3)')
  expect(await rows()).toEqual([1, 2, 3])
  expect(await standby.readLog()).toMatch(/cannot execute INSERT in a read-only transaction/)
})
