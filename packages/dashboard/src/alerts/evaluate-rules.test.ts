import { createMaintainer } from '@partman/core'
import { simulatedClock } from '@partman/testing'
import pg from 'pg'
import { expect, it, onTestFinished } from 'vitest'
import { type AlertDatabase, alertDatabase, leaveUnseen } from '../fixtures/alert-database.js'
import { ALERT_RULES, type AlertRuleName } from './alert-rule.js'
import { callback } from './channel.js'
import { createAlerts } from './create-alerts.js'
import type { AlertRules } from './resolve-rules.js'

/** What raises a rule in a database where nothing is wrong, what mends it, and what is told of it. */
interface Case {
  readonly rule: AlertRuleName
  readonly models?: readonly string[]
  readonly rules?: AlertRules
  readonly spoil: (place: AlertDatabase) => Promise<unknown>
  readonly mend: (place: AlertDatabase) => Promise<unknown>
  readonly told: { readonly model: string | null; readonly severity: string; readonly message: RegExp }
}

const query =
  (...statements: readonly string[]) =>
  async ({ test }: AlertDatabase) => {
    for (const statement of statements) await test.query(statement)
  }
const maintain = ({ maintain }: AlertDatabase) => maintain()

/** Drops the partitions of sessions from so many days from now on. */
const dropFrom = (days: number) =>
  query(`DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT c.oid::regclass::text FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid WHERE i.inhparent = 'session'::regclass
      AND substring(pg_get_expr(c.relpartbound, c.oid) FROM 'FROM \\(''([^'']*)')::timestamptz > now() + interval '${days - 1} days'
    LOOP EXECUTE 'DROP TABLE ' || name; END LOOP; END $$`)

async function openSession({ test }: AlertDatabase): Promise<pg.Client> {
  const session = new pg.Client({ connectionString: test.url })
  session.on('error', () => {})
  await session.connect()
  onTestFinished(() => session.end())
  return session
}

/** As a detach is left that was cancelled while it waited. */
async function leavePending(place: AlertDatabase): Promise<void> {
  const [reader, detaching] = [await openSession(place), await openSession(place)]
  await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
  await reader.query('SELECT FROM session')
  const { rows } = await place.test.query(
    `SELECT c.relname AS name FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid WHERE i.inhparent = 'session'::regclass ORDER BY 1 DESC LIMIT 1`,
  )
  await detaching.query(`SET statement_timeout = '500ms'`)
  await expect(
    detaching.query(`ALTER TABLE session DETACH PARTITION partman_partitions."${rows[0]?.['name']}" CONCURRENTLY`),
  ).rejects.toThrow('statement timeout')
  await reader.query('ROLLBACK')
}

const CASES: readonly Case[] = [
  {
    rule: 'table-missing',
    spoil: query('ALTER TABLE session RENAME TO elsewhere'),
    mend: query('ALTER TABLE elsewhere RENAME TO session'),
    told: { model: 'Session', severity: 'error', message: /^public\.session is not in the database$/ },
  },
  {
    rule: 'table-plain',
    spoil: query('ALTER TABLE session RENAME TO elsewhere', 'CREATE TABLE session (LIKE elsewhere)'),
    mend: query('DROP TABLE session', 'ALTER TABLE elsewhere RENAME TO session'),
    told: { model: 'Session', severity: 'error', message: /^public\.session is a plain table/ },
  },
  {
    rule: 'runway-short',
    spoil: dropFrom(4),
    mend: maintain,
    told: {
      model: 'Session',
      severity: 'warning',
      message: /^The partitions of public\.session end at .* UTC, in \d(\.\d)? days; 10 partitions of 1 day are to be ahead$/,
    },
  },
  {
    rule: 'runway-short',
    spoil: dropFrom(1),
    mend: maintain,
    told: {
      model: 'Session',
      severity: 'error',
      message: /^The partitions of public\.session end at .* UTC, in .* (hours?|minutes?); 10 partitions/,
    },
  },
  {
    rule: 'runway-short',
    spoil: async (place) => {
      await dropFrom(-100)(place)
      await query(
        `CREATE TABLE partman_partitions.past PARTITION OF session FOR VALUES FROM (date_trunc('day', now(), 'UTC') - interval '2 days') TO (date_trunc('day', now(), 'UTC') - interval '1 day')`,
      )(place)
    },
    // A lone old partition has the clock doubted, and only the present window and the next are made.
    mend: async (place) => {
      await query('DROP TABLE partman_partitions.past')(place)
      await place.maintain()
    },
    told: {
      model: 'Session',
      severity: 'error',
      message: /^The partitions of public\.session ended at .* UTC, .* ago: later rows have none; /,
    },
  },
  {
    rule: 'runway-short',
    spoil: dropFrom(-100),
    mend: maintain,
    told: { model: 'Session', severity: 'error', message: /^public\.session has no partition: inserts fail$/ },
  },
  {
    rule: 'runway-short',
    rules: { 'runway-short': { days: 15 } },
    spoil: async () => {},
    mend: async ({ document, database }) => {
      await createMaintainer({ document, database, clock: simulatedClock(new Date(Date.now() + 6 * 86_400_000).toISOString()) }).runOnce()
    },
    told: { model: 'Session', severity: 'warning', message: /in (9|10|11)(\.\d)? days/ },
  },
  {
    rule: 'maintainer-unseen',
    spoil: query(`UPDATE partman.lease SET last_run_at = now() - interval '25 hours'`),
    mend: maintain,
    told: {
      model: null,
      severity: 'warning',
      message: /^No run of the maintainer has ended since .* UTC, 25 hours ago: nobody makes partitions ahead$/,
    },
  },
  {
    rule: 'maintainer-unseen',
    rules: { 'maintainer-unseen': { after: '1 hour' } },
    spoil: query(`UPDATE partman.lease SET last_run_at = now() - interval '61 minutes'`),
    mend: maintain,
    told: { model: null, severity: 'warning', message: /61 minutes ago/ },
  },
  {
    rule: 'maintainer-unseen',
    spoil: query('DELETE FROM partman.lease'),
    mend: maintain,
    told: { model: null, severity: 'warning', message: /^No maintainer has ever ended a run/ },
  },
  {
    rule: 'run-failed',
    models: ['DeliveryAttempt'],
    spoil: async ({ test, document, database }) => {
      await test.query(`INSERT INTO project VALUES ('acme', 'acme')`)
      const hooks = { beforeDetach: () => Promise.reject(new Error('the bucket does not answer')) }
      for (const days of [-30, 0]) {
        await createMaintainer({
          document,
          database,
          hooks,
          clock: simulatedClock(new Date(Date.now() + days * 86_400_000).toISOString()),
        }).runOnce()
      }
    },
    mend: async (world) => {
      await world.test.query('DELETE FROM partman.hook_call')
      await maintain(world)
    },
    told: { model: null, severity: 'error', message: /^Run \d+ of the maintainer, the last one, failed at \d+ steps, of DeliveryAttempt$/ },
  },
  {
    rule: 'run-cut-off',
    spoil: query(
      ...[1, 2].map(
        (n) =>
          `INSERT INTO partman.run (lease, holder, finished_at, outcome) VALUES ('maintainer of partman_partitions', 'gone ${n}', now(), 'cut-off')`,
      ),
      `INSERT INTO partman.run (lease, holder) VALUES ('maintainer of partman_partitions', 'gone 3')`,
    ),
    mend: query(`UPDATE partman.run SET finished_at = now() - interval '25 hours', outcome = 'cut-off' WHERE holder = 'gone 1'`),
    told: { model: null, severity: 'warning', message: /^3 runs of the maintainer were cut off within a day$/ },
  },
  {
    rule: 'default-rows',
    spoil: query('CREATE TABLE session_default PARTITION OF session DEFAULT', `INSERT INTO session (started_at) VALUES ('2001-01-01')`),
    mend: query('DELETE FROM session_default'),
    told: { model: 'Session', severity: 'warning', message: /^public\.session_default holds 1 row, started_at 2001-01-01/ },
  },
  {
    rule: 'default-rows',
    models: ['Metric'],
    rules: { 'default-rows': { rows: 99 } },
    spoil: query(
      `INSERT INTO metric SELECT 'm', '2001-01-01', n FROM generate_series(1, 100) AS n ON CONFLICT DO NOTHING`,
      `INSERT INTO metric SELECT 'm' || n, '2001-01-01', n FROM generate_series(1, 100) AS n`,
      'ANALYZE metric',
    ),
    mend: query(`DELETE FROM metric WHERE name <> 'm1'`, 'ANALYZE metric'),
    told: { model: 'Metric', severity: 'warning', message: /^public\.metric has about 101 rows in DEFAULT partitions$/ },
  },
  {
    rule: 'detach-pending',
    spoil: leavePending,
    mend: maintain,
    told: {
      model: 'Session',
      severity: 'warning',
      message: /^public\.session: the detach of session_\S+ was begun and not ended, and nobody is at work on it/,
    },
  },
  {
    rule: 'lock-budget',
    rules: { 'lock-budget': { share: 0.0035 } },
    spoil: query(`CREATE TABLE partman_partitions.old PARTITION OF session FOR VALUES FROM ('2001-01-01') TO ('2001-01-02')`),
    mend: query('DROP TABLE partman_partitions.old'),
    told: {
      model: 'Session',
      severity: 'warning',
      message:
        /^A query on public\.session that binds no key takes at least \d+ locks of the [\d,]+ locks that the server has room for \(0\.4 %\): \d+ partitions hold rows$/,
    },
  },
  {
    rule: 'finding',
    spoil: query(
      'CREATE TABLE session_default PARTITION OF session DEFAULT',
      `INSERT INTO session (started_at) VALUES (now() + interval '20 days')`,
      ...[],
    ),
    mend: query('DROP TABLE session_default'),
    rules: { finding: { severity: 'warning' } },
    told: { model: 'Session', severity: 'warning', message: /\((?!DEFAULT_HOLDS_ROWS)[A-Z_]+\)/ },
  },
  {
    rule: 'lock-waits',
    spoil: query(
      `INSERT INTO partman.run (lease, holder, finished_at, outcome, report) VALUES ('maintainer of partman_partitions', 'x', now(), 'done', '{"steps": [{"retries": 3, "waitedMs": 40000.5}, {"waitedMs": 21000}, {}]}')`,
    ),
    mend: query(`UPDATE partman.run SET finished_at = finished_at - interval '61 minutes'`),
    told: {
      model: null,
      severity: 'warning',
      message: /^Steps of the last hour waited 61 seconds for locks of others, and were put off 3 times$/,
    },
  },
]

it.each(CASES.map((one, index) => [`${one.rule} (${index + 1})`, one] as const))(
  '%s is raised by what is in the database, and resolved by its mending',
  async (_, { rule, models = ['Session'], rules = {}, spoil, mend, told }) => {
    const place = await alertDatabase(models)
    // Only of this rule: what spoils a table may well spoil more.
    const others = ALERT_RULES.filter((name) => name !== rule)
    const alerts = createAlerts({
      document: place.document,
      database: place.database,
      channels: [],
      rules: { ...Object.fromEntries(others.map((name) => [name, false])), ...rules },
      resolveAfterMs: 1,
    })
    if (rules['runway-short'] === undefined) expect(await alerts.check()).toMatchObject({ outcome: 'done', active: [] })
    await spoil(place)
    const { active } = await alerts.check()
    expect(active).toMatchObject([{ rule, model: told.model, severity: told.severity, message: expect.stringMatching(told.message) }])
    expect(active[0]?.nextStep).toMatch(/\.$/)
    await mend(place)
    await expect.poll(async () => await alerts.check()).toMatchObject({ outcome: 'done', active: [] })
  },
)

it.each([
  ['maintainer-unseen', leaveUnseen],
  ['detach-pending', leavePending],
] as const)('%s is neither raised nor resolved while a run is under way, unless it is older than an hour', async (rule, spoil) => {
  const place = await alertDatabase()
  const others = ALERT_RULES.filter((name) => name !== rule)
  const rules = Object.fromEntries(others.map((name) => [name, false]))
  const alerts = createAlerts({ document: place.document, database: place.database, channels: [], rules, resolveAfterMs: 1 })
  const check = async () => (await alerts.check()).active.map((one) => one.rule)
  await spoil(place)
  const begin = query(
    `UPDATE partman.lease SET holder = 'at work', expires_at = now() + interval '1 hour'`,
    `INSERT INTO partman.run (lease, holder, started_at) VALUES ('maintainer of partman_partitions', 'at work', now() - interval '59 minutes')`,
  )
  const end = query(`UPDATE partman.lease SET expires_at = '-infinity'`, `DELETE FROM partman.run WHERE finished_at IS NULL`)
  await begin(place)
  expect(await check()).toEqual([])
  await query(`UPDATE partman.run SET started_at = started_at - interval '2 minutes' WHERE finished_at IS NULL`)(place)
  expect(await check()).toEqual([rule])
  await end(place)
  await begin(place)
  await place.pass('1 day')
  expect(await check()).toEqual([rule])
  await end(place)
  await place.maintain()
  await expect.poll(check).toEqual([])
})

it('a finding that goes on does not keep another one of the table from being raised', async () => {
  const place = await alertDatabase()
  const others = ALERT_RULES.filter((name) => name !== 'finding')
  const rules = { ...Object.fromEntries(others.map((name) => [name, false])), finding: { severity: 'warning' } } as const
  const told: string[] = []
  const channels = [
    callback('pager', ({ event, model, message }) => void told.push(`${event} ${model} ${/\(([A-Z_]+)\)$/.exec(message)?.[1]}`)),
  ]
  const alerts = createAlerts({ document: place.document, database: place.database, channels, rules, resolveAfterMs: 1 })
  await query(
    'CREATE TABLE session_default PARTITION OF session DEFAULT',
    `INSERT INTO session (started_at) VALUES (now() + interval '20 days')`,
  )(place)
  await alerts.check()
  const first = [...told]
  await query(
    `CREATE TABLE partman_partitions.odd PARTITION OF session FOR VALUES FROM ('2001-01-01') TO ('2001-01-02') PARTITION BY HASH (id)`,
    'CREATE TABLE partman_partitions.odd_0 PARTITION OF partman_partitions.odd FOR VALUES WITH (MODULUS 1, REMAINDER 0)',
  )(place)
  const { active } = await alerts.check()
  expect(told).toEqual([...first, expect.any(String)])
  expect([first.length > 0, new Set(told).size]).toEqual([true, told.length])
  expect(told.every((one) => one.startsWith('raised Session '))).toBe(true)
  expect([...new Set(active.map(({ model }) => model))]).toEqual(['Session'])
})

it('every rule has a case, but for those that no database can keep', () => {
  const untold = ALERT_RULES.filter((name) => !CASES.some(({ rule }) => rule === name))
  expect(untold).toEqual(['bookkeeping-missing', 'database-unreachable'])
})
