import pg from 'pg'
import { beforeAll, expect, inject, test } from 'vitest'
import type { TestDatabase } from './database/test-database.js'
import { testDatabase } from './vitest.js'

const names: string[] = []
let shared: TestDatabase

async function remaining(): Promise<string[]> {
  const client = new pg.Client({ connectionString: inject('partmanServerUrl') })
  await client.connect()
  const { rows } = await client.query<{ datname: string }>('SELECT datname FROM pg_catalog.pg_database WHERE datname = ANY($1)', [names])
  await client.end()
  return rows.map(({ datname }) => datname)
}

beforeAll(async () => {
  shared = await testDatabase()
  names.push(shared.name)
})

test('a database made in a test is empty', async () => {
  const database = await testDatabase()
  names.push(database.name)
  const { rows } = await database.query(
    "SELECT count(*)::int AS tables FROM pg_catalog.pg_class WHERE relnamespace = 'public'::regnamespace",
  )
  expect(rows).toEqual([{ tables: 0 }])
})

test('it is gone after its test, and one made in beforeAll stays for the file', async () => {
  expect(await remaining()).toEqual([shared.name])
})
