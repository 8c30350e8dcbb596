import { simulatedClock, type TestDatabase } from '@partman/testing'
import { testDatabase } from '@partman/testing/vitest'
import { describe, expect, it } from 'vitest'
import { formatSteps, openSession } from '../fixtures/filled-tables.js'
import { openSessions } from '../fixtures/live-sessions.js'
import { byTenant, byTime, byValues } from '../fixtures/policies.js'
import { NAMES, renameColumns } from '../fixtures/world-names.js'
import { renderBookkeeping } from '../migration/bookkeeping.js'
import type { Finding } from '../plan/finding.js'
import { parseDocument } from '../policy/document.js'
import type { PartitionPolicy } from '../policy/policy.js'
import { renderPartitionBy } from '../sql/render-partition.js'
import { constantSql, identifier, integer, literal, qualified, type Sql, sql } from '../sql/sql.js'
import { partitionKey } from '../state/want-state.js'
import { createMaintainer, type MaintainerOptions } from './maintainer.js'
import type { MaintenanceReport } from './maintenance-report.js'
import { type PgQueryable, pgDatabase } from './pg-database.js'
import { planMaintenance } from './plan-maintenance.js'

const FAST = { lockTimeoutMs: 100, lockAttempts: 3, lockBackoffMs: 20 }
const TENANT = { field: 'tenant', column: 'tenant', type: 'text' } as const

/** A table with a DEFAULT partition that has been maintained from 10 March 2026, noon, on. */
async function withDefault(names: keyof typeof NAMES, given: PartitionPolicy) {
  const { table, partitionSchema, columns } = NAMES[names]
  const policy = renameColumns(given, columns)
  const document = parseDocument({
    version: 1,
    schemaHash: 'fixture',
    partitionSchema,
    tenantSets: [{ name: 'Tenant', type: 'text', source: null }],
    tables: [{ model: 'Event', table, policy, declaredAt: 'schema.prisma:1:5' }],
  })
  const test = await testDatabase()
  await test.query(renderBookkeeping(document.tenantSets))
  for (const schema of new Set([table.schema, partitionSchema])) {
    if (schema !== 'public') await test.query(sql`CREATE SCHEMA ${identifier(schema)}`)
  }
  const [at, tenant, region] = ['at', 'tenant', 'region'].map((field) => identifier(columns[field] ?? field)) as [Sql, Sql, Sql]
  await test.query(
    sql`CREATE TABLE ${qualified(table)} (n bigserial, ${at} timestamptz NOT NULL, ${tenant} text, ${region} text) ${renderPartitionBy(partitionKey(policy))}`,
  )
  await test.query(sql`INSERT INTO partman.tenant (tenants, key) VALUES ('Tenant', 'acme'), ('Tenant', 'b''s "é"')`)
  const clock = simulatedClock('2026-03-10T12:00:00Z')
  const maintain = (options: Partial<MaintainerOptions> = {}) =>
    createMaintainer({ document, database: pgDatabase(test), clock, ...FAST, ...options }).runOnce()
  const insert = sql`INSERT INTO ${qualified(table)} (${at}, ${tenant}, ${region})`
  const checks = async () => {
    const { rows } = await test.query(`SELECT conname FROM pg_constraint WHERE contype = 'c' AND conname LIKE 'partman%'`)
    return rows.length
  }
  const count = async () => Number((await test.query(sql`SELECT count(*) AS n FROM ${qualified(table)}`)).rows[0]?.['n'])
  expect((await maintain()).outcome).toBe('done')
  return { document, test, clock, table, at, insert, maintain, checks, count }
}

/** A connection that does something of its own right before, or after, a statement that matches. */
function interrupted(test: TestDatabase, pattern: RegExp, act: () => Promise<unknown>, when: 'before' | 'after' = 'before'): PgQueryable {
  return {
    async query(text, values) {
      if (!pattern.test(text)) return test.query(text, values)
      if (when === 'before') await act()
      const result = await test.query(text, values)
      if (when === 'after') await act()
      return result
    },
  }
}

/** A connection that is gone once it has sent so many statements that change the table. */
function dying(test: TestDatabase, statements: number): PgQueryable & { readonly isDead: boolean } {
  let sent = 0
  return {
    get isDead() {
      return sent > statements
    },
    async query(text, values) {
      const isStep = /^DO |ALTER TABLE .* VALIDATE/.test(text)
      if (sent > statements || (isStep && sent === statements)) {
        sent = Number.POSITIVE_INFINITY
        throw Object.assign(new Error('the process was killed'), { code: '57P01' })
      }
      const result = await test.query(text, values)
      if (isStep) sent++
      return result
    },
  }
}

const findings = (report: MaintenanceReport): readonly Finding[] => ('findings' in report ? report.findings : [])
const codes = (report: MaintenanceReport): string[] => findings(report).map(({ code }) => code)
const kinds = (report: MaintenanceReport): string[] => formatSteps(report).map((step) => step.replace(/ .* /, ' '))
const daily = byTime({ default: true })
const flat = byTime({ default: true, prefix: { by: TENANT, tenants: 'Tenant' } })
const released = (test: TestDatabase) => test.query(`UPDATE partman.lease SET expires_at = now() - interval '1 second'`)

describe.each(['plain', 'hostile'] as const)('beside a DEFAULT partition, with %s names,', (names) => {
  it.each([
    ['a day', daily, 1],
    ['the day of each tenant', flat, 2],
    ['a subtree', byTime({ default: true, subpartition: byValues([['eu'], ['us']], { default: true }) }), 1],
    ['the day below each tenant', byTenant(daily, { default: true }), 2],
  ] as const)('%s is proven free and made, and no lock is held while the DEFAULT is read', async (_what, policy, made) => {
    const { test, clock, insert, maintain, checks } = await withDefault(names, policy)
    // Far in the past, and so nobody's; enough of them to have pages.
    for (const tenant of ['acme', `b's "é"`]) {
      await test.query(sql`${insert} SELECT '2020-01-01Z', ${literal(tenant)}, 'eu' FROM generate_series(1, 500)`)
    }
    const told: string[] = []
    const session = await openSession(test)
    session.on('notice', ({ message }) => told.push(message ?? ''))
    await session.query('SET client_min_messages = debug1')
    const locks: unknown[] = []
    const sent = interrupted(
      {
        ...test,
        query: (text: string, values?: readonly unknown[]) => session.query(text, values as unknown[]),
      } as unknown as TestDatabase,
      /VALIDATE CONSTRAINT/,
      async () => {
        const { rows } = await test.query(
          // Others on the server, in databases of their own, lock relations of the same object ids.
          `SELECT l.mode FROM pg_locks l JOIN pg_class c ON c.oid = l.relation WHERE c.relnamespace::regnamespace::text NOT LIKE 'pg_%' AND l.pid = $1`,
          [(session as unknown as { processID: number }).processID],
        )
        locks.push(...rows)
      },
    )
    clock.set('2026-03-11T12:00:00Z')
    told.length = 0
    const report = await maintain({ database: pgDatabase(sent) })
    expect(kinds(report)).toEqual(Array.from({ length: made }, () => 'create-partition done'))
    expect(codes(report)).toContain('DEFAULT_HOLDS_ROWS')
    expect(locks).toEqual([])
    expect(told.filter((message) => message.includes('updated partition constraint for default partition')).length).toBe(made)
    expect(told.filter((message) => message.includes('is implied by existing constraints') && message.includes('default')).length).toBe(
      made,
    )
    expect(await checks()).toBe(0)
    expect(kinds(await maintain())).toEqual([])
  })

  it('rows that stand in the way are told of, and moved by the statements that are told', async () => {
    const { test, clock, insert, maintain, count, table, at } = await withDefault(names, flat)
    await test.query(
      sql`${insert} VALUES ('2026-03-14 05:00Z', 'acme', 'eu'), ('2026-03-14 01:00Z', 'acme', 'eu'), ('2026-03-14 01:00Z', NULL, NULL)`,
    )
    clock.set('2026-03-11T12:00:00Z')
    const report = await maintain()
    expect(report.outcome).toBe('done')
    expect(kinds(report)).toEqual(['create-partition done'])
    const [inWay] = findings(report).filter(({ code }) => code === 'DEFAULT_ROWS_IN_WAY')
    expect(inWay).toMatchObject({
      severity: 'warning',
      message: expect.stringMatching(
        /^.*_default holds 2 rows of \[acme, 2026-03-14 \.\. acme, 2026-03-15\), .* acme, .* from 2026-03-14 01:00:00\+00 to 2026-03-14 05:00:00\+00: .* cannot be made$/,
      ),
    })
    const moving = inWay!.nextStep.slice(inWay!.nextStep.indexOf('BEGIN;'))
    await test.query(moving)
    expect(await count()).toBe(3)
    expect(
      (await test.query(sql`SELECT count(DISTINCT tableoid)::int AS n FROM ${qualified(table)} WHERE ${at} = '2026-03-14 01:00Z'`)).rows,
    ).toEqual([{ n: 2 }])
    const next = await maintain()
    expect([kinds(next), codes(next)]).toEqual([[], ['DEFAULT_HOLDS_ROWS']])
  })

  it('rows that come while others are moved by the statements that are told are not lost', async () => {
    const regions = ['a', 'b', 'c', 'd', 'e', 'f'].map((region) => [region])
    const { test, clock, insert, maintain, count } = await withDefault(names, byTime({ default: true, subpartition: byValues(regions) }))
    await test.query(sql`${insert} VALUES ('2026-03-14 05:00Z', 'acme', 'a')`)
    clock.set('2026-03-11T12:00:00Z')
    const { nextStep = '' } = findings(await maintain()).find(({ code }) => code === 'DEFAULT_ROWS_IN_WAY') ?? {}
    const [away = '', back = ''] = nextStep.slice(nextStep.indexOf('BEGIN;')).split(' and afterwards ')
    const writer = await openSession(test)
    const mover = await openSession(test)
    const statements = away.split(/(?<=;) (?=CREATE|WITH|DELETE|COMMIT)/)
    for (const statement of statements) {
      await mover.query(statement)
      if (statement !== 'COMMIT;') await writer.query(sql`${insert} VALUES ('2026-03-14 06:00Z', 'acme', 'b')`)
    }
    const came = statements.length - 1
    await mover.query(back)
    expect(await count()).toBe(1 + came)
  })

  it.each([
    ['before the CHECK is there', [`'2020-01-01Z'`], /ADD CONSTRAINT/],
    ['before a DEFAULT without rows is attached beside', [], /ATTACH PARTITION/],
  ] as const)('rows that come in between, %s, skip the step and leave nothing', async (_when, before, pattern) => {
    const { test, clock, insert, maintain, checks } = await withDefault(names, daily)
    for (const instant of before) await test.query(sql`${insert} VALUES (${constantSql(instant)}, 'acme', 'eu')`)
    clock.set('2026-03-11T12:00:00Z')
    const come = () => test.query(sql`${insert} VALUES ('2026-03-14 12:00Z', 'acme', 'eu')`)
    const report = await maintain({ database: pgDatabase(interrupted(test, pattern, come)) })
    expect([report.outcome, kinds(report)]).toEqual(['done', ['create-partition skipped']])
    expect('steps' in report && report.steps[0]?.error).toMatch(/^rows of its range have come into .*_default meanwhile$/)
    expect(await checks()).toBe(0)
    expect(codes(await maintain())).toContain('DEFAULT_ROWS_IN_WAY')
  })

  it('a run that is cut off between any two statements leaves a CHECK that the next run takes off first', async () => {
    const { test, clock, document, insert, maintain, checks, count } = await withDefault(names, daily)
    await test.query(sql`${insert} VALUES ('2020-01-01Z', 'acme', 'eu')`)
    const left: number[] = []
    for (let statements = 0; ; statements++) {
      clock.set(new Date(Date.UTC(2026, 2, 11 + statements, 12)).toISOString())
      const database = dying(test, statements)
      await createMaintainer({ document, database: pgDatabase(database), clock, ...FAST })
        .runOnce()
        .catch(() => undefined)
      await released(test)
      left.push(await checks())
      const next = formatSteps(await maintain()).map((step) => step.split(' ')[0])
      expect(next).toEqual(database.isDead ? [...(left.at(-1) ? ['drop-check'] : []), 'create-partition'] : [])
      expect(await checks()).toBe(0)
      if (!database.isDead) break
    }
    expect(left).toEqual([0, 1, 1, 0])
    expect(await count()).toBe(1)
  })
})

it('a CHECK of somebody else stays, whatever its name', async () => {
  const { test, clock, insert, maintain, checks } = await withDefault('plain', daily)
  await test.query(sql`${insert} VALUES ('2020-01-01Z', 'acme', 'eu')`)
  await test.query(`ALTER TABLE partman_partitions."Event_default" ADD CONSTRAINT partman_free_0 CHECK (n > 0)`)
  clock.set('2026-03-11T12:00:00Z')
  expect(kinds(await maintain())).toEqual(['create-partition done'])
  expect(await checks()).toBe(1)
})

it('a table that has taken the name of the DEFAULT meanwhile gets no CHECK', async () => {
  const { test, clock, insert, maintain, checks } = await withDefault('plain', daily)
  await test.query(sql`${insert} VALUES ('2020-01-01Z', 'acme', 'eu')`)
  clock.set('2026-03-11T12:00:00Z')
  const swap = () =>
    test.query(
      `ALTER TABLE partman_partitions."Event_default" RENAME TO renamed; CREATE TABLE partman_partitions."Event_default" (LIKE "Event")`,
    )
  const report = await maintain({ database: pgDatabase(interrupted(test, /ADD CONSTRAINT/, swap)) })
  expect([report.outcome, kinds(report), await checks()]).toEqual(['failed', ['create-partition failed'], 0])
})

it('nothing is attached where the CHECK has not been validated', async () => {
  const { test, clock, insert, maintain, checks } = await withDefault('plain', daily)
  await test.query(sql`${insert} VALUES ('2020-01-01Z', 'acme', 'eu')`)
  clock.set('2026-03-11T12:00:00Z')
  const database: PgQueryable = {
    query: async (text, values) => (text.includes('VALIDATE CONSTRAINT') ? { rows: [] } : test.query(text, values)),
  }
  const report = await maintain({ database: pgDatabase(database) })
  expect([report.outcome, kinds(report), await checks()]).toEqual(['failed', ['create-partition failed'], 0])
  expect(kinds(await maintain())).toEqual(['create-partition done'])
})

it('a session that uses the DEFAULT all along fails the step, and the next run takes the CHECK off', async () => {
  const { test, clock, insert, maintain, checks } = await withDefault('plain', daily)
  await test.query(sql`${insert} VALUES ('2020-01-01Z', 'acme', 'eu')`)
  const reader = await openSession(test)
  clock.set('2026-03-11T12:00:00Z')
  const read = () => reader.query('BEGIN; SELECT FROM partman_partitions."Event_default"')
  const report = await maintain({ database: pgDatabase(interrupted(test, /VALIDATE CONSTRAINT/, read, 'after')) })
  expect([report.outcome, kinds(report), await checks()]).toEqual(['failed', ['create-partition failed'], 1])
  await reader.query('COMMIT')
  expect(formatSteps(await maintain()).map((step) => step.split(' ')[0])).toEqual(['drop-check', 'create-partition'])
  expect(await checks()).toBe(0)
})

it.each([
  ['the next window, whose rows are near, takes its CHECK off while it waits for a lock', 1, [0, 0]],
  ['a window that is further ahead keeps its CHECK while it waits for a lock', 3, [0]],
])('%s', async (_label, premake, seen) => {
  const { test, clock, insert, maintain, checks } = await withDefault('plain', byTime({ default: true, premake }))
  await test.query(sql`${insert} VALUES ('2020-01-01Z', 'acme', 'eu')`)
  const reader = await openSession(test)
  clock.set('2026-03-11T12:00:00Z')
  const found: number[] = []
  let waits = 0
  const database: PgQueryable = {
    async query(text, values) {
      if (text.includes('ADD CONSTRAINT')) found.push(await checks())
      if (text.includes('ATTACH PARTITION') && waits++ === 0) await reader.query('BEGIN; SELECT FROM partman_partitions."Event_default"')
      return test.query(text, values).catch(async (error: unknown) => {
        await reader.query('COMMIT')
        throw error
      })
    },
  }
  const report = await maintain({ database: pgDatabase(database) })
  expect([kinds(report), found, await checks()]).toEqual([['create-partition done'], seen, 0])
})

it('a run that is stopped while a DEFAULT is read takes its CHECK off', async () => {
  const { test, document, clock, insert, checks } = await withDefault('plain', daily)
  await test.query(sql`${insert} VALUES ('2020-01-01Z', 'acme', 'eu')`)
  clock.set('2026-03-11T12:00:00Z')
  const stop = async () => {
    void maintainer.stop()
  }
  const database = pgDatabase(interrupted(test, /VALIDATE CONSTRAINT/, stop))
  const maintainer = createMaintainer({ document, database, clock, ...FAST })
  const report = await maintainer.runOnce()
  expect([report.outcome, kinds(report), await checks()]).toEqual(['done', ['create-partition skipped'], 0])
})

it('whoever writes all along is not refused, while a DEFAULT with many rows is read', async () => {
  const { test, clock, insert, maintain } = await withDefault('plain', daily)
  const rows = integer(Number(process.env['PARTMAN_DEFAULT_ROWS'] || 50_000))
  await test.query(sql`${insert} SELECT '2020-01-01Z', 'acme', 'eu' FROM generate_series(1, ${rows})`)
  const waits: number[] = []
  const sessions = await openSessions(
    test.url,
    ['2026-03-11 12:00Z', '2020-01-01Z'].map((instant) => async (client) => {
      const began = performance.now()
      await client.query(sql`${insert} VALUES (${literal(instant)}, 'acme', 'eu')`)
      waits.push(performance.now() - began)
    }),
  )
  await sessions.goneThrough()
  const before = Math.max(...waits.splice(0))
  for (const day of [11, 12, 13]) {
    clock.set(`2026-03-${day}T12:00:00Z`)
    const began = performance.now()
    expect(kinds(await maintain({ lockAttempts: 20 }))).toEqual(['create-partition done'])
    if (process.env['PARTMAN_DEFAULT_ROWS']) {
      process.stderr.write(
        `${JSON.stringify({ runMs: Math.round(performance.now() - began), before, worstMs: Math.max(...waits.splice(0)) })}\n`,
      )
    }
  }
  await sessions.goneThrough()
  await sessions.stop()
})

it('a DEFAULT without rows costs two statements more than none, and one with rows three', async () => {
  const { test, document, clock, insert } = await withDefault('plain', daily)
  let sent = 0
  const counted: PgQueryable = {
    query: (text, values) => {
      sent++
      return test.query(text, values)
    },
  }
  const statements = async () => {
    sent = 0
    await planMaintenance(pgDatabase(counted), document, { clock })
    return sent
  }
  const empty = await statements()
  await test.query(sql`${insert} VALUES ('2020-01-01Z', 'acme', 'eu')`)
  const filled = await statements()
  await test.query('DROP TABLE partman_partitions."Event_default"')
  const [declared] = document.tables
  const none = { ...document, tables: [{ ...declared!, policy: byTime() }] }
  sent = 0
  await planMaintenance(pgDatabase(counted), none, { clock })
  expect([empty - sent, filled - sent]).toEqual([2, 3])
})

it('what cannot be read is made later, and told of', async () => {
  const { test, clock, insert, maintain } = await withDefault('plain', daily)
  await test.query(sql`${insert} VALUES ('2020-01-01Z', 'acme', 'eu')`)
  const holder = await openSession(test)
  await holder.query('BEGIN; LOCK TABLE partman_partitions."Event_default" IN ACCESS EXCLUSIVE MODE')
  clock.set('2026-03-11T12:00:00Z')
  const report = await maintain()
  expect([report.outcome, kinds(report), codes(report)]).toEqual(['done', [], ['DEFAULT_UNREADABLE']])
  await holder.query('COMMIT')
  expect(kinds(await maintain())).toEqual(['create-partition done'])
})

it('the present is attached at once where the DEFAULT is small, so that no row of it is refused', async () => {
  const { test, document, insert, maintain, clock } = await withDefault('plain', byTime({ default: true, premake: 1 }))
  await test.query(sql`${insert} VALUES ('2020-01-01Z', 'acme', 'eu')`)
  clock.set('2026-03-20T12:00:00Z')
  const { plan } = await planMaintenance(pgDatabase(test), document, { clock })
  const proofs = plan.operations.flatMap((one) => (one.kind === 'create-partition' ? [[one.holdsPresent, one.beside?.check === null]] : []))
  expect(proofs.slice(0, 2)).toEqual([
    [true, true],
    [false, false],
  ])
  expect((await maintain()).outcome).toBe('done')
})

it('what a DEFAULT partition holds is told with its age and its windows, up to a number', async () => {
  const { test, insert, maintain, clock } = await withDefault('plain', daily)
  await test.query(
    sql`${insert} SELECT '2026-03-01 12:00Z'::timestamptz + n * interval '1 second', 'acme', 'eu' FROM generate_series(0, 10000) AS n`,
  )
  expect(findings(await maintain()).map(({ code, severity, message }) => [code, severity, message])).toEqual([
    [
      'DEFAULT_HOLDS_ROWS',
      'info',
      'partman_partitions.Event_default holds more than 10,000 rows, at from 2026-03-01 12:00:00+00 to 2026-03-01 14:46:40+00; the oldest is 9 days old; of the window [2026-03-01 .. 2026-03-02)',
    ],
  ])
  await test.query('DELETE FROM "Event"')
  clock.set('2026-03-10T13:00:00Z')
  expect(codes(await maintain())).toEqual([])
})

it('values of a list that rows are in the way of are an error, as they are wanted now', async () => {
  const { document, test, insert, clock } = await withDefault('plain', byValues([['eu']], { default: true }))
  const other = literal(`x'"é\\`)
  await test.query(sql`${insert} VALUES ('2026-03-01Z', 'acme', ${other}), ('2026-03-01Z', 'acme', NULL)`)
  const [declared] = document.tables
  const later = { ...document, tables: [{ ...declared!, policy: byValues([['eu'], [`x'"é\\`, null]], { default: true }) }] }
  const report = await createMaintainer({ document: later, database: pgDatabase(test), clock, ...FAST }).runOnce()
  expect(report.outcome).toBe('done')
  const [inWay] = findings(report)
  expect([inWay?.code, inWay?.severity]).toEqual(['DEFAULT_ROWS_IN_WAY', 'error'])
  await test.query(inWay!.nextStep.slice(inWay!.nextStep.indexOf('BEGIN;')))
  const after = await createMaintainer({ document: later, database: pgDatabase(test), clock, ...FAST }).runOnce()
  expect([kinds(after), codes(after)]).toEqual([[], []])
})

it('no statements are told where rows of others refer to the table: ON DELETE would reach them', async () => {
  const { test, clock, insert, maintain, table } = await withDefault('plain', daily)
  await test.query(sql`ALTER TABLE ${qualified(table)} ADD PRIMARY KEY (n, at)`)
  await test.query(sql`CREATE TABLE note (n bigint, at timestamptz, FOREIGN KEY (n, at) REFERENCES ${qualified(table)} ON DELETE CASCADE)`)
  await test.query(sql`${insert} VALUES ('2026-03-14 05:00Z', 'acme', 'eu')`)
  clock.set('2026-03-11T12:00:00Z')
  const { nextStep = '' } = findings(await maintain()).find(({ code }) => code === 'DEFAULT_ROWS_IN_WAY') ?? {}
  expect(nextStep).toContain('Rows of other tables refer to this one (note_n_at_fkey of public.note)')
  expect(nextStep).not.toMatch(/BEGIN|DELETE FROM/)
})
