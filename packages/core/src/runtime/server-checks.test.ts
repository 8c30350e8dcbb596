import { createTestDatabase, startPostgres, type TestDatabase } from '@partman/testing'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { DATABASE_CHECKS } from '../checks/database-checks.js'
import { serverBugsCheck } from '../checks/server-bugs.js'
import { serverVersionCheck } from '../checks/server-version.js'
import { type CheckedDatabase, checkedDatabase, openSession } from '../fixtures/checked-database.js'
import { startPair } from '../fixtures/standby-pair.js'
import { HOSTILE, PLAIN, webhookDocument } from '../fixtures/webhook-tables.js'
import { identifier, sql } from '../sql/sql.js'
import { databaseObservers } from './database-observers.js'
import { pgDatabase } from './pg-database.js'
import { planMaintenance } from './plan-maintenance.js'
import { runChecks } from './run-checks.js'

let checked: CheckedDatabase

beforeAll(async () => {
  checked = await checkedDatabase(HOSTILE)
})

/** A role of its own that owns nothing, until the test is over. */
async function createRole({ test }: CheckedDatabase): Promise<{ name: string; url: string }> {
  const name = `maintainer "of" ${test.name}`
  await test.query(sql`CREATE ROLE ${identifier(name)} LOGIN PASSWORD 'secret'`)
  onTestFinished(async () => {
    await test.query(sql`DROP OWNED BY ${identifier(name)}`)
    await test.query(sql`DROP ROLE ${identifier(name)}`)
  })
  const url = new URL(test.url)
  url.username = encodeURIComponent(name)
  url.password = 'secret'
  return { name, url: url.href }
}

const version = async (test: TestDatabase) =>
  Number((await test.query<{ version: number }>(`SELECT current_setting('server_version_num')::int / 10000 AS version`)).rows[0]!.version)

describe('settings', () => {
  test('pruning that is off is found wherever it was set, and the statement takes that away', async () => {
    const { check, test } = checked
    const database = identifier(test.name)
    for (const place of [`DATABASE ${database}`, `ROLE ${identifier('postgres')} IN DATABASE ${database}`]) {
      await test.query(`ALTER ${place} SET enable_partition_pruning = 'off'`)
      const found = await check()
      const message = `enable_partition_pruning is off for postgres in ${test.name}`
      expect(found).toMatchObject([{ code: 'PARTITION_PRUNING_OFF', severity: 'warning', message }])
      expect(found[0]!.statements).toEqual([`ALTER ${place} RESET enable_partition_pruning;`])
      await test.query(found[0]!.statements[0]!)
      expect(await check()).toEqual([])
    }
  })

  test.each([
    ['statement_timeout', '30s', 'statement_timeout is 30000 ms'],
    ['lock_timeout', '500ms', 'lock_timeout is 500 ms'],
  ])('%s is found wherever it was set, and is taken from one role in one database alone', async (setting, value, message) => {
    const { check, test } = checked
    const [database, role] = [identifier(test.name), identifier('postgres')]
    for (const place of [`DATABASE ${database}`, `ROLE ${role} IN DATABASE ${database}`]) {
      await test.query(`ALTER ${place} SET ${setting} = '${value}'`)
      const found = await check()
      expect(found).toMatchObject([
        { code: 'TIMEOUT_CANCELS', severity: 'warning', message: `${message} for postgres in ${test.name}`, statements: [] },
      ])
      expect(found[0]!.choices.map(({ sql }) => sql)).toEqual([`ALTER ROLE ${role} IN DATABASE ${database} SET ${setting} = 0;`])
      await test.query(found[0]!.choices[0]!.sql)
      expect(await check()).toEqual([])
      await test.query(`ALTER ROLE ${role} IN DATABASE ${database} RESET ${setting}`)
      await test.query(`ALTER DATABASE ${database} RESET ${setting}`)
    }
  })

  test('a limit that lets the longest step end is none', async () => {
    const { check, test } = checked
    await test.query(sql`ALTER DATABASE ${identifier(test.name)} SET statement_timeout = '10min'`)
    onTestFinished(async () => void (await test.query(sql`ALTER DATABASE ${identifier(test.name)} RESET statement_timeout`)))
    expect(await check()).toEqual([])
  })
})

test('an open transaction is found from the age on that is asked for, with no word of its query, and can be ended', async () => {
  const { check, test } = checked
  const session = await openSession(test.url, 'a "reader"')
  await session.query('BEGIN')
  await session.query(`SELECT 'forgotten'`)
  expect(await check()).toEqual([])
  const [found, ...others] = await check({ transactionAgeMs: 0 })
  expect(found).toEqual({
    code: 'TRANSACTION_OLD',
    severity: 'warning',
    check: 'open transactions',
    declaredAt: null,
    message: expect.stringMatching(
      /^The transaction of pid \d+ postgres a "reader" is open for \d+ (ms|seconds?), idle in transaction; idle_in_transaction_session_timeout is 0$/,
    ),
    reason:
      'Until it ends no partition of a table that it uses is detached; and it may keep indexes from being built and rows from being vacuumed.',
    nextStep: 'Find out what it waits for, and end it. A limit ends the next one that is forgotten.',
    statements: [],
    choices: [
      {
        label: 'where nobody needs what it has done: all of it is lost',
        sql: expect.stringMatching(/^SELECT pg_terminate_backend\(\d+\);$/),
      },
      {
        label: 'where no session of any role may idle in a transaction for longer, backups included',
        sql: `ALTER DATABASE ${identifier(test.name)} SET idle_in_transaction_session_timeout = '5min';`,
      },
    ],
    page: 'docs/doctor.md#transaction_old',
  })
  expect(others).toEqual([])
  for (const { sql } of found!.choices) await test.query(sql)
  await expect(session.query('SELECT')).rejects.toThrow()
  expect(await check({ transactionAgeMs: 0 })).toEqual([])
  await test.query(sql`ALTER DATABASE ${identifier(test.name)} RESET idle_in_transaction_session_timeout`)
})

test.each(['partman', 'partman maintain', 'pg_dump'])('a transaction of %s is not told to be ended', async (application) => {
  const { check, test } = checked
  const session = await openSession(test.url, application)
  await session.query('BEGIN; SELECT')
  const [found] = await check({ transactionAgeMs: 0 })
  expect(found).toMatchObject({ code: 'TRANSACTION_OLD', nextStep: expect.stringMatching(/^It ends by itself/) })
  expect(JSON.stringify(found)).not.toContain('pg_terminate_backend')
  await session.query('ROLLBACK')
})

test('a role that may do nothing is told what a maintainer of it would lack, and no more', async () => {
  const { check, test, document } = checked
  const role = await createRole(checked)
  const missing = async () =>
    (await check({ url: role.url })).filter(({ code }) => code === 'PRIVILEGE_MISSING' || code === 'ACTIVITY_HIDDEN')
  const found = await missing()
  expect(found.map(({ code, severity, message }) => [code, severity, message])).toEqual([
    ['PRIVILEGE_MISSING', 'error', `${role.name} lacks CREATE on the schema ${document.partitionSchema}`],
    ['PRIVILEGE_MISSING', 'error', `${role.name} lacks USAGE on the schema ${document.partitionSchema}`],
    ['PRIVILEGE_MISSING', 'error', `${role.name} lacks USAGE on the schema partman`],
    ...[
      'SELECT, INSERT, UPDATE on partman.approval',
      'INSERT on partman.audit',
      `SELECT, ${(await version(test)) < 17 ? 'UPDATE' : 'MAINTAIN'} on partman.hold`,
      'SELECT, INSERT, UPDATE, DELETE on partman.hook_call',
      'SELECT, INSERT, UPDATE on partman.lease',
      'SELECT, UPDATE on partman.removal',
      'SELECT, INSERT, UPDATE, DELETE on partman.run',
      'SELECT, INSERT, DELETE on partman.sample',
      'SELECT on partman.tenant',
    ].map((what) => ['PRIVILEGE_MISSING', 'error', `${role.name} lacks ${what}`]),
    ['ACTIVITY_HIDDEN', 'info', `${role.name} does not see what sessions of other roles do`],
  ])
  expect(found.flatMap(({ statements }) => statements)).toEqual([])
  for (const { choices } of found) for (const { sql } of choices) await test.query(sql)
  expect(await missing()).toEqual([])
})

test('one failing look hides no other, and is told of with what was not seen', async () => {
  const role = await createRole(checked)
  const found = await checked.check({ url: role.url })
  expect(found[0]).toMatchObject({
    code: 'CHECK_FAILED',
    severity: 'error',
    message:
      'permission denied for schema partman. Not looked at: last maintenance, outcome of the last maintenance run, runs that were cut off, lease of the maintainer, hooks of the application',
  })
  expect(found.length).toBeGreaterThan(1)
})

test('a database that cannot be reached is one finding', async () => {
  const pool = new pg.Pool({ connectionString: 'postgresql://postgres@127.0.0.1:1/none' })
  const found = await runChecks(databaseObservers(pgDatabase(pool), webhookDocument(PLAIN)), DATABASE_CHECKS)
  await pool.end()
  expect(found).toMatchObject([{ code: 'DATABASE_UNREACHABLE', severity: 'error', check: 'checks' }])
  expect(found[0]!.message).toMatch(/^connect ECONNREFUSED .* Not looked at: version of PostgreSQL, .*hooks of the application$/)
})

describe('a server of its own', () => {
  let server: Awaited<ReturnType<typeof startPostgres>>
  let database: TestDatabase
  let own: CheckedDatabase

  beforeAll(async () => {
    server = await startPostgres({ settings: { max_prepared_transactions: 5, wal_level: 'logical' } })
    database = await createTestDatabase(server.url)
    own = await checkedDatabase(PLAIN, database)
  })
  afterAll(async () => {
    await database?.drop()
    await server?.stop()
  })

  test('autovacuum and statistics that are off are found, and the statements turn them on', async () => {
    for (const name of ['autovacuum', 'track_counts']) await database.query(`ALTER SYSTEM SET ${name} = off`)
    await database.query('SELECT pg_reload_conf()')
    await expect
      .poll(() => own.check())
      .toMatchObject([{ code: 'VACUUM_OFF', severity: 'warning', message: 'autovacuum and track_counts are off' }])
    const [found] = await own.check()
    for (const statement of found!.statements) await database.query(statement)
    await expect.poll(() => own.check()).toEqual([])
  })

  test('a prepared transaction is found, and whether it is committed is left to somebody', async () => {
    await database.query('BEGIN; CREATE TABLE half (); ')
    await database.query(`PREPARE TRANSACTION 'it''s "half" done'`)
    expect(await own.check()).toEqual([])
    const found = await own.check({ transactionAgeMs: 0 })
    expect(found).toMatchObject([
      {
        code: 'PREPARED_TRANSACTION_OLD',
        severity: 'warning',
        message: expect.stringMatching(/^The prepared transaction it's "half" done of postgres waits for \d+ /),
      },
    ])
    expect(found[0]!.statements).toEqual([])
    expect(found[0]!.choices.map(({ sql }) => sql)).toEqual([
      `COMMIT PREPARED 'it''s "half" done';`,
      `ROLLBACK PREPARED 'it''s "half" done';`,
    ])
    await database.query(found[0]!.choices[1]!.sql)
    expect(await own.check({ transactionAgeMs: 0 })).toEqual([])
  })

  test('a replication slot that nobody reads from is found, and can be dropped', async () => {
    await database.query(`SELECT pg_create_physical_replication_slot('forgotten', true)`)
    const found = await own.check()
    expect(found).toMatchObject([
      {
        code: 'REPLICATION_SLOT_INACTIVE',
        severity: 'warning',
        message: expect.stringMatching(
          /^Nobody reads from the physical replication slot forgotten, which keeps \d+ MB of the write-ahead log$/,
        ),
      },
    ])
    expect(found[0]!.statements).toEqual([])
    await database.query(found[0]!.choices[0]!.sql)
    expect(await own.check()).toEqual([])
  })
})

test('a standby is found, and looked at all the same', async () => {
  const pair = await startPair((primary) => checkedDatabase(PLAIN, primary))
  const found = await runChecks(databaseObservers(pgDatabase(pair.standby), webhookDocument(PLAIN)), DATABASE_CHECKS)
  expect(found.filter(({ code }) => code !== 'SERVER_VERSION_OLD')).toMatchObject([{ code: 'SERVER_STANDBY', severity: 'warning' }])
  expect((await planMaintenance(pgDatabase(pair.standby), webhookDocument(PLAIN))).plan.findings).toEqual([])
})

describe('versions', () => {
  const now = Date.parse('2026-06-01')
  const of = (version: number, foreignKeys = { toPartitioned: false, toItself: false }) => {
    const facts = { server: { version, now, foreignKeys } as never }
    return [...serverVersionCheck.find(facts), ...serverBugsCheck.find(facts)].map(({ code, severity }) => `${severity} ${code}`)
  }

  test.each([
    [130_023, ['error SERVER_VERSION_UNSUPPORTED']],
    [140_003, ['info SERVER_VERSION_OLD', 'warning SERVER_BUG']],
    [140_004, ['info SERVER_VERSION_OLD']],
    [140_020, []],
    [170_006, ['info SERVER_VERSION_OLD']],
    [180_000, ['info SERVER_VERSION_OLD']],
    [180_001, []],
    [190_000, ['info SERVER_VERSION_UNSUPPORTED']],
  ])('%i', (version, expected) => {
    expect(of(version)).toEqual(expected)
  })

  test('a bug of foreign keys is told of where there are such keys', () => {
    expect(of(170_000, { toPartitioned: true, toItself: true })).toEqual([
      'info SERVER_VERSION_OLD',
      'warning SERVER_BUG',
      'warning SERVER_BUG',
    ])
    expect(of(170_004, { toPartitioned: true, toItself: true })).toEqual(['info SERVER_VERSION_OLD', 'warning SERVER_BUG'])
    expect(of(180_001, { toPartitioned: true, toItself: true })).toEqual([])
  })

  test('a major that gets no corrections any more is old', () => {
    const facts = { server: { version: 140_023, now: Date.parse('2026-11-13') } as never }
    expect(serverVersionCheck.find(facts)).toMatchObject([
      { code: 'SERVER_VERSION_OLD', message: 'The server is PostgreSQL 14.23, which gets no corrections since 2026-11-12' },
    ])
  })

  test('foreign keys between partitioned tables are seen', async () => {
    const { test } = checked
    const observe = async () => (await databaseObservers(pgDatabase(test), checked.document).server()).foreignKeys
    expect(await observe()).toEqual({ toPartitioned: false, toItself: false })
    await test.query(`CREATE TABLE tree (id int PRIMARY KEY, parent int REFERENCES tree (id)) PARTITION BY RANGE (id)`)
    expect(await observe()).toEqual({ toPartitioned: false, toItself: true })
    await test.query(`CREATE TABLE leaf (id int PRIMARY KEY, tree int REFERENCES tree (id)) PARTITION BY RANGE (id)`)
    expect(await observe()).toEqual({ toPartitioned: true, toItself: true })
    await test.query('DROP TABLE leaf, tree')
  })
})
