import { simulatedClock } from '@partman/testing'
import { testDatabase } from '@partman/testing/vitest'
import { expect, it } from 'vitest'
import { prepareDatabase } from '../fixtures/prepare-database.js'
import { HOSTILE, webhookDocument, webhookTables } from '../fixtures/webhook-tables.js'
import type { Operation } from '../plan/operation.js'
import { type PartmanDocument, parseDocument } from '../policy/document.js'
import { qualified } from '../sql/sql.js'
import { formatBound } from '../state/bound.js'
import { createMaintainer } from './maintainer.js'
import type { StepReport } from './maintenance-report.js'
import { removeTenant } from './remove-tenant.js'

const ACTS: Partial<Record<Operation['kind'], string>> = {
  'detach-partition': 'detach',
  'drop-partition': 'drop',
  'move-partition': 'move',
}

interface Entry {
  readonly act: string
  readonly subject: string
  readonly rows: number
  readonly bytes: number
  readonly bound: string
  readonly reason: string
  readonly actor: string
}

it('after weeks of daily runs, what was detached, moved and dropped is in the audit log, once each, and nothing else is', async () => {
  const test = await testDatabase()
  const document = dropAndMove()
  const database = await prepareDatabase(test, document, webhookTables(HOSTILE, document), { firstPartitions: false })
  await test.query(`CREATE SCHEMA archive; INSERT INTO ${qualified(HOSTILE.projects)} (id) VALUES ('acme'), ('leaves')`)
  const clock = simulatedClock('2026-01-01T06:00:00Z')
  const maintainer = createMaintainer({ document, database, clock })
  const done: StepReport[] = []
  for (let day = 0; day < 16; day++) {
    if (day === 8) await removeTenant(database, document, { tenants: 'Project', key: 'leaves', reason: 'it left', by: 'a test' })
    const report = await maintainer.runOnce()
    done.push(...('steps' in report ? report.steps.filter(({ kind, outcome }) => kind in ACTS && outcome === 'done') : []))
    const at = clock.now().toISOString()
    const tenants = day < 8 ? `('acme'), ('leaves')` : `('acme')`
    await test.query(
      `INSERT INTO ${qualified(HOSTILE.attempts)} SELECT id || n || '${at}', id, '${at}' FROM (VALUES ${tenants}) AS t (id), generate_series(1, 3) AS n; ANALYZE`,
    )
    clock.advance({ days: 1 })
  }
  expect([...new Set(done.map(({ kind }) => kind))].sort()).toEqual(['detach-partition', 'drop-partition', 'move-partition'])

  const { rows } = await test.query(`SELECT act, subject, (details ->> 'rows')::int AS rows, (details ->> 'bytes')::int AS bytes,
    details ->> 'bound' AS bound, reason, actor FROM partman.audit WHERE act IN ('detach', 'drop', 'move', 'restore') ORDER BY id`)
  const told = (rows as unknown as Entry[]).map(({ act, subject, bound, reason }) => ({ act, subject, bound, reason }))
  const key = (entry: { readonly act: string | undefined; readonly subject: string }) => `${entry.subject} ${entry.act}`
  const wanted = done.map(({ kind, partition, bound, reason }) => ({
    act: ACTS[kind],
    subject: `${partition.schema}.${partition.name}`,
    bound: formatBound(bound),
    reason: kind === 'move-partition' ? `to schema archive: ${reason}` : reason,
  }))
  expect(told.sort((a, b) => key(a).localeCompare(key(b)))).toEqual(wanted.sort((a, b) => key(a).localeCompare(key(b))))
  // A day of a tenant had three rows, but for the first ones, which came before there was any.
  const days = (rows as unknown as Entry[]).filter(({ act, bound }) => act === 'drop' && bound.includes('2026-01-0'))
  expect(days.length).toBeGreaterThan(5)
  expect([...new Set(days.map((entry) => entry.rows))]).toEqual([3])
  expect((rows as unknown as Entry[]).every(({ bytes, actor }) => bytes > 0 && actor !== '')).toBe(true)
})

/** Days that are kept for four days and then dropped, by tenant, and days that are kept for two and then moved. */
function dropAndMove(): PartmanDocument {
  const document = webhookDocument(HOSTILE, { premake: 1 })
  const [attempts, audit] = document.tables
  if (attempts?.policy.kind !== 'tenants' || audit?.policy.kind !== 'range') throw new Error('the fixture has other tables')
  const { subpartition } = attempts.policy
  const kept = { kind: 'age', after: '4 days', grace: '24 hours' }
  const moved = { kind: 'age', after: '2 days', grace: '24 hours', afterGrace: { kind: 'move', schema: 'archive' } }
  return parseDocument({
    ...document,
    tables: [
      { ...attempts, policy: { ...attempts.policy, subpartition: { ...subpartition, retention: kept } } },
      { ...audit, policy: { ...audit.policy, interval: '1 day', premake: 1, retention: moved } },
    ],
  })
}
