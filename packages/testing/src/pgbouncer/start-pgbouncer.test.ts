import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import pg from 'pg'
import { expect, inject, onTestFinished, test } from 'vitest'
import { testDatabase } from '../vitest.js'
import { findPgBouncer } from './find-pgbouncer.js'
import { startPgBouncer } from './start-pgbouncer.js'

test('clients share the few connections of a pooler from transaction to transaction', async ({ skip }) => {
  skip(findPgBouncer() === undefined, 'PgBouncer is not installed')
  const database = await testDatabase()
  const pooler = await startPgBouncer(inject('partmanServerUrl'), { poolSize: 1 })
  onTestFinished(() => pooler.stop())
  const clients = [1, 2].map(() => new pg.Client({ connectionString: pooler.through(database.url) }))
  const cut = Promise.all(clients.map((client) => new Promise((resolve) => client.on('error', resolve))))
  for (const client of clients) await client.connect()
  const sessions = await Promise.all(clients.map((client) => client.query('SELECT pg_backend_pid() AS pid, current_database() AS name')))
  expect(sessions[0]!.rows).toEqual([{ pid: expect.any(Number), name: database.name }])
  expect(sessions[1]!.rows).toEqual(sessions[0]!.rows)
  expect(await pooler.readLog()).toMatch(/process up/)

  await Promise.all([pooler.stop(), pooler.stop()])
  expect(await cut).toEqual([expect.any(Error), expect.any(Error)])
  await expect(new pg.Client({ connectionString: pooler.through(database.url) }).connect()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

test('the program on the PATH comes first', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'partman-path-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const program = join(folder, 'pgbouncer')
  await writeFile(program, '', { mode: 0o644 })
  expect(findPgBouncer({ PATH: folder })).not.toBe(program)
  await chmod(program, 0o755)
  expect(findPgBouncer({ PATH: `/nowhere${delimiter}${folder}` })).toBe(program)
})
