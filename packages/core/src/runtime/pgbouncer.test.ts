import { findPgBouncer, type PgBouncer, type PostgresServer, simulatedClock, startPgBouncer, startPostgres } from '@partman/testing'
import { testDatabase } from '@partman/testing/vitest'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, inject, it, onTestFinished } from 'vitest'
import { maintainWeeks, WEEKS_TIMEOUT_MS } from '../fixtures/maintained-weeks.js'
import { byNumber, declare, documentOf, withTimeLevels } from '../fixtures/policies.js'
import { prepareDatabase } from '../fixtures/prepare-database.js'
import { PLAIN, webhookDocument, webhookTables } from '../fixtures/webhook-tables.js'
import type { PartmanDocument } from '../policy/document.js'
import { renderRegistration } from '../sql/render-registration.js'
import { sql } from '../sql/sql.js'
import { createMaintainer } from './maintainer.js'
import { pgDatabase } from './pg-database.js'

beforeEach(({ skip }) => {
  skip(findPgBouncer() === undefined, 'PgBouncer is not installed: `apt-get install pgbouncer`, or the like')
})

async function pooler(server: string, poolSize: number): Promise<PgBouncer> {
  const started = await startPgBouncer(server, { poolSize, settings: { max_client_conn: 50 } })
  onTestFinished(() => started.stop())
  return started
}

/** What another client finds changed on each of the pooler's connections, but for what the pooler itself sets for each client. */
async function changedSettings(url: string, connections: number): Promise<unknown[]> {
  const clients = Array.from({ length: connections }, () => new pg.Client({ connectionString: url }))
  const found = new Map<number, unknown[]>()
  for (const client of clients) {
    await client.connect()
    // An open transaction keeps its connection, so that the next client gets another.
    await client.query('BEGIN')
    const { rows: own } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    const { rows } = await client.query(
      `SELECT name, setting FROM pg_settings WHERE source = 'session' AND setting IS DISTINCT FROM reset_val AND name <> 'application_name'
       UNION ALL SELECT 'prepared statement', name FROM pg_prepared_statements
       UNION ALL SELECT 'advisory lock', objid::text FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()
       UNION ALL SELECT 'listening', channel FROM pg_listening_channels() AS channel
       UNION ALL SELECT 'temporary table', relname FROM pg_class WHERE relpersistence = 't' AND relnamespace = pg_my_temp_schema()`,
    )
    found.set(own[0]!.pid, rows)
  }
  await Promise.all(clients.map((client) => client.end()))
  expect(found.size).toBe(connections)
  return [...found.values()].flat()
}

let server: PostgresServer
beforeAll(async () => {
  if (findPgBouncer() !== undefined) server = await startPostgres()
})
afterAll(() => server?.stop())

it.each([2, 5])('%i maintainers work through PgBouncer as they do without it', { timeout: WEEKS_TIMEOUT_MS }, async (size) => {
  const url = await maintainWeeks(server, size, () => pooler(server.url, 3))
  expect(await changedSettings(url, 3)).toEqual([])
})

it('nothing of a run is left to whoever gets its connection next', async () => {
  const sized = withTimeLevels(webhookDocument(), { retention: { kind: 'size', size: '1 GB', grace: '24 hours' } })
  const aged = webhookDocument()
  const numbered = documentOf(declare(byNumber(), 'Numbered')).tables
  const document: PartmanDocument = { ...aged, tables: [aged.tables[0]!, { ...sized.tables[1]! }, ...numbered] }
  const test = await testDatabase()
  await prepareDatabase(test, document, [
    ...webhookTables(PLAIN, document),
    sql`CREATE TABLE "Numbered" (id bigint PRIMARY KEY) PARTITION BY RANGE (id)`,
  ])
  await test.query(`INSERT INTO "Project" (id) VALUES ('a')`)
  // One connection, which has seen everything in the end.
  const url = (await pooler(inject('partmanServerUrl'), 1)).through(test.url)
  const pool = new pg.Pool({ connectionString: url })
  const kinds = new Set<string>()
  for (const at of ['2026-03-01T12:00:00Z', '2026-04-01T12:00:00Z', '2026-04-02T12:00:00Z']) {
    const clock = simulatedClock(at)
    await pool.query(renderRegistration(document, 'Project', `since ${at}`, { now: clock.now().getTime(), lockTimeoutMs: 123 }))
    const report = await createMaintainer({ document, database: pgDatabase(pool), clock, lockTimeoutMs: 321 }).runOnce()
    expect(report).toMatchObject({ outcome: 'done' })
    for (const { kind } of 'steps' in report ? report.steps : []) kinds.add(kind)
  }
  expect([...kinds]).toEqual(['create-partition', 'detach-partition', 'drop-partition'])
  await pool.end()
  expect(await changedSettings(url, 1)).toEqual([])
})

it('nor of a run that failed', async () => {
  const document = webhookDocument()
  const test = await testDatabase()
  await prepareDatabase(test, document, webhookTables(PLAIN, document), { firstPartitions: false })
  await test.query('BEGIN')
  await test.query('LOCK TABLE "AuditLog" IN SHARE UPDATE EXCLUSIVE MODE')
  const url = (await pooler(inject('partmanServerUrl'), 1)).through(test.url)
  const pool = new pg.Pool({ connectionString: url })
  const clock = simulatedClock('2026-03-01T12:00:00Z')
  const report = await createMaintainer({
    document,
    database: pgDatabase(pool),
    clock,
    lockTimeoutMs: 50,
    lockAttempts: 2,
    lockBackoffMs: 1,
  }).runOnce()
  expect(report).toMatchObject({ outcome: 'failed' })
  await test.query('COMMIT')
  await pool.end()
  expect(await changedSettings(url, 1)).toEqual([])
})
