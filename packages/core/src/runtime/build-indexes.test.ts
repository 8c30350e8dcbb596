import { simulatedClock, type TestDatabase } from '@partman/testing'
import { testDatabase } from '@partman/testing/vitest'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { prepareDatabase } from '../fixtures/prepare-database.js'
import { HOSTILE, type Names, PLAIN, webhookDocument, webhookTables } from '../fixtures/webhook-tables.js'
import { renderRegistration } from '../sql/render-registration.js'
import { identifier, literal, qualified } from '../sql/sql.js'
import { createMaintainer, type MaintainerOptions } from './maintainer.js'
import type { MaintenanceReport } from './maintenance-report.js'
import { type PgQueryable, pgDatabase } from './pg-database.js'
import { planMaintenance } from './plan-maintenance.js'

const FAST = { lockTimeoutMs: 100, lockAttempts: 3, lockBackoffMs: 20 }
const NOW = '2026-03-01T12:00:00Z'

/** Two tenants with four days each, four months of the audit log, and rows in all of them. */
async function filled(names: Names = PLAIN) {
  const document = webhookDocument(names)
  const test = await testDatabase()
  await prepareDatabase(test, document, webhookTables(names, document), { firstPartitions: false })
  await test.query(`INSERT INTO ${qualified(names.projects)} (id) VALUES ('acme'), ('O''Neil; --')`)
  const clock = simulatedClock(NOW)
  const maintain = (options: Partial<MaintainerOptions> = {}) =>
    createMaintainer({ document, database: pgDatabase(test), clock, ...FAST, ...options }).runOnce()
  await maintain()
  await test.query(
    `INSERT INTO ${qualified(names.attempts)} SELECT n::text, p.id, '2026-03-01Z'::timestamptz + n * interval '1 hour', n FROM generate_series(0, 95) AS n, ${qualified(names.projects)} AS p`,
  )
  await test.query(
    `INSERT INTO ${qualified(names.audit)} SELECT n, '2026-03-01Z'::timestamptz + n * interval '1 day', 'note ' || n FROM generate_series(0, 120) AS n`,
  )
  return { document, test, clock, maintain, names }
}

async function session(test: TestDatabase): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: test.url })
  await client.connect()
  onTestFinished(() => client.end())
  return client
}

const steps = (report: MaintenanceReport) =>
  'steps' in report ? report.steps.map(({ kind, partition, outcome }) => `${kind} ${partition.name} ${outcome}`) : [report.outcome]
const codes = (report: MaintenanceReport) => ('findings' in report ? report.findings.map(({ code }) => code) : [])

/** Indexes of the whole database that are invalid, that nothing is attached to, and how many partitions there are of each. */
async function indexes(test: TestDatabase, schema: string, name: string): Promise<unknown> {
  const { rows } = await test.query(
    `SELECT (SELECT indisvalid FROM pg_index WHERE indexrelid = root) AS valid,
       (SELECT count(*)::int FROM pg_partition_tree(root) t WHERE t.isleaf) AS parts,
       (SELECT count(*)::int FROM pg_partition_tree((SELECT indrelid FROM pg_index WHERE indexrelid = root)::regclass) t WHERE t.isleaf) AS leaves,
       (SELECT json_agg(indexrelid::regclass::text) FROM pg_index WHERE NOT indisvalid) AS invalid
     FROM (SELECT $1::regclass AS root) AS one`,
    [qualified({ schema, name })],
  )
  return rows[0]
}

const whole = (leaves: number) => ({ valid: true, parts: leaves, leaves, invalid: null })

describe.each([PLAIN, HOSTILE])('an index that was made on the parents only, with $label,', (names) => {
  it('is built on every partition, at every level, and is valid then', async () => {
    const { document, test, clock, maintain } = await filled(names)
    const name = names === PLAIN ? 'by_status' : 'é'.repeat(31)
    await test.query(`CREATE INDEX ${identifier(name)} ON ONLY ${qualified(names.attempts)} (status DESC NULLS LAST)`)
    await test.query(`CREATE UNIQUE INDEX "by ""note" ON ONLY ${qualified(names.audit)} (lower(note), ${identifier(names.createdAt)})`)
    const { plan } = await planMaintenance(pgDatabase(test), document, { clock })
    expect(plan.operations.map(({ kind, transactional }) => [kind, transactional])).toEqual([
      ...Array(2).fill(['create-index', true]),
      ...Array(8 + 4).fill(['create-index', false]),
    ])
    expect(plan.findings.map(({ code, message }) => [code, message])).toEqual([
      ['INDEX_BUILDING', `8 partitions of ${names.attempts.schema}.${names.attempts.name} have no part of the index ${name} yet`],
      ['INDEX_BUILDING', `4 partitions of ${names.audit.schema}.${names.audit.name} have no part of the unique index by "note yet`],
    ])
    const report = await maintain()
    expect(steps(report).filter((step) => !step.endsWith(' done'))).toEqual([])
    expect(await indexes(test, names.attempts.schema, name)).toEqual(whole(8))
    expect(await indexes(test, names.audit.schema, 'by "note')).toEqual(whole(4))
    expect(await maintain()).toEqual({ outcome: 'done', now: expect.any(String), steps: [], findings: [] })
  })
})
