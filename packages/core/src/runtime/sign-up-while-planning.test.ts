import { simulatedClock, type TestDatabase } from '@partman/testing'
import { testDatabase } from '@partman/testing/vitest'
import { expect, it, vi } from 'vitest'
import { openSession } from '../fixtures/filled-tables.js'
import { gatedDatabase } from '../fixtures/gated-database.js'
import { prepareDatabase } from '../fixtures/prepare-database.js'
import { PLAIN, webhookDocument, webhookTables } from '../fixtures/webhook-tables.js'
import { renderRegistration } from '../sql/render-registration.js'
import { createMaintainer } from './maintainer.js'
import { pgDatabase } from './pg-database.js'

const DOCUMENT = webhookDocument()
const NOW = '2026-03-01T12:00:00Z'
const REGISTER = renderRegistration(DOCUMENT, 'Project', 'new', { now: Date.parse(NOW), lockTimeoutMs: 5_000 })

async function prepared() {
  const test = await testDatabase()
  await prepareDatabase(test, DOCUMENT, webhookTables(PLAIN, DOCUMENT), { firstPartitions: false })
  const logged: string[] = []
  const log = (_: object, message: string) => void logged.push(message)
  // Whoever meets the lock of a sign-up tries again.
  const logger = { info() {}, warn() {}, error: log }
  const begin = (database = pgDatabase(test)) =>
    createMaintainer({ document: DOCUMENT, database, clock: simulatedClock(NOW), logger, lockTimeoutMs: 40_000 }).runOnce()
  return { test, begin, logged }
}

async function attached(test: TestDatabase): Promise<number> {
  const { rows } = await test.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_inherits WHERE inhparent = '"DeliveryAttempt"'::regclass`,
  )
  return rows[0]!.count
}

it.each([
  ['before tenants are read', /FROM partman\.tenant/],
  ['before its partitions are made', /^DO .*CREATE TABLE/s],
])('a tenant that signs up %s, and after partitions were, is no failure', async (_when, statement) => {
  const { test, begin, logged } = await prepared()
  if (statement.source.startsWith('^DO')) await test.query(`INSERT INTO "Project" (id) VALUES ('new')`)
  const { database, reached, open } = gatedDatabase(pgDatabase(test), statement)
  const run = begin(database)
  await reached
  await test.query(REGISTER)
  open()
  expect(await run).toMatchObject({ outcome: 'done' })
  expect([logged, await attached(test)]).toEqual([[], 1])
  expect(await begin()).toMatchObject({ outcome: 'done', steps: [] })
})

it('nor is one whose sign-up is not over when its partitions are made', async () => {
  const { test, begin, logged } = await prepared()
  await test.query(`INSERT INTO "Project" (id) VALUES ('new')`)
  const signUp = await openSession(test)
  const other = await openSession(test)
  await signUp.query('BEGIN')
  await signUp.query(REGISTER)
  const run = begin(pgDatabase(other))
  const waiting = () => test.query(`SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`)
  await vi.waitUntil(async () => (await waiting()).rows.length > 0, { timeout: 20_000 })
  await signUp.query('COMMIT')
  expect(await run).toMatchObject({ outcome: 'done' })
  expect([logged, await attached(test)]).toEqual([[], 1])
})
