import { testDatabase } from '@partman/testing/vitest'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { byHash, byTime, declare, documentOf, withTimeLevels } from '../fixtures/policies.js'
import { prepareDatabase } from '../fixtures/prepare-database.js'
import { retirements, retiringTables } from '../fixtures/retiring-tables.js'
import { HOSTILE, PLAIN } from '../fixtures/webhook-tables.js'
import { qualified, sql } from '../sql/sql.js'
import { createMaintainer } from './maintainer.js'
import { pgDatabase } from './pg-database.js'
import { planMaintenance } from './plan-maintenance.js'
import { restoreDetached } from './restore-detached.js'

const OPTIONS = { lockTimeoutMs: 100, attempts: 2, backoffMs: 1 }
const DETACHED = '2026-04-01T00:00:00Z'
const GRACE_OVER = '2026-04-02T00:00:00Z'

/** One partition of each tenant stands detached. `debug` notes what PostgreSQL says of each statement on its own session. */
async function detached(names = PLAIN) {
  const tables = await retiringTables(names)
  const { clock, maintainer, test, document, database } = tables
  clock.set(DETACHED)
  await maintainer().runOnce()
  const client = new pg.Client({ connectionString: test.url })
  await client.connect()
  onTestFinished(() => client.end())
  await client.query('SET client_min_messages = debug1')
  const said: string[] = []
  client.on('notice', ({ message }) => said.push(message ?? ''))
  const { observation } = await planMaintenance(database, document, { clock })
  const [a] = observation.state.detached as [(typeof observation.state.detached)[0]]
  const restore = (name = `${a.schema}.${a.name}`, given: { until?: string; dryRun?: true } = {}) =>
    restoreDetached(pgDatabase(client), document, { name, until: null, by: 'somebody', ...given }, OPTIONS)
  const count = async () =>
    (await test.query<{ rows: number }>(sql`SELECT count(*)::int AS rows FROM ${qualified(names.attempts)}`)).rows[0]?.rows
  return { ...tables, client, said, a, restore, count }
}

describe.each([PLAIN, HOSTILE])('a detached partition with $label', (names) => {
  it('is attached again without a look at its rows, is held, and bears no mark any more', async () => {
    const { a, restore, count, said, rows, clock, maintainer, database, document } = await detached(names)
    await rows(`INSERT INTO partman.hook_call (partition, relation, phase, decision) VALUES (${a.oid}, 'x', 'before-drop', 'proceed')`)
    expect(await count()).toBe(3000)
    const tried = await restore(undefined, { dryRun: true })
    expect([await count(), await rows('SELECT * FROM partman.hold')]).toEqual([3000, []])

    said.length = 0
    const restored = await restore(undefined, { until: '2027-01-01T00:00:00.000Z' })
    // The empty twin that it was tried with has nothing to be read.
    expect(said.filter((message) => /implied by existing constraints|verifying table "(?!partman_restore_)/.test(message))).toEqual([
      `partition constraint for table "${a.name}" is implied by existing constraints`,
    ])
    const bounds = { tenant: 'a', lower: '2026-03-01T00:00:00.000Z', upper: '2026-03-02T00:00:00.000Z' }
    expect(restored).toMatchObject({ table: names.attempts, isRead: false, hold: { ...bounds, until: '2027-01-01T00:00:00.000Z' } })
    expect(tried).toEqual({ ...restored, hold: { ...bounds, until: null } })
    expect(await count()).toBe(3500)
    expect(
      await rows(
        `SELECT table_schema, table_name, tenant, lower, upper, reason, until = '2027-01-01Z' AS until, held_by, released_at FROM partman.hold`,
      ),
    ).toEqual([
      {
        table_schema: names.attempts.schema,
        table_name: names.attempts.name,
        ...bounds,
        reason: 'restored',
        until: true,
        held_by: 'somebody',
        released_at: null,
      },
    ])
    expect(await rows(`SELECT actor, act, subject FROM partman.audit WHERE act = 'restore'`)).toEqual([
      { actor: 'somebody', act: 'restore', subject: `${a.schema}.${a.name}` },
    ])
    expect(await rows('SELECT * FROM partman.hook_call')).toEqual([])
    expect(await rows(`SELECT obj_description(${a.oid}, 'pg_class') AS comment`)).toEqual([{ comment: null }])
    expect(await rows(`SELECT conname FROM pg_constraint WHERE conrelid = ${a.oid} AND contype = 'c'`)).toEqual([])
    // It is as any other partition: maintenance by a longer retention has nothing to say of it.
    const longer = withTimeLevels({ ...document, tables: document.tables.slice(0, 1) }, { retention: null })
    const { plan } = await planMaintenance(database, longer, { clock })
    expect([plan.operations, plan.findings.map(({ code }) => code)]).toEqual([[], ['DETACHED_PARTITION_KEPT']])
    expect(retirements(await maintainer({ document: longer }).runOnce())).toEqual([])
  })
})

it('rows of a partition without such a CHECK are read before it is attached, while it stands apart', async () => {
  const { a, restore, count, said, rows } = await detached()
  await rows(`DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT conname FROM pg_constraint WHERE conrelid = ${a.oid} AND contype = 'c' LOOP
      EXECUTE format('ALTER TABLE ${qualified(a)} DROP CONSTRAINT %I', name); END LOOP; END $$`)
  said.length = 0
  expect(await restore(a.name)).toMatchObject({ isRead: true })
  expect(said.filter((message) => /implied by existing constraints/.test(message))).toHaveLength(1)
  expect([await count(), await rows(`SELECT conname FROM pg_constraint WHERE conrelid = ${a.oid} AND contype = 'c'`)]).toEqual([3500, []])
})

it('a partition that was moved comes back to where partitions live', async () => {
  const { document, a, clock, maintainer, restore, count, rows } = await detached()
  const moving = withTimeLevels(document, {
    retention: { kind: 'age', after: '30 days', grace: '24 hours', afterGrace: { kind: 'move', schema: 'archive' } },
  })
  clock.set(GRACE_OVER)
  await maintainer({ document: moving }).runOnce()
  const before = await count()
  await restore(`archive.${a.name}`)
  expect(await count()).toBe(before! + 500)
  expect(await rows(`SELECT relnamespace::regnamespace::text AS place FROM pg_class WHERE oid = ${a.oid}`)).toEqual([
    { place: 'partman_partitions' },
  ])
})

it.each<[string, (names: { partition: string; parent: string; oid: string }) => string, RegExp]>([
  [
    'whose range another one covers',
    ({ parent }) => `CREATE TABLE mine PARTITION OF ${parent} FOR VALUES FROM ('2026-03-01Z') TO ('2026-03-02Z')`,
    /another partition covers its range \(partition ".*" would overlap partition "mine"\)$/,
  ],
  [
    'whose columns differ',
    () => 'ALTER TABLE "DeliveryAttempt" ADD COLUMN more int',
    /^The columns of .* are not those of .* any more: child table is missing column "more"$/,
  ],
  ['whose parent is gone', ({ parent }) => `DROP TABLE ${parent}`, /is no longer a partitioned table that is declared$/],
  [
    'whose mark is gone',
    ({ partition }) => `COMMENT ON TABLE ${partition} IS 'mine'`,
    /bears no mark of a retirement by partman, or one that is not its own$/,
  ],
  [
    'that was renamed',
    ({ partition }) => `ALTER TABLE ${partition} RENAME TO mine; CREATE VIEW partman_partitions.v AS SELECT`,
    /^There is no table /,
  ],
  [
    'with rows that do not belong there',
    ({ partition, oid }) => `DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT conname FROM pg_constraint WHERE conrelid = ${oid} AND contype = 'c' LOOP
      EXECUTE format('ALTER TABLE ${partition} DROP CONSTRAINT %I', name); END LOOP; END $$; UPDATE ${partition} SET "createdAt" = '2020-01-01Z'`,
    /^.* holds rows that do not belong into /,
  ],
])('a partition %s is refused, and nothing is changed', async (_what, statement, message) => {
  const { a, restore, test, rows } = await detached()
  await test.query(statement({ partition: qualified(a), parent: qualified(a.marker.parent), oid: a.oid }))
  await expect(restore()).rejects.toMatchObject({ code: 'RESTORE_REFUSED', message: expect.stringMatching(message) })
  expect(await rows(`SELECT act FROM partman.audit WHERE act = 'restore'`)).toEqual([])
  expect(await rows('SELECT * FROM partman.hold')).toEqual([])
  expect(await rows(`SELECT relname FROM pg_class WHERE relname LIKE 'partman_restore%'`)).toEqual([])
})

it('what is attached, unknown, or there twice, is refused', async () => {
  const { a, restore, rows } = await detached()
  await restore()
  await expect(restore()).rejects.toMatchObject({
    code: 'RESTORE_REFUSED',
    message: expect.stringMatching(/is attached to .*: there is nothing to restore$/),
  })
  await expect(restore('nobody')).rejects.toMatchObject({ code: 'RESTORE_REFUSED', message: 'There is no table nobody' })
  expect(await rows(`SELECT count(*)::int AS holds FROM partman.hold`)).toEqual([{ holds: 1 }])
  expect(a.name).not.toBe('nobody')
})

it('a partition that was renamed since is left alone, whatever its mark says', async () => {
  const { a, restore, rows, count } = await detached()
  await rows(sql`ALTER TABLE ${qualified(a)} RENAME TO mine`)
  await expect(restore('mine')).rejects.toMatchObject({
    code: 'RESTORE_REFUSED',
    message: 'partman_partitions.mine bears no mark of a retirement by partman, or one that is not its own',
  })
  expect(await count()).toBe(3000)
})

it('a partition that changes between the look and the step is left as it is', async () => {
  const { a, restore, client, rows, count } = await detached()
  const query = client.query.bind(client) as (...given: unknown[]) => Promise<unknown>
  let isChanged = false
  client.query = (async (...given: unknown[]) => {
    if (!isChanged && String(given[0]).includes('INSERT INTO partman.hold')) {
      isChanged = true
      await rows(sql`COMMENT ON TABLE ${qualified(a)} IS 'mine'`)
    }
    return query(...given)
  }) as never
  await expect(restore()).rejects.toMatchObject({ code: 'RESTORE_REFUSED', message: expect.stringMatching(/was changed meanwhile$/) })
  expect([isChanged, await count()]).toEqual([true, 3000])
})

it('whoever has locked the parent is waited for only a moment', async () => {
  const { a, restore, test, count } = await detached()
  await test.query(sql`BEGIN`)
  await test.query(sql`LOCK TABLE ONLY ${qualified(a.marker.parent)} IN SHARE UPDATE EXCLUSIVE MODE`)
  await expect(restore()).rejects.toMatchObject({ code: '55P03' })
  await test.query(sql`COMMIT`)
  await restore()
  expect(await count()).toBe(3500)
})

it('a partition of partitions is attached as a whole, without a look at the rows', async () => {
  const test = await testDatabase()
  const policy = byTime({
    retention: { kind: 'age', after: '3 days', grace: '1 day' },
    subpartition: byHash(2, { by: [{ field: 'id', column: 'id', type: 'bigint' }] }),
  })
  const document = documentOf(declare(policy))
  const table = sql`CREATE TABLE "Event" (id bigint NOT NULL, at timestamptz NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at)`
  const database = await prepareDatabase(test, document, [table], { firstPartitions: false })
  let now = '2026-03-01T12:00:00Z'
  const run = () => createMaintainer({ document, database, clock: { now: () => new Date(now) } }).runOnce()
  await run()
  await test.query(`INSERT INTO "Event" SELECT n, '2026-03-01 06:00Z' FROM generate_series(1, 1000) n`)
  now = '2026-03-06T00:00:00Z'
  await run()
  const count = async () => (await test.query('SELECT count(*)::int AS rows FROM "Event"')).rows
  expect(await count()).toEqual([{ rows: 0 }])
  const restored = await restoreDetached(database, document, { name: 'Event_p20260301', until: null, by: 'somebody' }, OPTIONS)
  expect([restored.isRead, await count()]).toEqual([false, [{ rows: 1000 }]])
  expect(
    (
      await test.query(
        `SELECT conrelid::regclass::text FROM pg_constraint WHERE contype = 'c'  AND conrelid::regclass::text LIKE '%Event_p20260301%'`,
      )
    ).rows,
  ).toEqual([])
})
