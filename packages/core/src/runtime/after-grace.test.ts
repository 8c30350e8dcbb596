import { testDatabase } from '@partman/testing/vitest'
import { describe, expect, it, onTestFinished } from 'vitest'
import { byHash, byTime, declare, documentOf, withTimeLevels } from '../fixtures/policies.js'
import { prepareDatabase } from '../fixtures/prepare-database.js'
import { retirements, retiringTables } from '../fixtures/retiring-tables.js'
import { HOSTILE, PLAIN } from '../fixtures/webhook-tables.js'
import type { AfterGrace } from '../policy/policy.js'
import { identifier, literal, qualified, sql } from '../sql/sql.js'
import { parseAnyMarker, parseMarker } from '../state/marker.js'
import { keepsAtLeast, type RetentionTerms } from '../state/retention-terms.js'
import { createMaintainer } from './maintainer.js'
import { planMaintenance } from './plan-maintenance.js'
import { addHold } from './record-hold.js'

const retention = (afterGrace?: AfterGrace, grace = '24 hours') => ({ kind: 'age', after: '30 days', grace, afterGrace }) as const
const DETACHED = '2026-04-01T00:00:00Z'
const GRACE_OVER = '2026-04-02T00:00:00Z'
const LONG_AFTER = '2030-01-01T00:00:00Z'
const withoutName = (step: string) => step.replace(/ .* /, ' ')

describe.each([PLAIN, HOSTILE])('a retired partition with $label', (names) => {
  it('stays where it is, detached, for as long as the retention says so, and is no finding', async () => {
    const { document, clock, maintainer, database, rows } = await retiringTables(names)
    const keeping = withTimeLevels({ ...document, tables: document.tables.slice(0, 1) }, { retention: retention({ kind: 'keep' }) })
    clock.set(DETACHED)
    expect(retirements(await maintainer({ document: keeping }).runOnce()).map(withoutName)).toEqual(['detach done', 'detach done'])
    clock.set(LONG_AFTER)
    const { plan, observation } = await planMaintenance(database, keeping, { clock })
    expect([plan.operations.filter(({ kind }) => /drop|move/.test(kind)), plan.findings]).toEqual([[], []])
    expect(observation.state.detached).toHaveLength(2)
    expect(await rows(sql`SELECT count(*)::int AS rows FROM ${qualified(observation.state.detached[0]!)}`)).toEqual([{ rows: 500 }])

    // To drop it after all is to keep less.
    const back = await planMaintenance(database, document, { clock })
    expect(back.plan.operations.filter(({ destroysData }) => destroysData)).toEqual([])
    expect(back.plan.findings.map(({ code }) => code)).toContain('RETENTION_UNAPPROVED')
  })

  it('moves to a schema once its grace period is over, with its rows, and is never touched again', async () => {
    const { document, clock, maintainer, database, rows } = await retiringTables(names)
    const schema = names === PLAIN ? 'archive' : `old "rows" %I $partman$ '\\`
    const moving = withTimeLevels(document, { retention: retention({ kind: 'move', schema }) })
    clock.set(DETACHED)
    await maintainer({ document: moving }).runOnce()
    const { observation } = await planMaintenance(database, moving, { clock })
    const [{ name, oid, marker }] = observation.state.detached as [(typeof observation.state.detached)[0]]

    clock.set(GRACE_OVER)
    const report = await maintainer({ document: moving }).runOnce()
    expect(retirements(report).map(withoutName)).toEqual(['detach done', 'detach done', 'move done', 'move done'])
    const moved = { schema, name }
    expect(await rows(sql`SELECT count(*)::int AS rows FROM ${qualified(moved)}`)).toEqual([{ rows: 500 }])
    const [{ comment }] = (await rows<{ comment: string }>(sql`SELECT obj_description(${literal(oid)}::oid, 'pg_class') AS comment`)) as [
      { comment: string },
    ]
    expect([parseMarker(comment), parseAnyMarker(comment)]).toEqual([
      undefined,
      { ...marker, partition: moved, movedAt: '2026-04-02T00:00:00.000Z' },
    ])
    expect(
      await rows(`SELECT act, subject, details->>'rows' IS NOT NULL AS told FROM partman.audit WHERE act = 'move' ORDER BY id LIMIT 1`),
    ).toEqual([{ act: 'move', subject: `${names.partitionSchema}.${name}`, told: true }])

    clock.set(LONG_AFTER)
    for (const declared of [moving, document]) {
      const { plan, observation: later } = await planMaintenance(database, declared, { clock, approved: true })
      expect([...plan.operations.map(({ partition }) => partition.name), ...later.state.detached.map((one) => one.name)]).not.toContain(
        name,
      )
    }
  })
})

it('a partition of partitions moves as a whole, or not at all', async () => {
  const test = await testDatabase()
  const moving = retention({ kind: 'move', schema: 'archive' }, '1 hour')
  const policy = byTime({ retention: moving, subpartition: byHash(2, { by: [{ field: 'id', column: 'id', type: 'bigint' }] }) })
  const document = documentOf(declare(policy))
  const table = sql`CREATE TABLE "Event" (id bigint NOT NULL, at timestamptz NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at)`
  const database = await prepareDatabase(test, document, [table], { firstPartitions: false })
  let now = '2026-03-01T12:00:00Z'
  const run = () => createMaintainer({ document, database, clock: { now: () => new Date(now) } }).runOnce()
  await run()
  now = '2026-04-05T00:00:00Z'
  await run()
  const places = async () =>
    (
      await test.query<{ place: string }>(
        `SELECT DISTINCT relnamespace::regnamespace::text AS place FROM pg_class WHERE relname LIKE 'Event_p20260301%'`,
      )
    ).rows.map(({ place }) => place)
  now = '2026-04-05T02:00:00Z'
  await test.query('CREATE SCHEMA archive; CREATE TABLE archive."Event_p20260301_h1" ()')
  const taken = await run()
  expect('steps' in taken && taken.steps.find(({ partition }) => partition.name === 'Event_p20260301')).toMatchObject({
    kind: 'move-partition',
    outcome: 'failed',
    error: 'relation "Event_p20260301_h1" already exists in schema "archive"',
  })
  await test.query('DROP TABLE archive."Event_p20260301_h1"')
  expect(await places()).toEqual(['partman_partitions'])
  expect((await run()).outcome).toBe('done')
  expect(await places()).toEqual(['archive'])
})

it('what is to move is left where it is when it is held since the plan was made', async () => {
  const { document, clock, maintainer, database } = await retiringTables()
  const moving = withTimeLevels(document, { retention: retention({ kind: 'move', schema: 'archive' }) })
  clock.set(DETACHED)
  await maintainer({ document: moving }).runOnce()
  clock.set(GRACE_OVER)
  let isHeld = false
  const late: typeof database = {
    query: async (statement, values) => {
      if (!isHeld && statement.includes('SET SCHEMA')) {
        isHeld = true
        await addHold(database, { table: PLAIN.attempts, tenant: null, lower: null, upper: null, reason: 'suit', until: null, by: 'me' })
      }
      return database.query(statement, values)
    },
  }
  const report = await maintainer({ document: moving, database: late }).runOnce()
  expect(retirements(report).filter((step) => step.startsWith('move'))).toEqual(['move a_p20260301 failed', 'move b_p20260301 failed'])
})

it('what is to move is left where it is when somebody has attached it again, or changed its mark, since the plan was made', async () => {
  const { document, clock, maintainer, database, rows } = await retiringTables()
  const moving = withTimeLevels(document, { retention: retention({ kind: 'move', schema: 'archive' }) })
  clock.set(DETACHED)
  await maintainer({ document: moving }).runOnce()
  clock.set(GRACE_OVER)
  const { observation } = await planMaintenance(database, moving, { clock })
  const partition = qualified(observation.state.detached[0]!)
  // The plan is made from what was observed; by the time of the step it has changed.
  let isChanged = false
  const late = {
    query: async <Row extends object>(statement: Parameters<typeof database.query>[0], values?: readonly unknown[]) => {
      if (!isChanged && statement.includes('SET SCHEMA')) {
        isChanged = true
        await rows(sql`COMMENT ON TABLE ${partition} IS 'mine'`)
      }
      return database.query<Row>(statement, values)
    },
  }
  const report = await maintainer({ document: moving, database: late }).runOnce()
  expect(retirements(report).filter((step) => step.startsWith('move'))).toEqual(['move a_p20260301 failed', 'move b_p20260301 done'])
})

it('a move says so where the schema is missing and may not be made', async () => {
  const { document, test, clock, maintainer } = await retiringTables()
  const moving = withTimeLevels(document, { retention: retention({ kind: 'move', schema: 'archive' }) })
  clock.set(DETACHED)
  await maintainer({ document: moving }).runOnce()
  const role = `mover ${test.name.slice(-6)}`
  await test.query(sql`CREATE ROLE ${identifier(role)}`)
  onTestFinished(async () => {
    await test.query('RESET ROLE')
    await test.query(sql`DROP OWNED BY ${identifier(role)} CASCADE`)
    await test.query(sql`DROP ROLE ${identifier(role)}`)
  })
  await test.query(sql`GRANT ALL ON SCHEMA partman, public, partman_partitions TO ${identifier(role)}`)
  await test.query(sql`GRANT ALL ON ALL TABLES IN SCHEMA partman, public TO ${identifier(role)}`)
  const { rows } = await test.query<{ name: string }>(
    `SELECT oid::regclass::text AS name FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace::regnamespace::text IN ('public', 'partman_partitions')`,
  )
  for (const { name } of rows) await test.query(`ALTER TABLE ${name} OWNER TO "${role}"`)
  await test.query(sql`SET ROLE ${identifier(role)}`)
  clock.set(GRACE_OVER)
  const report = await maintainer({ document: moving }).runOnce()
  expect('steps' in report && report.steps.flatMap(({ kind, error }) => (kind === 'move-partition' ? [error] : []))).toEqual(
    Array(2).fill('schema archive is not there, and the role that partman runs as may not make it'),
  )
})

it.each<[AfterGrace | undefined, string, AfterGrace | undefined, string, boolean]>([
  [undefined, '24 hours', { kind: 'keep' }, '24 hours', false],
  [undefined, '24 hours', { kind: 'move', schema: 'archive' }, '1 hour', false],
  [undefined, '1 hour', undefined, '24 hours', false],
  [{ kind: 'keep' }, '1 hour', undefined, '24 hours', true],
  [{ kind: 'move', schema: 'archive' }, '1 hour', undefined, '24 hours', true],
  [{ kind: 'move', schema: 'archive' }, '1 hour', { kind: 'keep' }, '24 hours', true],
  [{ kind: 'keep' }, '1 hour', { kind: 'move', schema: 'archive' }, '24 hours', true],
])('%j after %s keeps at least what %j after %s keeps: %5$s', (declared, grace, inForce, before, expected) => {
  const terms = (afterGrace: AfterGrace | undefined, given: string): RetentionTerms => [retention(afterGrace, given)]
  expect(keepsAtLeast(terms(declared, grace), terms(inForce, before), 0)).toBe(expected)
})
