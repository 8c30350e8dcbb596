import { createTestDatabase, simulatedClock, startPostgres, type TestDatabase } from '@partman/testing'
import { testDatabase } from '@partman/testing/vitest'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { withTimeLevels } from '../fixtures/policies.js'
import { prepareDatabase } from '../fixtures/prepare-database.js'
import { HOSTILE, PLAIN, webhookDocument, webhookTables } from '../fixtures/webhook-tables.js'
import type { PartmanDocument, TablePolicy } from '../policy/document.js'
import type { Database } from '../sql/database.js'
import { renderRegistration } from '../sql/render-registration.js'
import { qualified } from '../sql/sql.js'
import { retentionTerms } from '../state/retention-terms.js'
import { createMaintainer, type Maintainer, type MaintainerOptions } from './maintainer.js'
import type { MaintenanceReport } from './maintenance-report.js'
import { pgDatabase } from './pg-database.js'
import { planMaintenance } from './plan-maintenance.js'
import { recordApprovals } from './record-approvals.js'

describe.each([PLAIN, HOSTILE])('a maintainer with $label', (names) => {
  const document = webhookDocument(names)

  it('makes what is coming for tables and tenants, and has nothing to do the second time', async () => {
    const test = await testDatabase()
    const database = await prepareDatabase(test, document, webhookTables(names, document), { firstPartitions: false })
    await test.query(`INSERT INTO ${qualified(names.projects)} (id) VALUES ('acme'), ('ACME'), ('O''Neil; --')`)
    const clock = simulatedClock('2026-03-01T12:00:00Z')
    const maintainer = createMaintainer({ document, database, clock })

    const first = await maintainer.runOnce()
    expect(first).toMatchObject({ outcome: 'done', findings: [] })
    expect('steps' in first && first.steps.map((step) => [step.kind, step.outcome])).toEqual(
      Array(3 + 4).fill(['create-partition', 'done']),
    )
    expect(await maintainer.runOnce()).toEqual({ outcome: 'done', now: '2026-03-01T12:00:00.000Z', steps: [], findings: [] })

    await test.query(
      `INSERT INTO ${qualified(names.attempts)} VALUES ('1', 'ACME', '2026-03-04T23:59:59.999999Z'), ('2', 'acme', '2026-03-01T00:00:00Z')`,
    )
    await test.query(`INSERT INTO ${qualified(names.audit)} VALUES (1, '2026-06-30T23:59:59Z')`)
    await expect(test.query(`INSERT INTO ${qualified(names.attempts)} VALUES ('1', 'acme', '2026-03-05T00:00:00Z')`)).rejects.toMatchObject(
      { code: '23514' },
    )
  })

  it('retires by the upper bound: detached after the retention, dropped after the grace period', async () => {
    const test = await testDatabase()
    const database = await prepareDatabase(test, document, webhookTables(names, document), { firstPartitions: false })
    await test.query(`INSERT INTO ${qualified(names.projects)} (id) VALUES ('acme')`)
    const clock = simulatedClock('2026-03-01T00:00:00Z')
    const maintainer = createMaintainer({ document, database, clock })
    await maintainer.runOnce()
    await test.query(
      `INSERT INTO ${qualified(names.attempts)} VALUES ('old', 'acme', '2026-03-01T23:00:00Z'), ('new', 'acme', '2026-03-02T00:00:00Z')`,
    )

    // The first day ends on 2 March; 30 days later it is 1 April.
    clock.set('2026-03-31T23:59:59.999Z')
    const before = await maintainer.runOnce()
    expect('steps' in before && before.steps.filter((step) => step.kind !== 'create-partition')).toEqual([])
    clock.set('2026-04-01T00:00:00Z')
    const retired = await maintainer.runOnce()
    expect('steps' in retired && retired.steps.filter((step) => step.kind !== 'create-partition')).toMatchObject([
      { kind: 'detach-partition', outcome: 'done' },
    ])
    expect((await test.query(`SELECT id FROM ${qualified(names.attempts)}`)).rows).toEqual([{ id: 'new' }])

    const { observation } = await planMaintenance(database, document, { clock })
    const [detached] = observation.state.detached
    expect(detached?.marker).toMatchObject({ table: names.attempts, retiredAt: '2026-04-01T00:00:00.000Z' })
    expect((await test.query(`SELECT id FROM ${qualified(detached!)}`)).rows).toEqual([{ id: 'old' }])

    clock.set('2026-04-01T23:59:59Z')
    const inGrace = await maintainer.runOnce()
    expect('steps' in inGrace && inGrace.steps.filter((step) => step.kind === 'drop-partition')).toEqual([])
    clock.set('2026-04-02T00:00:00Z')
    await test.query(`INSERT INTO ${qualified(names.attempts)} VALUES ('newest', 'acme', '2026-04-01T23:00:00Z')`)
    const dropped = await maintainer.runOnce()
    expect('steps' in dropped && dropped.steps.filter((step) => step.kind === 'drop-partition')).toMatchObject([
      { outcome: 'done', partition: { schema: detached!.schema, name: detached!.name } },
    ])
    expect((await planMaintenance(database, document, { clock })).observation.state.detached).toHaveLength(1)
  })
})

it.each([null, { kind: 'age', after: '90 days', grace: '24 hours' }] as const)(
  'what was detached is not dropped once the retention is %j',
  async (retention) => {
    const { document, test, clock, maintainer } = await maintained()
    clock.set('2026-04-01T00:00:00Z')
    await maintainer.runOnce()
    const kept = withTimeLevels(document, { retention })
    clock.set('2026-04-02T00:00:00Z')
    const run = async (declared: PartmanDocument) =>
      steps(await createMaintainer({ document: declared, database: pgDatabase(test), clock }).runOnce()).filter((step) =>
        step.startsWith('drop'),
      )
    expect(await run(kept)).toEqual([])
    // To keep less again is a decision of its own.
    await recordApprovals(
      pgDatabase(test),
      document.tables.map(({ table, policy }) => ({ table, retention: retentionTerms(policy) })),
      'the owner',
    )
    expect(await run(document)).toEqual([
      'drop-partition DeliveryAttempt_a_ca978112ca_p20260301 done',
      'drop-partition DeliveryAttempt_b_3e23e81600_p20260301 done',
    ])
  },
)

it.each([
  ['moved to another schema', 'ALTER TABLE "DeliveryAttempt_a_ca978112ca_p20260301" SET SCHEMA archive'],
  ['renamed', 'ALTER TABLE "DeliveryAttempt_a_ca978112ca_p20260301" RENAME TO kept'],
  ['made a child of another table', 'ALTER TABLE "DeliveryAttempt_a_ca978112ca_p20260301" INHERIT archive.attempts'],
])('what was detached is not dropped once somebody has %s', async (_how, statement) => {
  const { test, clock, maintainer } = await maintained()
  await test.query('CREATE SCHEMA archive')
  await test.query('CREATE TABLE archive.attempts (LIKE "DeliveryAttempt")')
  clock.set('2026-04-01T00:00:00Z')
  await maintainer.runOnce()
  await test.query('SET search_path = partman_partitions')
  await test.query(statement)
  await test.query('RESET search_path')
  clock.set('2026-04-02T00:00:00Z')
  expect(steps(await maintainer.runOnce()).filter((step) => step.startsWith('drop'))).toEqual([
    'drop-partition DeliveryAttempt_b_3e23e81600_p20260301 done',
  ])
})

const FAST = { lockTimeoutMs: 100, lockAttempts: 2, lockBackoffMs: 1 }

/** Two tenants with partitions from 1 March on, and one maintainer. */
async function maintained(options: Partial<MaintainerOptions> = {}, given?: TestDatabase) {
  const document = webhookDocument()
  const test = given ?? (await testDatabase())
  const database = await prepareDatabase(test, document, webhookTables(PLAIN, document), { firstPartitions: false })
  await test.query(`INSERT INTO "Project" (id) VALUES ('a'), ('b')`)
  const clock = simulatedClock('2026-03-01T00:00:00Z')
  const maintainer = createMaintainer({ document, database, clock, ...FAST, ...options })
  await maintainer.runOnce()
  return { document, test, database, clock, maintainer }
}

/** Another session on the database of a test, closed when the test is finished. */
async function session(test: TestDatabase): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: test.url })
  await client.connect()
  onTestFinished(() => client.end())
  return client
}

function steps(report: MaintenanceReport): string[] {
  return 'steps' in report ? report.steps.map(({ kind, partition, outcome }) => `${kind} ${partition.name} ${outcome}`) : [report.outcome]
}

function detaches(report: MaintenanceReport): string[] {
  if (!('steps' in report)) return [report.outcome]
  return report.steps.flatMap(({ kind, outcome, error }) => (kind === 'detach-partition' ? [`${outcome}: ${error}`] : []))
}

/** A detach that is begun all the same waits for its turn on the connection that would have to cancel it. */
const failRatherThanWait = (test: TestDatabase) => test.query(`SET statement_timeout = '10s'`)

/** Attached partitions that bear a mark, or are on their way out. */
async function begunDetaches(test: TestDatabase): Promise<unknown[]> {
  const begun = `SELECT c.relname FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid
    WHERE c.relkind = 'r' AND (i.inhdetachpending OR obj_description(c.oid, 'pg_class') IS NOT NULL)`
  return (await test.query(begun)).rows
}

describe('a maintainer that meets trouble', () => {
  it('leaves a table that is locked for the next run, and does the others', async () => {
    const { test, clock, maintainer } = await maintained()
    const other = await session(test)
    await other.query('BEGIN')
    await other.query(
      'LOCK TABLE ONLY "DeliveryAttempt_a_ca978112ca" IN SHARE UPDATE EXCLUSIVE MODE'.replace(
        'TABLE ONLY ',
        'TABLE ONLY partman_partitions.',
      ),
    )
    clock.set('2026-03-02T00:00:00Z')
    const report = await maintainer.runOnce()
    expect([report.outcome, steps(report)]).toEqual([
      'failed',
      ['create-partition DeliveryAttempt_a_ca978112ca_p20260305 failed', 'create-partition DeliveryAttempt_b_3e23e81600_p20260305 done'],
    ])
    expect('steps' in report && report.steps[0]?.error).toMatch(/lock timeout/)
    await other.query('COMMIT')
    expect(steps(await maintainer.runOnce())).toEqual(['create-partition DeliveryAttempt_a_ca978112ca_p20260305 done'])
  })

  it('does not wait for whoever has locked a partition', async () => {
    const { document, test, clock } = await maintained()
    const other = await session(test)
    await other.query('BEGIN')
    await other.query('LOCK TABLE partman_partitions."DeliveryAttempt_a_ca978112ca_p20260301" IN ACCESS EXCLUSIVE MODE')
    await test.query(`SET lock_timeout = '100ms'`)
    expect((await planMaintenance(pgDatabase(test), document, { clock })).plan.operations).toEqual([])
  })

  it('retires nothing of a tenant whose provisioning failed', async () => {
    const { test, clock, maintainer } = await maintained()
    const other = await session(test)
    await other.query('BEGIN')
    await other.query('LOCK TABLE ONLY partman_partitions."DeliveryAttempt_a_ca978112ca" IN SHARE UPDATE EXCLUSIVE MODE')
    clock.set('2026-04-01T00:00:00Z')
    const report = await maintainer.runOnce()
    expect(steps(report).filter((step) => !step.startsWith('create'))).toEqual([
      'detach-partition DeliveryAttempt_a_ca978112ca_p20260301 skipped',
      'detach-partition DeliveryAttempt_b_3e23e81600_p20260301 done',
    ])
    expect(steps(report)).toContain('create-partition AuditLog_p202607 done')
    await other.query('COMMIT')
    expect(steps(await maintainer.runOnce()).filter((step) => !step.startsWith('create'))).toEqual([
      'detach-partition DeliveryAttempt_a_ca978112ca_p20260301 done',
    ])
  })

  it.each([
    ['parent', '"DeliveryAttempt_a_ca978112ca"'],
    ['partition', '"DeliveryAttempt_a_ca978112ca_p20260301"'],
  ])('begins no detach while a long transaction uses the %s', async (_what, used) => {
    const { test, clock, maintainer } = await maintained({ longTransactionMs: 0 })
    await failRatherThanWait(test)
    const user = await session(test)
    await user.query('BEGIN')
    await user.query(`LOCK TABLE ONLY partman_partitions.${used} IN ACCESS SHARE MODE`)
    clock.set('2026-04-01T00:00:00Z')
    const report = await maintainer.runOnce()
    expect(detaches(report)[0]).toBe('failed: a long transaction uses the table')
    const step = 'steps' in report ? report.steps.find(({ kind }) => kind === 'detach-partition') : undefined
    expect(step?.blockers).toEqual([
      expect.objectContaining({ state: 'idle in transaction', query: expect.stringContaining('LOCK TABLE') }),
    ])
    expect(await begunDetaches(test)).toEqual([])
  })

  it('begins no detach while a prepared transaction uses the partition', async () => {
    const server = await startPostgres({ settings: { max_prepared_transactions: 1 } })
    onTestFinished(() => server.stop())
    const own = await createTestDatabase(server.url)
    onTestFinished(() => own.close())
    const { test, clock, maintainer } = await maintained({}, own)
    await failRatherThanWait(test)
    await test.query('BEGIN')
    await test.query(`INSERT INTO "DeliveryAttempt" VALUES ('1', 'a', '2026-03-01T12:00:00Z')`)
    await test.query(`PREPARE TRANSACTION 'left alone'`)
    clock.set('2026-04-01T00:00:00Z')
    expect(detaches(await maintainer.runOnce())[0]).toBe('failed: a long transaction uses the table')
    expect(await begunDetaches(test)).toEqual([])
    await test.query(`ROLLBACK PREPARED 'left alone'`)
  })

  it('drops the others where one cannot be dropped', async () => {
    const { test, clock, maintainer } = await maintained()
    clock.set('2026-04-01T00:00:00Z')
    await maintainer.runOnce()
    await test.query('CREATE VIEW "still in use" AS SELECT * FROM partman_partitions."DeliveryAttempt_a_ca978112ca_p20260301"')
    clock.set('2026-04-02T00:00:00Z')
    const report = await maintainer.runOnce()
    expect([report.outcome, steps(report).filter((step) => step.startsWith('drop'))]).toEqual([
      'failed',
      ['drop-partition DeliveryAttempt_a_ca978112ca_p20260301 failed', 'drop-partition DeliveryAttempt_b_3e23e81600_p20260301 done'],
    ])
  })

  it('ends a concurrent detach that was cut off, and goes on', async () => {
    const { test, clock, maintainer } = await maintained()
    const reader = await session(test)
    await reader.query('BEGIN')
    await reader.query('SELECT count(*) FROM "DeliveryAttempt"')
    const cut = await session(test)
    await cut.query(`SET statement_timeout = '200ms'`)
    await expect(
      cut.query(
        'ALTER TABLE partman_partitions."DeliveryAttempt_a_ca978112ca" DETACH PARTITION partman_partitions."DeliveryAttempt_a_ca978112ca_p20260301" CONCURRENTLY',
      ),
    ).rejects.toMatchObject({ code: '57014' })
    await reader.query('COMMIT')
    clock.set('2026-04-02T00:00:00Z')
    const report = await maintainer.runOnce()
    expect(steps(report).filter((step) => !step.startsWith('create'))).toEqual([
      'finalize-detach DeliveryAttempt_a_ca978112ca_p20260301 done',
      'detach-partition DeliveryAttempt_a_ca978112ca_p20260302 done',
      'detach-partition DeliveryAttempt_b_3e23e81600_p20260301 done',
      'detach-partition DeliveryAttempt_b_3e23e81600_p20260302 done',
    ])
    // It was cut off before anybody marked it, so nobody asked us to drop it.
    clock.set('2026-04-05T00:00:00Z')
    expect(steps(await maintainer.runOnce()).filter((step) => step.startsWith('drop'))).not.toContain(
      'drop-partition DeliveryAttempt_a_ca978112ca_p20260301 done',
    )
    expect(
      (await test.query(`SELECT to_regclass('partman_partitions."DeliveryAttempt_a_ca978112ca_p20260301"') IS NOT NULL AS there`)).rows,
    ).toEqual([{ there: true }])
  })

  it('takes the mark off a partition that was attached again, so that it is not dropped when somebody detaches it later', async () => {
    const { document, test, clock, maintainer } = await maintained()
    const leaf = 'partman_partitions."DeliveryAttempt_a_ca978112ca_p20260301"'
    const parent = 'partman_partitions."DeliveryAttempt_a_ca978112ca"'
    clock.set('2026-04-01T00:00:00Z')
    await maintainer.runOnce()
    await test.query(`ALTER TABLE ${parent} ATTACH PARTITION ${leaf} FOR VALUES FROM ('2026-03-01Z') TO ('2026-03-02Z')`)
    // Kept for good from now on.
    const keeping = withTimeLevels({ ...document, tables: document.tables.slice(0, 1) }, { retention: null })
    const keeper = createMaintainer({ document: keeping, database: pgDatabase(test), clock, ...FAST })
    expect(steps(await keeper.runOnce())).toEqual(['clear-marker DeliveryAttempt_a_ca978112ca_p20260301 done'])
    expect(steps(await keeper.runOnce())).toEqual([])
    await test.query(`ALTER TABLE ${parent} DETACH PARTITION ${leaf}`)
    clock.set('2026-04-09T00:00:00Z')
    await maintainer.runOnce()
    expect((await test.query(`SELECT to_regclass('${leaf}') IS NOT NULL AS there`)).rows).toEqual([{ there: true }])
  })

  it('takes up a partition that was marked and never detached', async () => {
    const { test, clock, maintainer } = await maintained()
    await test.query(`COMMENT ON TABLE partman_partitions."DeliveryAttempt_a_ca978112ca_p20260301" IS 'partman:retired {"cut":"off"}'`)
    clock.set('2026-04-01T00:00:00Z')
    expect(steps(await maintainer.runOnce())).toContain('detach-partition DeliveryAttempt_a_ca978112ca_p20260301 done')
  })

  it('covers the present when names are taken by partitions of another grid, or of a table that was renamed', async () => {
    const { document, test, clock } = await maintained()
    const table = document.tables[1]!
    const inNewYork = { ...table, policy: { ...table.policy, interval: '1 week', timeZone: 'America/New_York' } } as TablePolicy
    await test.query('ALTER TABLE "AuditLog" RENAME TO "OldLog"')
    await test.query(`CREATE TABLE "AuditLog" ("createdAt" timestamptz NOT NULL, note text) PARTITION BY RANGE ("createdAt")`)
    const daily = { ...table, policy: { ...table.policy, interval: '1 day' } } as TablePolicy
    for (const declared of [table, daily, inNewYork]) {
      const one = { ...document, tables: [declared] }
      const report = await createMaintainer({ document: one, database: pgDatabase(test), clock, ...FAST }).runOnce()
      expect(steps(report).filter((step) => !step.endsWith(' done'))).toEqual([])
      clock.set('2026-06-30T12:00:00Z')
    }
    await test.query(`INSERT INTO "AuditLog" SELECT generate_series('2026-03-01'::timestamptz, '2026-07-20', '1 hour')`)
  })

  it('goes on with the tenants it knows where the tenant table cannot be read', async () => {
    const { test, clock, maintainer } = await maintained()
    await test.query('ALTER TABLE "Project" RENAME id TO key')
    await test.query(`INSERT INTO partman.tenant (tenants, key) VALUES ('Project', 'registered')`)
    clock.set('2026-03-02T00:00:00Z')
    const report = await maintainer.runOnce()
    expect('findings' in report && report.findings.map(({ code, message }) => [code, message])).toEqual([
      ['TENANTS_UNREADABLE', 'The tenants in public.Project cannot be read: column "id" does not exist'],
    ])
    expect(steps(report).map((step) => step.replace(/_[0-9a-f]{10}/, ''))).toEqual([
      'create-partition DeliveryAttempt_registered done',
      'create-partition DeliveryAttempt_a_p20260305 done',
      'create-partition DeliveryAttempt_b_p20260305 done',
    ])
  })

  it('says what is wrong with a table, and does the others', async () => {
    const { test, clock, maintainer } = await maintained()
    await test.query('DROP TABLE "AuditLog"')
    await test.query('CREATE TABLE "AuditLog" (id int)')
    clock.set('2026-03-02T00:00:00Z')
    const report = await maintainer.runOnce()
    expect([report.outcome, steps(report).length, 'findings' in report && report.findings.map(({ code, model }) => [code, model])]).toEqual(
      ['done', 2, [['TABLE_NOT_PARTITIONED', 'AuditLog']]],
    )
  })

  it('retires nothing beside a DEFAULT partition, and says so', async () => {
    const { test, clock, maintainer } = await maintained()
    await test.query('CREATE TABLE rest PARTITION OF "AuditLog" DEFAULT')
    clock.set('2027-06-01T00:00:00Z')
    const report = await maintainer.runOnce()
    expect('findings' in report && report.findings.map(({ code, model }) => [code, model])).toContainEqual([
      'DEFAULT_PARTITION_PRESENT',
      'AuditLog',
    ])
    expect(steps(report).filter((step) => step.includes('AuditLog') && !step.startsWith('create'))).toEqual([])
  })

  it('retires nothing by a clock that disagrees with the database', async () => {
    const { document, test, clock, maintainer } = await maintained()
    clock.set('2026-04-01T00:00:00Z')
    await maintainer.runOnce()
    // The database's clock is the present; the process's is put a year back.
    const real = Date.now
    Date.now = () => real() - 365 * 86_400_000
    try {
      const report = await createMaintainer({ document, database: pgDatabase(test) }).runOnce()
      expect('findings' in report && report.findings.map(({ code }) => code)).toEqual(['CLOCKS_DISAGREE'])
      expect(steps(report).filter((step) => !step.startsWith('create'))).toEqual([])
    } finally {
      Date.now = real
    }
  })

  it('says what to do where the bookkeeping is missing', async () => {
    const test = await testDatabase()
    const maintainer = createMaintainer({ document: webhookDocument(), database: pgDatabase(test) })
    await expect(maintainer.runOnce()).rejects.toMatchObject({
      code: 'BOOKKEEPING_MISSING',
      hint: expect.stringContaining('partman migrate'),
    })
  })
})

it('no operator or function that somebody made in public is ever called', async () => {
  const document = webhookDocument()
  const [attempts, audit] = document.tables
  const hourly = { ...audit!, policy: { ...audit!.policy, interval: '6 hours' } } as TablePolicy
  const declared = { ...document, tables: [attempts!, hourly] }
  const test = await testDatabase()
  await test.query('CREATE TABLE called (what text)')
  const types = ['oid', 'regclass', 'smallint', 'integer', 'bigint', 'numeric', 'interval', 'text', 'name', '"char"', 'date', 'timestamptz']
  const known = `SELECT FROM pg_operator o WHERE o.oprname = op AND o.oprleft = l::regtype AND o.oprright = r::regtype`
  await test.query(`DO $$
    DECLARE op text; l text; r text; n int := 0;
    BEGIN
      FOREACH op IN ARRAY ARRAY['=', '<>', '<', '<=', '>', '*', '/', '+', '-', '||', '~', '~~'] LOOP
        FOREACH l IN ARRAY ARRAY['${types.join("','")}'] LOOP FOREACH r IN ARRAY ARRAY['${types.join("','")}'] LOOP
          CONTINUE WHEN EXISTS (${known});
          n := n + 1;
          EXECUTE format('CREATE FUNCTION trap%s(a %s, b %s) RETURNS boolean LANGUAGE sql AS $f$ INSERT INTO public.called VALUES (%L); SELECT true $f$', n, l, r, format('%s %s %s', l, op, r));
          EXECUTE format('CREATE OPERATOR public.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = trap%s)', op, l, r, n);
        END LOOP; END LOOP;
      END LOOP;
    END $$`)
  await test.query(
    `CREATE FUNCTION unnest(text[]) RETURNS SETOF text LANGUAGE sql AS $$ INSERT INTO public.called VALUES ('unnest'); SELECT '' $$`,
  )
  const database = await prepareDatabase(test, declared, webhookTables(PLAIN, declared))
  await test.query(renderRegistration(declared, 'Project', 'acme', { now: Date.now(), lockTimeoutMs: 1000 }))
  await test.query('CREATE UNIQUE INDEX ON ONLY "DeliveryAttempt" (status, "projectId", "createdAt") WHERE status > 100')
  const clock = simulatedClock(new Date().toISOString())
  for (const day of [0, 31, 33]) {
    clock.set(new Date(Date.now() + day * 86_400_000).toISOString())
    expect(await createMaintainer({ document: declared, database, clock }).runOnce()).toMatchObject({ outcome: 'done' })
  }
  expect((await test.query('SELECT DISTINCT what FROM called')).rows).toEqual([])
})

describe('several maintainers', () => {
  it('work one at a time', async () => {
    const { document, test, clock } = await maintained()
    clock.set('2026-03-10T00:00:00Z')
    const blocker = await session(test)
    await blocker.query('BEGIN')
    await blocker.query('LOCK TABLE ONLY partman_partitions."DeliveryAttempt_a_ca978112ca" IN SHARE UPDATE EXCLUSIVE MODE')
    const first = createMaintainer({ document, database: pgDatabase(await session(test)), clock, lockTimeoutMs: 60_000 })
    const run = first.runOnce()
    const held = async () => (await test.query('SELECT expires_at > now() AS held FROM partman.lease')).rows[0]?.['held']
    await expect.poll(held, { timeout: 10_000 }).toBe(true)
    const others = await Promise.all(
      [1, 2, 3].map(async () => createMaintainer({ document, database: pgDatabase(await session(test)), clock })),
    )
    expect(await Promise.all(others.map((maintainer) => maintainer.runOnce()))).toEqual(Array(3).fill({ outcome: 'lease-held' }))
    await blocker.query('COMMIT')
    expect((await run).outcome).toBe('done')
    expect(steps(await others[0]!.runOnce())).toEqual([])
  })

  it('take over a lease that has run out, and the late holder does nothing more', async () => {
    const { test, maintainer } = await maintained()
    await test.query(`UPDATE partman.lease SET holder = 'paused', token = token + 1, expires_at = now() + interval '1 hour'`)
    expect(await maintainer.runOnce()).toEqual({ outcome: 'lease-held' })
    await test.query(`UPDATE partman.lease SET expires_at = now() - interval '1 second'`)
    expect((await maintainer.runOnce()).outcome).toBe('done')
  })
})

it('who has lost the lease while time went by after the mark does not begin the detach', async () => {
  const { document, test, database, clock } = await maintained()
  clock.set('2026-04-01T00:00:00Z')
  const real = Date.now
  const slow: Database = {
    async query<Row extends object>(...[statement, values]: Parameters<Database['query']>): Promise<Row[]> {
      const rows = await database.query<Row>(statement, values)
      if (statement.includes('COMMENT ON TABLE')) {
        await test.query(`UPDATE partman.lease SET holder = 'another', token = token + 1, expires_at = now() + interval '1 hour'`)
        Date.now = () => real() + 40_000
      }
      return rows
    },
  }
  try {
    const report = await createMaintainer({ document, database: slow, clock, leaseTtlMs: 60_000 }).runOnce()
    const lost = 'skipped: the lease has gone to another maintainer'
    expect([report.outcome, detaches(report)]).toEqual(['failed', [lost, lost]])
  } finally {
    Date.now = real
  }
  expect(await begunDetaches(test)).toEqual([{ relname: 'DeliveryAttempt_a_ca978112ca_p20260301' }])
})

describe('the loop', () => {
  const reported = (maintainer: Maintainer, test: TestDatabase) =>
    expect
      .poll(async () => (await test.query(`SELECT count(*)::int AS n FROM partman.run WHERE finished_at IS NOT NULL`)).rows[0]?.['n'], {
        timeout: 10_000,
      })
      .toBeGreaterThan(1)
      .then(() => maintainer)

  it('runs now, stops when asked, twice if need be, and starts again', async () => {
    const { test, clock, maintainer } = await maintained({ everyMs: 5 })
    await maintainer.stop()
    clock.set('2026-03-05T00:00:00Z')
    maintainer.start()
    maintainer.start()
    await reported(maintainer, test)
    await Promise.all([maintainer.stop(), maintainer.stop()])
    clock.set('2026-03-06T00:00:00Z')
    maintainer.start()
    await expect
      .poll(
        async () =>
          (await test.query(`SELECT to_regclass('partman_partitions."DeliveryAttempt_b_3e23e81600_p20260309"') IS NOT NULL AS there`))
            .rows[0]?.['there'],
        { timeout: 10_000 },
      )
      .toBe(true)
    await maintainer.stop()
  })

  it('runs once as usual after it was stopped', async () => {
    const { clock, maintainer } = await maintained()
    await maintainer.stop()
    clock.set('2026-03-02T00:00:00Z')
    expect(steps(await maintainer.runOnce())).toEqual([
      'create-partition DeliveryAttempt_a_ca978112ca_p20260305 done',
      'create-partition DeliveryAttempt_b_3e23e81600_p20260305 done',
    ])
  })

  it('outlives a logger that throws', async () => {
    const trouble = () => {
      throw new Error('the disk of the log is full')
    }
    const { test, clock, maintainer } = await maintained({ everyMs: 5, logger: { info: trouble, warn: trouble, error: trouble } })
    clock.set('2026-03-05T00:00:00Z')
    maintainer.start()
    await reported(maintainer, test)
    await maintainer.stop()
  })

  it('outlives a run that throws', async () => {
    const { document, test, clock } = await maintained()
    let failures = 2
    const errors: string[] = []
    const database = pgDatabase({
      query: (text, values) => (failures-- > 0 ? Promise.reject(new Error('connection refused')) : test.query(text, values)),
    })
    const logger = { info() {}, warn() {}, error: (_fields: object, message: string) => void errors.push(message) }
    clock.set('2026-03-05T00:00:00Z')
    const maintainer = createMaintainer({ document, database, clock, logger, everyMs: 1 })
    maintainer.start()
    await reported(maintainer, test)
    await maintainer.stop()
    expect(errors).toEqual(['run failed', 'run failed'])
  })
})
