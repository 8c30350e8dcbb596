import { testDatabase } from '@partman/testing/vitest'
import { expect, it } from 'vitest'
import { byTenant, byTime, declare, documentOf } from '../fixtures/policies.js'
import { renderBookkeeping } from '../migration/bookkeeping.js'
import type { Database } from '../sql/database.js'
import { pgDatabase } from './pg-database.js'
import { planMaintenance } from './plan-maintenance.js'

/** How many leaves each table has; PARTMAN_LEAVES=50 makes the ten thousand of a large database. */
const LEAVES = Number(process.env['PARTMAN_LEAVES'] || 5)
const TABLES = 200

it('two hundred tables are observed in one statement, their tenants and approvals in another', async () => {
  const test = await testDatabase()
  await test.query(renderBookkeeping())
  for (let n = 0; n < TABLES; n++) {
    const leaves = Array.from({ length: LEAVES }, (_, day) => {
      const [from, to] = [day, day + 1].map((of) => new Date(Date.UTC(2026, 0, 1 + of)).toISOString())
      return `CREATE TABLE t${n}_${day} PARTITION OF t${n}_a FOR VALUES FROM ('${from}') TO ('${to}')`
    })
    await test.query(
      [
        `CREATE TABLE t${n} (at timestamptz, tenant text) PARTITION BY LIST (tenant)`,
        `CREATE TABLE t${n}_a PARTITION OF t${n} FOR VALUES IN ('a') PARTITION BY RANGE (at)`,
        ...leaves,
      ].join(';'),
    )
  }
  const document = documentOf(...Array.from({ length: TABLES }, (_, n) => declare(byTenant(byTime()), `t${n}`)))
  const all = pgDatabase(test)
  const sent: { statement: string; ms: number }[] = []
  const database: Database = {
    query: async (statement, values) => {
      const began = performance.now()
      const rows = await all.query<never>(statement, values)
      sent.push({ statement: statement.trim().slice(0, 40), ms: Math.round(performance.now() - began) })
      return rows
    },
  }
  const now = new Date(Date.UTC(2026, 0, LEAVES, 12))
  const began = performance.now()
  const { plan, observation } = await planMaintenance(database, document, { clock: { now: () => now } })
  if (process.env['PARTMAN_LEAVES']) process.stderr.write(`${JSON.stringify({ sent, ms: Math.round(performance.now() - began) })}\n`)
  const leaves = observation.state.tables.flatMap(({ partitions }) => partitions.flatMap((one) => one.partitions))
  expect(leaves.length).toBe(TABLES * LEAVES)
  expect(plan.operations.length).toBe(TABLES * 3)
  expect(sent.map(({ statement }) => statement.replace(/\s+/g, ' '))).toEqual([
    expect.stringMatching(/^WITH RECURSIVE pinned/),
    expect.stringMatching(/^SELECT tenants, key/),
    // Whether the names of what is to be made are free.
    expect.stringMatching(/^SELECT c\.relname AS name/),
  ])
})
