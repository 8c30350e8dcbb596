import { simulatedClock } from '@partman/testing'
import { testDatabase } from '@partman/testing/vitest'
import { describe, expect, it } from 'vitest'
import { byTime, declare, documentOf, withTimeLevels } from '../fixtures/policies.js'
import { prepareDatabase } from '../fixtures/prepare-database.js'
import { HOSTILE, PLAIN, webhookDocument, webhookTables } from '../fixtures/webhook-tables.js'
import { renderBookkeeping } from '../migration/bookkeeping.js'
import { isRetirement } from '../plan/hold-doubtful.js'
import { keepsAtLeast, retentionTerms } from '../state/retention-terms.js'
import { createMaintainer } from './maintainer.js'
import type { MaintenanceReport } from './maintenance-report.js'
import { pgDatabase } from './pg-database.js'
import { planMaintenance } from './plan-maintenance.js'
import { recordApprovals } from './record-approvals.js'

const keep = (after: string, grace = '24 hours') => ({ retention: { kind: 'age', after, grace } }) as const

function summary(report: MaintenanceReport) {
  if (!('steps' in report)) throw new Error(report.outcome)
  const count = (kind: string) => report.steps.filter((step) => step.kind === kind).length
  return { detached: count('detach-partition'), dropped: count('drop-partition'), findings: report.findings.map(({ code }) => code) }
}

describe.each([PLAIN, HOSTILE])('a retention with $label', (names) => {
  /** Two tenants' days and an audit log, kept for thirty days and twelve months, on 1 April. */
  async function maintained() {
    const document = webhookDocument(names)
    const test = await testDatabase()
    const database = await prepareDatabase(test, document, webhookTables(names, document), { firstPartitions: false })
    const clock = simulatedClock('2026-03-01T00:00:00Z')
    const run = async (declared = document) => summary(await createMaintainer({ document: declared, database, clock }).runOnce())
    const attempts = { ...document, tables: document.tables.slice(0, 1) }
    await database.query(`INSERT INTO partman.tenant (tenants, key) VALUES ('Project', 'a')` as never)
    await run()
    clock.set('2026-03-20T00:00:00Z')
    await run()
    return { document, attempts, test, database, clock, run }
  }

  it('that keeps less than the one in force waits for approval, and so does a shorter grace period', async () => {
    const { attempts, database, clock, run } = await maintained()
    const mistyped = withTimeLevels(attempts, keep('3 days'))
    expect(await run(mistyped)).toEqual({ detached: 0, dropped: 0, findings: ['RETENTION_UNAPPROVED'] })
    // The one in force goes on as before.
    clock.set('2026-04-02T00:00:00Z')
    expect(await run(attempts)).toMatchObject({ detached: 2, findings: [] })
    clock.set('2026-04-02T02:00:00Z')
    const hasty = withTimeLevels(attempts, keep('30 days', '1 hour'))
    expect(await run(hasty)).toEqual({ detached: 0, dropped: 0, findings: ['RETENTION_UNAPPROVED'] })

    await recordApprovals(database, [{ table: names.attempts, retention: retentionTerms(hasty.tables[0]!.policy) }], 'the owner')
    expect(await run(hasty)).toEqual({ detached: 0, dropped: 2, findings: [] })
  })

  it('that keeps more is in force at once, and to go back to less needs approval again', async () => {
    const { attempts, clock, run } = await maintained()
    const longer = withTimeLevels(attempts, keep('60 days'))
    clock.set('2026-04-10T00:00:00Z')
    expect(await run(longer)).toMatchObject({ detached: 0, findings: [] })
    expect(await run(attempts)).toEqual({ detached: 0, dropped: 0, findings: ['RETENTION_UNAPPROVED'] })
  })

  it('that keeps less waits for approval also while it takes nothing', async () => {
    const { attempts, clock, run } = await maintained()
    const shorter = withTimeLevels(attempts, keep('25 days'))
    expect(await run(shorter)).toEqual({ detached: 0, dropped: 0, findings: ['RETENTION_UNAPPROVED'] })
    clock.set('2026-03-28T00:00:00Z')
    expect(await run(shorter)).toEqual({ detached: 0, dropped: 0, findings: ['RETENTION_UNAPPROVED'] })
  })

  it('by count keeps less where the partitions get smaller', async () => {
    const { attempts, run } = await maintained()
    const counted = { retention: { kind: 'count', partitions: 12, grace: '24 hours' } } as const
    const [days, weeks] = [
      withTimeLevels(attempts, { ...counted, interval: '1 day' }),
      withTimeLevels(attempts, { ...counted, interval: '1 week' }),
    ]
    expect(keepsAtLeast(retentionTerms(weeks.tables[0]!.policy), retentionTerms(days.tables[0]!.policy), 0)).toBe(true)
    expect(keepsAtLeast(retentionTerms(days.tables[0]!.policy), retentionTerms(weeks.tables[0]!.policy), 0)).toBe(false)
    expect(await run(weeks)).toEqual({ detached: 0, dropped: 0, findings: ['RETENTION_UNAPPROVED'] })
  })
})

describe('the first retention of a table that has old partitions', () => {
  async function adopted(given = {}) {
    const document = documentOf(declare(byTime({ ...keep('30 days'), premake: 1, ...given })))
    const test = await testDatabase()
    await test.query(renderBookkeeping(document.tenantSets))
    await test.query(`CREATE SCHEMA partman_partitions; CREATE TABLE "Event" (at timestamptz NOT NULL) PARTITION BY RANGE (at);
      CREATE TABLE old PARTITION OF "Event" FOR VALUES FROM ('2025-01-01Z') TO ('2026-01-01Z')`)
    return { document, test, database: pgDatabase(test), clock: simulatedClock('2026-03-01T00:00:00Z') }
  }

  it('retires none of them before somebody has approved of it', async () => {
    const { document, database, clock } = await adopted()
    const maintainer = createMaintainer({ document, database, clock })
    const held = { detached: 0, dropped: 0, findings: ['RETENTION_UNAPPROVED'] }
    expect([summary(await maintainer.runOnce()), summary(await maintainer.runOnce())]).toEqual([held, held])
    const { plan } = await planMaintenance(database, document, { clock, approved: true })
    const going = plan.operations.filter(isRetirement).map(({ kind, partition }) => [kind, partition.name])
    expect(going).toEqual([['detach-partition', 'old']])
    await recordApprovals(
      database,
      [{ table: document.tables[0]!.table, retention: retentionTerms(document.tables[0]!.policy) }],
      'the owner',
    )
    expect(summary(await maintainer.runOnce())).toEqual({ detached: 1, dropped: 0, findings: [] })
  })

  it('is not put in force by a plan of an instant at which it took nothing', async () => {
    const { document, database, clock } = await adopted()
    const maintainer = createMaintainer({ document, database, clock })
    const { plan } = await planMaintenance(database, document, { clock: simulatedClock('2026-01-15T00:00:00Z') })
    expect(await maintainer.applyPlan(plan)).toMatchObject({ outcome: 'done', findings: [] })
    expect(summary(await maintainer.runOnce())).toMatchObject({ detached: 0, findings: ['RETENTION_UNAPPROVED'] })
  })

  it('is not taken for harmless while something is wrong with the table', async () => {
    const { document, test, database, clock } = await adopted()
    await test.query('CREATE TABLE rest PARTITION OF "Event" DEFAULT')
    const maintainer = createMaintainer({ document, database, clock })
    expect(summary(await maintainer.runOnce())).toEqual({ detached: 0, dropped: 0, findings: ['DEFAULT_PARTITION_PRESENT'] })
    await test.query('DROP TABLE rest')
    expect(summary(await maintainer.runOnce())).toEqual({ detached: 0, dropped: 0, findings: ['RETENTION_UNAPPROVED'] })
  })
})
