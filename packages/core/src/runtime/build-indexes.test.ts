import { describe, expect, it } from 'vitest'
import { describeIndex, wholeIndex } from '../fixtures/describe-index.js'
import { filledTables, formatSteps, openSession } from '../fixtures/filled-tables.js'
import { HOSTILE, PLAIN } from '../fixtures/webhook-tables.js'
import { renderRegistration } from '../sql/render-registration.js'
import { identifier, qualified } from '../sql/sql.js'
import { applyOperation } from './apply-operation.js'
import { pgDatabase } from './pg-database.js'
import { planMaintenance } from './plan-maintenance.js'

const BY_STATUS = { schema: 'public', name: 'by_status' }
const CREATE_BY_STATUS = 'CREATE INDEX by_status ON ONLY "DeliveryAttempt" (status)'

describe.each([PLAIN, HOSTILE])('an index that was made on the parents only, with $label,', (names) => {
  it('is built on every partition, at every level, while rows are written', async () => {
    const { document, test, clock, maintain } = await filledTables(names)
    const name = names === PLAIN ? 'by_status' : 'é'.repeat(31)
    await test.query(`CREATE INDEX ${identifier(name)} ON ONLY ${qualified(names.attempts)} (status DESC NULLS LAST)`)
    await test.query(`CREATE UNIQUE INDEX "by ""note" ON ONLY ${qualified(names.audit)} (lower(note), ${identifier(names.createdAt)})`)
    const { plan } = await planMaintenance(pgDatabase(test), document, { clock })
    expect(plan.operations.map(({ kind, transactional }) => [kind, transactional])).toEqual([
      ...Array(2).fill(['create-index', true]),
      ...Array(8 + 4).fill(['create-index', false]),
    ])
    expect(plan.findings.map(({ code, severity, message }) => [code, severity, message])).toEqual([
      ['INDEX_BUILDING', 'info', `8 partitions of ${names.attempts.schema}.${names.attempts.name} have no part of the index ${name} yet`],
      ['INDEX_BUILDING', 'info', `4 partitions of ${names.audit.schema}.${names.audit.name} have no part of the unique index by "note yet`],
    ])

    const writer = await openSession(test)
    await writer.query(`SET lock_timeout = '1s'`)
    let written = 0
    let building = true
    const writing = (async () => {
      for (; building; written++) {
        await writer.query(`INSERT INTO ${qualified(names.attempts)} VALUES ($1, 'acme', '2026-03-02 12:34:56Z', 1)`, [
          `written ${written}`,
        ])
        await writer.query(`INSERT INTO ${qualified(names.audit)} VALUES ($1, '2026-03-02 12:34:56Z', $2)`, [
          1_000 + written,
          `written ${written}`,
        ])
      }
    })()
    const report = await maintain({ lockAttempts: 8, lockBackoffMs: 100 }).finally(() => {
      building = false
    })
    await writing
    expect(written).toBeGreaterThan(0)
    expect(formatSteps(report).filter((step) => !step.endsWith(' done'))).toEqual([])
    expect(await describeIndex(test, { schema: names.attempts.schema, name })).toEqual(wholeIndex(8))
    expect(await describeIndex(test, { schema: names.audit.schema, name: 'by "note' })).toEqual(wholeIndex(4))
    expect((await test.query(`SELECT count(*)::int AS rows FROM ${qualified(names.attempts)}`)).rows).toEqual([{ rows: 2 * 96 + written }])
    expect(await maintain()).toEqual({ outcome: 'done', now: expect.any(String), steps: [], findings: [] })
  })

  it('comes to a partition and a tenant that are made meanwhile', async () => {
    const { document, test, clock, maintain } = await filledTables(names)
    const index = { schema: names.attempts.schema, name: 'by_status' }
    await test.query(`CREATE INDEX by_status ON ONLY ${qualified(names.attempts)} (status)`)
    await test.query(renderRegistration(document, 'Project', 'before', { now: clock.now().getTime(), lockTimeoutMs: 1000 }))
    expect(formatSteps(await maintain({ slowBudgetMs: 0 })).filter((step) => step.endsWith(' done'))).toHaveLength(1)
    await test.query(renderRegistration(document, 'Project', 'between', { now: clock.now().getTime(), lockTimeoutMs: 1000 }))
    clock.set('2026-03-02T00:00:00Z')
    expect((await maintain({ slowBudgetMs: 0 })).outcome).toBe('done')
    await maintain()
    // A day that was made before its tenant had the frame gets its part in the run after.
    await maintain()
    expect(await describeIndex(test, index)).toEqual(wholeIndex(4 * 5))
    expect(formatSteps(await maintain())).toEqual([])
  })
})

it('a run begins no further step once its time for indexes is over, and the next one goes on', async () => {
  const { test, maintain } = await filledTables()
  await test.query('CREATE INDEX by_note ON ONLY "AuditLog" (note)')
  for (const left of [3, 2, 1, 0]) {
    const report = await maintain({ slowBudgetMs: 0 })
    expect([report.outcome, formatSteps(report).map((step) => step.split(' ').at(-1))]).toEqual([
      'done',
      ['done', ...Array(left).fill('skipped')],
    ])
  }
  expect(await describeIndex(test, { schema: 'public', name: 'by_note' })).toEqual(wholeIndex(4))
})

it('an index that is there already is attached instead of built, and one that differs is left alone', async () => {
  const { test, maintain } = await filledTables()
  await test.query('CREATE INDEX ready ON partman_partitions."AuditLog_p202603" (note) WHERE id > 0')
  await test.query('CREATE INDEX other ON partman_partitions."AuditLog_p202604" (note) WHERE id > 1')
  const { rows: tenants } = await test.query(
    `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = '"DeliveryAttempt"'::regclass ORDER BY 1`,
  )
  await test.query(`CREATE INDEX frame ON ONLY ${tenants[0]?.['name']} (status)`)
  await test.query(`CREATE INDEX filled ON ${tenants[1]?.['name']} (status)`)
  const found = `SELECT relname, oid::text FROM pg_class WHERE relname IN ('ready', 'frame', 'filled') ORDER BY 1`
  const before = (await test.query(found)).rows
  await test.query('CREATE INDEX by_note ON ONLY "AuditLog" (note) WHERE id > 0')
  await test.query(CREATE_BY_STATUS)
  const report = await maintain()
  expect(formatSteps(report).map((step) => step.replace(/ .* /, ' '))).toEqual([
    ...Array(3).fill('attach-index done'),
    ...Array(4 + 3).fill('create-index done'),
  ])
  expect(await describeIndex(test, BY_STATUS)).toEqual(wholeIndex(8))
  expect(await describeIndex(test, { schema: 'public', name: 'by_note' })).toEqual(wholeIndex(4))
  expect((await test.query(found)).rows).toEqual(before)
  expect(
    (await test.query(`SELECT relispartition AS attached FROM pg_class WHERE relname IN ('ready', 'other') ORDER BY relname`)).rows,
  ).toEqual([{ attached: false }, { attached: true }])
})

it('nothing is built for a partition that is retired in the same run, and the index becomes valid without it', async () => {
  const { test, clock, maintain } = await filledTables()
  await test.query('UPDATE "DeliveryAttempt" SET status = 0')
  await test.query('CREATE UNIQUE INDEX by_status ON ONLY "DeliveryAttempt" ("projectId", "createdAt", status)')
  // Twice the same in a partition that goes: it stands in nobody's way.
  await test.query(`INSERT INTO "DeliveryAttempt" VALUES ('twice', 'acme', '2026-03-01 00:00Z', 0)`)
  clock.set('2026-04-01T00:00:00Z')
  const report = await maintain()
  expect(formatSteps(report).filter((step) => !step.endsWith(' done'))).toEqual([])
  expect(formatSteps(report).filter((step) => step.startsWith('detach'))).toHaveLength(2)
  // Days that were made in that run, before their tenants had the frame.
  expect(new Set(formatSteps(await maintain()).map((step) => step.replace(/ .* /, ' ')))).toEqual(new Set(['create-index done']))
  expect(await describeIndex(test, BY_STATUS)).toEqual(wholeIndex(2 * 34))
  expect(formatSteps(await maintain())).toEqual([])
})

it('an index whose last missing part went away is noticed to be whole', async () => {
  const { document, test, clock, maintain } = await filledTables()
  await test.query('CREATE INDEX by_note ON ONLY "AuditLog" (note)')
  for (let run = 0; run < 3; run++) await maintain({ slowBudgetMs: 0 })
  const { rows } = await test.query(
    `SELECT inhrelid::regclass::text AS name FROM pg_inherits
     WHERE inhparent = '"AuditLog"'::regclass AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = inhrelid AND pg_get_indexdef(indexrelid) LIKE '%(note)')`,
  )
  expect(rows).toHaveLength(1)
  await test.query(`ALTER TABLE "AuditLog" DETACH PARTITION ${rows[0]?.['name']}`)
  await test.query(`DROP TABLE ${rows[0]?.['name']}`)
  const { plan } = await planMaintenance(pgDatabase(test), document, { clock })
  const notice = plan.operations.filter(({ kind }) => kind !== 'create-partition')
  expect(notice).toMatchObject([
    { kind: 'attach-index', isAttached: true, reason: 'all partitions have the index, and PostgreSQL has not noticed' },
  ])
  for (const operation of notice) await applyOperation(pgDatabase(test), operation, { lockTimeoutMs: 1000, attempts: 1, backoffMs: 1 })
  expect(await describeIndex(test, { schema: 'public', name: 'by_note' })).toEqual(wholeIndex(3))
  await maintain()
  expect(await describeIndex(test, { schema: 'public', name: 'by_note' })).toEqual(wholeIndex(4))
})

it('an index is noticed to be whole by a partition that stays, where others retire in the same run', async () => {
  const { test, clock, maintain } = await filledTables()
  await test.query('CREATE INDEX by_note ON ONLY "AuditLog" (note)')
  for (let run = 0; run < 3; run++) await maintain({ slowBudgetMs: 0 })
  const { rows } = await test.query(
    `SELECT inhrelid::regclass::text AS name FROM pg_inherits
     WHERE inhparent = '"AuditLog"'::regclass AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = inhrelid AND pg_get_indexdef(indexrelid) LIKE '%(note)')`,
  )
  await test.query(`ALTER TABLE "AuditLog" DETACH PARTITION ${rows[0]?.['name']}`)
  await test.query(`DROP TABLE ${rows[0]?.['name']}`)
  clock.set('2027-04-01T00:00:00Z')
  const steps = formatSteps(await maintain())
  expect(steps.filter((step) => !step.endsWith(' done'))).toEqual([])
  expect(steps).toContain('detach-partition AuditLog_p202603 done')
  expect(steps.filter((step) => step.startsWith('attach-index'))).toHaveLength(1)
})
