import pg from 'pg'
import { expect, inject, test } from 'vitest'
import { createTestDatabase } from './test-database.js'

const serverUrl = inject('partmanServerUrl')

async function databaseExists(name: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: serverUrl })
  await client.connect()
  const { rowCount } = await client.query('SELECT FROM pg_catalog.pg_database WHERE datname = $1', [name])
  await client.end()
  return rowCount === 1
}

test('databases made from one template at the same time are separate copies of it', async () => {
  const template = await createTestDatabase(serverUrl)
  await template.query('CREATE TABLE note (text text)')
  await template.query("INSERT INTO note VALUES ('from the template')")
  const idle = new pg.Client({ connectionString: template.url })
  await idle.connect()
  await Promise.all([template.close(), idle.end()])

  const copies = await Promise.all(Array.from({ length: 6 }, () => createTestDatabase(serverUrl, { template: template.name })))
  await Promise.all(copies.map((copy, index) => copy.query('INSERT INTO note VALUES ($1)', [`copy ${index}`])))
  const notes = await Promise.all(copies.map(async (copy) => (await copy.query('SELECT text FROM note')).rows))
  expect(notes).toEqual(copies.map((_, index) => [{ text: 'from the template' }, { text: `copy ${index}` }]))

  await Promise.all([template, ...copies].map((database) => database.drop()))
  expect(await Promise.all([template, ...copies].map(({ name }) => databaseExists(name)))).toEqual(Array(7).fill(false))
})

test('dropping a database fails for a session that a test left connected, and drops it nevertheless', async () => {
  const database = await createTestDatabase(serverUrl)
  const leaked = new pg.Client({ connectionString: database.url, application_name: 'forgotten' })
  const ended = new Promise((resolve) => leaked.on('error', resolve))
  await leaked.connect()
  const { rows } = await leaked.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')

  await expect(database.drop()).rejects.toThrow(
    new Error(
      `The test left connections to its database ${database.name}:\n` +
        `  session ${rows[0]?.pid} (forgotten), idle, last statement: SELECT pg_backend_pid() AS pid`,
    ),
  )
  expect(await ended).toBeInstanceOf(Error)
  expect(await databaseExists(database.name)).toBe(false)
})

test('dropping a database fails for a transaction that a test left open on its own session', async () => {
  const database = await createTestDatabase(serverUrl)
  const { rows } = await database.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  await database.query('BEGIN')
  await expect(database.query('SELECT 1 / 0')).rejects.toThrow('division by zero')

  await expect(database.drop()).rejects.toThrow(
    `  its own session ${rows[0]?.pid} (partman test database), idle in transaction (aborted), last statement: SELECT 1 / 0`,
  )
})

test('a session that is just closing is no leak', async () => {
  const database = await createTestDatabase(serverUrl)
  const pool = new pg.Pool({ connectionString: database.url, max: 8 })
  await Promise.all(Array.from({ length: 8 }, () => pool.query('SELECT')))
  void pool.end()
  await database.drop()
  expect(await databaseExists(database.name)).toBe(false)
})
