import { testDatabase } from '@partman/testing/vitest'
import { describe, expect, it } from 'vitest'
import { type FilledTables, filledTables, formatSteps, openSession } from '../fixtures/filled-tables.js'
import { prepareDatabase } from '../fixtures/prepare-database.js'
import { HOSTILE, PLAIN, webhookDocument, webhookTables } from '../fixtures/webhook-tables.js'
import type { PartmanDocument, TableName } from '../policy/document.js'
import type { Database } from '../sql/database.js'
import { identifier, qualified, type Sql } from '../sql/sql.js'
import { createMaintainer } from './maintainer.js'
import type { MaintenanceReport } from './maintenance-report.js'
import { pgDatabase } from './pg-database.js'
import { planMaintenance } from './plan-maintenance.js'
import { addHold, listHolds, type NewHold, releaseHold } from './record-hold.js'

const EXPIRED = '2026-04-10T12:00:00Z'
const AFTER_GRACE = '2026-04-12T12:00:00Z'
const ONEIL = `O'Neil; --`

function holdOn(table: TableName, given: Partial<NewHold> = {}): NewHold {
  return { table, tenant: null, lower: null, upper: null, reason: `Müller's "suit"; DROP TABLE x`, until: null, by: 'me@here', ...given }
}

/** What is left of the deliveries: tenant, day and rows. */
async function attached({ test, names }: FilledTables): Promise<string[]> {
  const { rows } = await test.query<{ left: string }>(
    `SELECT concat_ws(' ', ${identifier(names.projectId)}, to_char(${identifier(names.createdAt)} AT TIME ZONE 'UTC', 'MM-DD'), count(*)) AS left
     FROM ${qualified(names.attempts)} GROUP BY ${identifier(names.projectId)}, to_char(${identifier(names.createdAt)} AT TIME ZONE 'UTC', 'MM-DD') ORDER BY 1`,
  )
  return rows.map(({ left }) => left)
}

/** The retired partitions of the first four days that stand, by their names. */
async function detached({ test, document, clock }: FilledTables): Promise<string[]> {
  const { observation } = await planMaintenance(pgDatabase(test), document, { clock })
  return observation.state.detached
    .map(({ name }) => name)
    .filter((name) => /0301$|0302$|0303$|0304$/.test(name))
    .sort()
}

const failures = (report: MaintenanceReport) =>
  'steps' in report ? report.steps.filter(({ outcome }) => outcome !== 'done').map(({ error }) => error ?? '') : []

/** A database that does something before the first statement of a kind. */
function before(database: Database, kind: string, act: () => Promise<unknown>): Database {
  let isDone = false
  return {
    async query<Row extends object>(statement: Sql, values?: readonly unknown[]): Promise<Row[]> {
      if (!isDone && statement.includes(kind)) {
        isDone = true
        await act()
      }
      return database.query<Row>(statement, values)
    },
  }
}

const EVERY_DAY = ['03-01 24', '03-02 24', '03-03 24', '03-04 24']
const EVERYTHING = [ONEIL, 'acme'].flatMap((tenant) => EVERY_DAY.map((day) => `${tenant} ${day}`)).sort()

describe.each([PLAIN, HOSTILE])('a hold, with $label', (names) => {
  it('keeps the partitions of one tenant in a range, and nothing else', async () => {
    const tables = await filledTables(names)
    await addHold(pgDatabase(tables.test), holdOn(names.attempts, { tenant: ONEIL, lower: '2026-03-02', upper: '2026-03-03' }))
    tables.clock.set(EXPIRED)
    expect(await attached(tables)).toEqual(EVERYTHING)
    const report = await tables.maintain()
    expect([report.outcome, failures(report)]).toEqual(['done', []])
    expect('findings' in report && report.findings.map(({ code, message }) => [code, message])).toEqual([
      [
        'HOLD_KEEPS',
        `1 partition of ${names.attempts.schema}.${names.attempts.name} would go, but for hold 1 (Müller's "suit"; DROP TABLE x)`,
      ],
    ])
    expect(await attached(tables)).toEqual([`${ONEIL} 03-02 24`])
    tables.clock.set(AFTER_GRACE)
    await tables.maintain()
    expect([await attached(tables), await detached(tables)]).toEqual([[`${ONEIL} 03-02 24`], []])
  })

  it('keeps a range of all tenants', async () => {
    const tables = await filledTables(names)
    await addHold(pgDatabase(tables.test), holdOn(names.attempts, { lower: '2026-03-03T12:00:00.000Z' }))
    tables.clock.set(EXPIRED)
    await tables.maintain()
    expect(await attached(tables)).toEqual(EVERYTHING.filter((left) => /03-0[34]/.test(left)))
  })

  it('keeps what stands detached, in its grace period and after it, until it is released', async () => {
    const tables = await filledTables(names)
    const database = pgDatabase(tables.test)
    tables.clock.set(EXPIRED)
    await tables.maintain()
    const hold = await addHold(database, holdOn(names.attempts, { tenant: ONEIL, upper: '2026-03-04' }))
    const count = async () => (await detached(tables)).length
    await tables.maintain()
    expect(await count()).toBe(8)
    tables.clock.set(AFTER_GRACE)
    const report = await tables.maintain()
    expect([await count(), 'findings' in report && report.findings.map(({ code }) => code)]).toEqual([3, ['HOLD_KEEPS']])
    await releaseHold(database, { id: hold.id, by: 'me@here', reason: null })
    await tables.maintain()
    expect(await count()).toBe(0)
  })

  it('ends at its instant', async () => {
    const tables = await filledTables(names)
    await addHold(pgDatabase(tables.test), holdOn(names.attempts, { until: '2026-04-11T00:00:00.000Z' }))
    tables.clock.set(EXPIRED)
    await tables.maintain()
    expect(await attached(tables)).toEqual(EVERYTHING)
    tables.clock.set(AFTER_GRACE)
    await tables.maintain()
    expect(await attached(tables)).toEqual([])
  })

  it('that comes after the plan stops what the plan would detach, and then what it would drop', async () => {
    const tables = await filledTables(names)
    const database = pgDatabase(tables.test)
    const known = await addHold(database, holdOn(names.attempts, { tenant: 'acme', upper: '2026-03-02' }))
    const added: string[] = []
    const add = async () => added.push((await addHold(database, holdOn(names.attempts, { tenant: ONEIL }))).id)
    tables.clock.set(EXPIRED)
    const report = await tables.maintain({ database: before(database, 'COMMENT ON TABLE', add) })
    expect([added, report.outcome]).toEqual([['2'], 'failed'])
    expect(failures(report)[0]).toMatch(/ is kept for now: a hold was added since the plan was made$/)
    expect(await attached(tables)).toEqual(EVERYTHING)

    await tables.maintain()
    expect(await attached(tables)).toEqual(EVERYTHING.filter((left) => left.startsWith(ONEIL) || left === 'acme 03-01 24'))
    for (const id of [known.id, ...added]) await releaseHold(database, { id, by: 'me@here', reason: null })
    await tables.maintain()
    tables.clock.set(AFTER_GRACE)
    const dropping = await tables.maintain({ database: before(database, 'DROP TABLE', add) })
    expect(new Set(failures(dropping).map((error) => error.replace(/^.*(: a hold)/, '$1')))).toEqual(
      new Set([': a hold was added since the plan was made']),
    )
    expect((await detached(tables)).length).toBe(8)
  })

  it('stops a plan that was looked at and is applied', async () => {
    const tables = await filledTables(names)
    const database = pgDatabase(tables.test)
    tables.clock.set(EXPIRED)
    const { plan } = await planMaintenance(database, tables.document, tables)
    expect(plan.operations.filter(({ kind }) => kind === 'detach-partition').length).toBe(8)
    await addHold(database, holdOn(names.attempts))
    const { applyPlan } = createMaintainer({ document: tables.document, database })
    await expect(applyPlan(plan)).rejects.toMatchObject({ code: 'PLAN_STALE' })
    expect(await attached(tables)).toEqual(EVERYTHING)
  })

  it('goes with its table when that is renamed', async () => {
    const tables = await filledTables(names)
    const database = pgDatabase(tables.test)
    await addHold(database, holdOn(names.attempts, { tenant: 'acme' }))
    await tables.test.query(`ALTER TABLE ${qualified(names.attempts)} RENAME TO "renamed ""x"""`)
    const renamed = { schema: names.attempts.schema, name: 'renamed "x"' }
    const document: PartmanDocument = {
      ...tables.document,
      tables: tables.document.tables.map((one, index) => (index === 0 ? { ...one, table: renamed } : one)),
    }
    tables.clock.set(EXPIRED)
    const { plan } = await planMaintenance(database, document, { clock: tables.clock, approved: true })
    const gone = plan.operations.flatMap((one) => (one.kind === 'detach-partition' ? [one.tenant] : []))
    expect(gone).toEqual([ONEIL, ONEIL, ONEIL, ONEIL])
  })
})

it('a hold on another table that comes after the plan stops nothing', async () => {
  const tables = await filledTables()
  const database = pgDatabase(tables.test)
  tables.clock.set(EXPIRED)
  const add = () => addHold(database, holdOn(PLAIN.audit))
  const report = await tables.maintain({ database: before(database, 'COMMENT ON TABLE', add) })
  expect([report.outcome, await attached(tables)]).toEqual(['done', []])
})

it.each([
  ['has another name now', `table_name = 'its name before'`],
  ['has another object id now, as after a restore,', 'table_oid = 1'],
])('a hold on a table that %s stops a detach, too, when it comes after the plan', async (_what, change) => {
  const tables = await filledTables()
  const database = pgDatabase(tables.test)
  tables.clock.set(EXPIRED)
  const add = async () => {
    await addHold(database, holdOn(PLAIN.attempts))
    await tables.test.query(`UPDATE partman.hold SET ${change}`)
  }
  await tables.maintain({ database: before(database, 'COMMENT ON TABLE', add) })
  expect(await attached(tables)).toEqual(EVERYTHING)
})

it('a hold that comes after the first of several detaches stops the others', async () => {
  const tables = await filledTables()
  const database = pgDatabase(tables.test)
  const add = () => addHold(database, holdOn(PLAIN.audit))
  tables.clock.set('2027-06-10T12:00:00Z')
  // No foreign key points from the log to another table.
  const report = await tables.maintain({ database: before(database, 'DETACH PARTITION "partman_partitions"."AuditLog', add) })
  const months = formatSteps(report).filter((step) => step.startsWith('detach-partition AuditLog'))
  expect(months.map((step) => step.split(' ')[2])).toEqual(['done', 'failed', 'skipped'])
})

it('a hold that was begun before another one and is committed after the plan stops what it is on', async () => {
  const tables = await filledTables()
  const database = pgDatabase(tables.test)
  const session = await openSession(tables.test)
  await session.query('BEGIN')
  const late = await addHold(pgDatabase(session), holdOn(PLAIN.attempts, { tenant: 'acme' }))
  const early = await addHold(database, holdOn(PLAIN.attempts, { tenant: 'nobody' }))
  expect([late.id, early.id]).toEqual(['1', '2'])
  tables.clock.set(EXPIRED)
  await tables.maintain({ database: before(database, 'COMMENT ON TABLE', () => session.query('COMMIT')) })
  expect(await attached(tables)).toEqual(EVERYTHING)
})

it('whoever adds a hold waits for the step under way, and a step waits for whoever adds one', async () => {
  const tables = await filledTables()
  const database = pgDatabase(tables.test)
  // A day later another day has expired; from then on there is nothing to do but to drop.
  for (const instant of [EXPIRED, '2026-04-11T11:00:00Z']) {
    tables.clock.set(instant)
    await tables.maintain()
  }
  tables.clock.set('2026-04-11T13:00:00Z')
  const { state } = (await planMaintenance(database, tables.document, tables)).observation
  const [reader, adder, observer] = [await openSession(tables.test), await openSession(tables.test), await openSession(tables.test)]
  await adder.query('BEGIN')
  const { pid } = (await adder.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]!
  const first = await addHold(pgDatabase(adder), holdOn(PLAIN.attempts, { tenant: 'nobody' }))
  const report = await tables.maintain({ lockAttempts: 1 })
  const blocked = 'steps' in report ? report.steps.filter(({ kind }) => kind === 'drop-partition') : []
  expect(new Set(blocked.map(({ outcome, blockers }) => JSON.stringify([outcome, blockers?.map((one) => one.pid)])))).toEqual(
    new Set([JSON.stringify(['failed', [pid]])]),
  )
  await adder.query('COMMIT')

  await reader.query('BEGIN')
  await reader.query(`LOCK TABLE ${qualified(state.detached.find(({ name }) => name.endsWith('0301'))!)} IN ACCESS SHARE MODE`)
  const ended: string[] = []
  const running = tables.maintain({ lockTimeoutMs: 60_000, lockAttempts: 1 }).then((done) => ended.push(done.outcome))
  const locks = `SELECT l.mode, l.granted FROM pg_locks l WHERE l.relation = 'partman.hold'::regclass AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND l.mode IN ('ShareLock', 'RowExclusiveLock') ORDER BY 1`
  const until = async (expected: string) => {
    while (JSON.stringify((await observer.query(locks)).rows) !== expected);
  }
  await until('[{"mode":"ShareLock","granted":true}]')
  const adding = addHold(pgDatabase(adder), holdOn(PLAIN.attempts)).then(() => ended.push('added'))
  await until('[{"mode":"RowExclusiveLock","granted":false},{"mode":"ShareLock","granted":true}]')
  expect(ended).toEqual([])
  await reader.query('COMMIT')
  await Promise.all([running, adding])
  expect(ended).toContain('added')
  // All that was under way is gone, and nothing after it.
  const left = await detached(tables)
  await tables.maintain()
  expect(await detached(tables)).toEqual(left)
  expect((await listHolds(database)).map(({ id }) => id)).toContain(first.id)
})

it('nothing goes by a snapshot that may be older than a hold', async () => {
  const tables = await filledTables()
  const session = await openSession(tables.test)
  await session.query(`SET default_transaction_isolation = 'repeatable read'`)
  tables.clock.set(EXPIRED)
  const report = await tables.maintain({ database: pgDatabase(session) })
  expect(failures(report)[0]).toBe('holds can only be respected in transactions that are READ COMMITTED')
  expect(await attached(tables)).toEqual(EVERYTHING)
})

it('where the holds cannot be read, nothing is planned', async () => {
  const whole = webhookDocument()
  const document = { ...whole, tables: whole.tables.slice(1), tenantSets: [] }
  const test = await testDatabase()
  await prepareDatabase(test, whole, webhookTables(PLAIN, whole), { firstPartitions: false })
  const session = await openSession(test)
  await session.query('BEGIN')
  await session.query('CREATE ROLE blind_to_holds')
  await session.query('GRANT USAGE ON SCHEMA partman TO blind_to_holds')
  await session.query('GRANT SELECT ON partman.tenant, partman.approval TO blind_to_holds')
  await session.query('SET LOCAL ROLE blind_to_holds')
  await expect(planMaintenance(pgDatabase(session), document)).rejects.toMatchObject({ code: '42501' })
  await session.query('ROLLBACK')
})

it('who has held and released what is on record, and a hold is released once', async () => {
  const whole = webhookDocument()
  const test = await testDatabase()
  const database = await prepareDatabase(test, whole, webhookTables(PLAIN, whole), { firstPartitions: false })
  const tenant = `x'; DROP TABLE partman.hold; --`
  const hold = await addHold(database, holdOn(PLAIN.attempts, { tenant, lower: '2026-03-01', until: '2999-01-01T00:00:00.000Z' }))
  expect(hold).toMatchObject({
    id: '1',
    table: PLAIN.attempts,
    tenant,
    lower: '2026-03-01',
    upper: null,
    until: '2999-01-01T00:00:00.000Z',
  })
  expect(hold).toMatchObject({ state: 'in-force', heldBy: 'me@here', releasedAt: null, reason: `Müller's "suit"; DROP TABLE x` })
  expect(await listHolds(database)).toEqual([hold])
  await test.query(`UPDATE partman.hold SET until = now() - interval '1 day'`)
  expect((await listHolds(database)).map(({ state }) => state)).toEqual(['over'])
  const released = await releaseHold(database, { id: '1', by: 'you@there', reason: `won'; --` })
  expect(released).toMatchObject({ state: 'released', releasedBy: 'you@there' })
  expect([await listHolds(database), await listHolds(database, { all: true })]).toEqual([[], [released]])
  const again = releaseHold(database, { id: '1', by: 'you@there', reason: null })
  await expect(again).rejects.toMatchObject({
    code: 'HOLD_UNKNOWN',
    message: expect.stringMatching(/^Hold 1 was released at .* by you@there$/),
  })
  for (const id of ['2', '0', '1; DROP TABLE partman.hold', '9'.repeat(30), '']) {
    await expect(releaseHold(database, { id, by: 'you@there', reason: null })).rejects.toMatchObject({ code: 'HOLD_UNKNOWN' })
  }
  const { rows } = await test.query(
    `SELECT actor, act, table_schema, table_name, subject, details ->> 'tenant' AS tenant, reason FROM partman.audit ORDER BY id`,
  )
  const common = { table_schema: 'public', table_name: 'DeliveryAttempt', subject: 'hold 1', tenant }
  expect(rows).toEqual([
    { ...common, actor: 'me@here', act: 'hold', reason: `Müller's "suit"; DROP TABLE x` },
    { ...common, actor: 'you@there', act: 'release', reason: `won'; --` },
  ])
})
