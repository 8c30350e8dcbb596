import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startPostgres } from './start-postgres.js'
import { resolveMajor } from './versions.js'

async function ask<Row extends pg.QueryResultRow>(url: string, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<Row>(text)
  await client.end()
  return rows
}

test('a server of its own starts with the given settings and leaves nothing behind', async () => {
  const server = await startPostgres({ settings: { max_locks_per_transaction: 32 } })
  onTestFinished(() => server.stop())
  const [found] = await ask<{ major: number; locks: string; fsync: string; port: string; data: string }>(
    server.url,
    `SELECT current_setting('server_version_num')::int / 10000 AS major, current_setting('max_locks_per_transaction') AS locks,
            current_setting('fsync') AS fsync, current_setting('port') AS port, current_setting('data_directory') AS data`,
  )
  expect({ ...found, data: existsSync(found?.data ?? '') }).toEqual({
    major: resolveMajor(),
    locks: '32',
    fsync: 'off',
    port: String(server.port),
    data: true,
  })

  await server.stop()
  await server.stop()
  expect(existsSync(found?.data ?? '')).toBe(false)
  await expect(ask(server.url, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

const STARTER = `
  import(process.argv[1]).then(async ({ startPostgres }) => console.log((await startPostgres()).url))
  setInterval(() => {}, 1000)`

test.each(['SIGKILL', 'SIGINT'] as const)('a server ends and its data are removed when its process gets %s', async (signal) => {
  const built = fileURLToPath(new URL('../../dist/index.js', import.meta.url))
  const starter = spawn(process.execPath, ['-e', STARTER, built], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [output] = (await once(starter.stdout, 'data')) as [Buffer]
  const client = new pg.Client({ connectionString: output.toString().trim() })
  await client.connect()
  const { rows } = await client.query<{ data: string }>("SELECT current_setting('data_directory') AS data")
  const cut = new Promise((resolve) => client.on('error', resolve))
  starter.kill(signal)
  expect(await cut).toBeInstanceOf(Error)
  await vi.waitUntil(() => !existsSync(dirname(rows[0]?.data ?? '')), { timeout: 20_000 })
})
