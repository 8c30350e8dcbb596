import { testDatabase } from '@partman/testing/vitest'
import { expect, it } from 'vitest'
import { byHash, byTenant, byTime, declare, documentOf } from '../fixtures/policies.js'
import { prepareDatabase } from '../fixtures/prepare-database.js'
import type { PartitionPolicy } from '../policy/policy.js'
import { createMaintainer } from '../runtime/maintainer.js'
import { planMaintenance } from '../runtime/plan-maintenance.js'
import { partitionKey } from '../state/want-state.js'
import { renderPartitionBy } from './render-partition.js'
import { renderPlanningProbe } from './render-planning-probe.js'
import { sql } from './sql.js'

const NOW = { now: () => new Date('2026-11-22T12:00:00Z') }

async function declared(policy: PartitionPolicy) {
  const test = await testDatabase()
  const document = documentOf(declare(policy))
  const table = sql`CREATE TABLE public."Event" (id bigint, tenant text, at timestamptz) ${renderPartitionBy(partitionKey(policy))}`
  const database = await prepareDatabase(test, document, [table], { firstPartitions: false })
  await test.query(`INSERT INTO partman.tenant (tenants, key) VALUES ('Tenant', 'it''s'), ('Tenant', 'b')`)
  const plan = () => planMaintenance(database, document, { clock: NOW })
  return { test, plan, maintain: () => createMaintainer({ document, database, clock: NOW }).runOnce() }
}

it.each([
  ['a partition for each tenant', byTenant(byTime())],
  ['hash over time', byHash(4, { subpartition: byTime() })],
  ['tenants side by side', byTime({ prefix: { by: { field: 'tenant', column: 'tenant', type: 'text' }, tenants: 'Tenant' } })],
])('the probe of %s is planned for one leaf and locks no other', async (_, policy) => {
  const { test, plan, maintain } = await declared(policy)
  const before = await plan()
  expect(renderPlanningProbe(before.wanted[0]!, before.observation.state.tables[0]!)).toBe(null)
  await maintain()
  const { wanted, observation } = await plan()
  const probe = renderPlanningProbe(wanted[0]!, observation.state.tables[0]!)
  await test.query('BEGIN')
  const { rows } = await test.query<{ 'QUERY PLAN': [{ Plan: { Plans?: unknown }; 'Planning Time': number }] }>(probe!)
  const [explained] = rows[0]!['QUERY PLAN']
  expect([explained.Plan.Plans, typeof explained['Planning Time']]).toEqual([undefined, 'number'])
  const locked = await test.query(
    `SELECT count(*) FILTER (WHERE c.relkind = 'r')::int AS leaves FROM pg_locks l JOIN pg_class c ON c.oid = l.relation WHERE l.pid = pg_backend_pid() AND c.relnamespace <> 'pg_catalog'::regnamespace`,
  )
  expect((locked.rows as [{ leaves: number }])[0].leaves).toBeLessThanOrEqual(1)
  await test.query('ROLLBACK')
})

it('three thousand leaves are no finding, and more are one', async () => {
  const { test, plan } = await declared(byTenant(byTime({ premake: 1, subpartition: byHash(2) })))
  await test.query(`INSERT INTO partman.tenant (tenants, key) SELECT 'Tenant', n::text FROM generate_series(3, 750) AS n`)
  expect((await plan()).plan.findings).toEqual([])
  await test.query(`INSERT INTO partman.tenant (tenants, key) VALUES ('Tenant', 'one more')`)
  const { findings } = (await plan()).plan
  expect(findings.map(({ code, message }) => [code, message])).toEqual([
    [
      'TOO_MANY_LEAVES',
      expect.stringMatching(/^public\.Event has 0 .* comes to 3,004 as it is declared \(751 tenants x 2 windows x hash 2\)/),
    ],
  ])
  // It stands in the way of nothing.
  expect((await plan()).plan.operations.length).toBe(751)
})
