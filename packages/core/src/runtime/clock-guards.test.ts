import { describe, expect, it, vi } from 'vitest'
import { filledTables, formatSteps } from '../fixtures/filled-tables.js'
import { HOSTILE, PLAIN } from '../fixtures/webhook-tables.js'
import { isRetirement } from '../plan/hold-doubtful.js'
import type { PartmanDocument } from '../policy/document.js'
import type { Database } from '../sql/database.js'
import { qualified } from '../sql/sql.js'
import { retentionTerms } from '../state/retention-terms.js'
import { createMaintainer } from './maintainer.js'
import type { MaintenanceReport } from './maintenance-report.js'
import { pgDatabase } from './pg-database.js'
import { planMaintenance } from './plan-maintenance.js'
import { recordApprovals } from './record-approvals.js'

const codes = (report: MaintenanceReport) => ('findings' in report ? report.findings.map(({ code, model }) => `${code} ${model}`) : [])
const going = (report: MaintenanceReport) => formatSteps(report).filter((step) => /^(detach|drop)/.test(step))
const created = (report: MaintenanceReport) => formatSteps(report).filter((step) => step.startsWith('create')).length

/** The database as it would be if its clock were off; what its rows and the catalog say stays. */
function withClockOff(database: Database, ms: number): Database {
  return {
    async query<Row extends object>(...[statement, values]: Parameters<Database['query']>): Promise<Row[]> {
      const rows = await database.query<Row & { observed?: string }>(statement, values)
      if (!statement.includes('lockCapacity')) return rows
      return rows.map((row) => {
        const observed = JSON.parse(row.observed ?? '{}') as { now: number }
        return { ...row, observed: JSON.stringify({ ...observed, now: observed.now + ms }) }
      })
    },
  }
}

const TEN_YEARS = 10 * 365.25 * 86_400_000

describe.each([PLAIN, HOSTILE])('a clock that is wrong, with $label,', (names) => {
  it('ten years ahead destroys nothing, makes no more than the present, and is told of', async () => {
    const { clock, maintain, test } = await filledTables(names, { retireAtMost: 0.5 })
    const rows = async () => (await test.query(`SELECT count(*)::int AS n FROM ${qualified(names.attempts)}`)).rows
    const before = await rows()
    clock.set('2036-03-01T12:00:00Z')
    const report = await maintain()
    expect([going(report), codes(report)]).toEqual([[], ['CLOCK_DOUBTED DeliveryAttempt', 'CLOCK_DOUBTED AuditLog']])
    // Today and tomorrow of two tenants, and two months.
    expect(created(report)).toBe(6)
    expect(created(await maintain())).toBe(0)
    expect(await rows()).toEqual(before)
  })

  it('ten years back destroys nothing, makes no more than the present, and is told of', async () => {
    const { clock, maintain } = await filledTables(names, { retireAtMost: 0.5 })
    clock.set('2016-03-01T12:00:00Z')
    const report = await maintain()
    expect([going(report), codes(report)]).toEqual([[], ['CLOCK_BEHIND DeliveryAttempt', 'CLOCK_BEHIND AuditLog']])
    expect(created(report)).toBe(6)
    expect(created(await maintain())).toBe(0)
  })
})

it.each([TEN_YEARS, -TEN_YEARS])('a database and a process whose clocks are %d ms apart destroy nothing', async (ms) => {
  const tables = await filledTables(PLAIN, { retireAtMost: 0.5 })
  const { test, document } = tables
  tables.clock.set(new Date().toISOString())
  await tables.maintain()
  await test.query(`INSERT INTO "DeliveryAttempt" SELECT 'now', id, now() FROM "Project"`)
  const report = await createMaintainer({ document, database: withClockOff(pgDatabase(test), ms) }).runOnce()
  expect(going(report)).toEqual([])
  expect(codes(report)).toContain(ms > 0 ? 'CLOCKS_DISAGREE DeliveryAttempt' : 'CLOCK_BEHIND DeliveryAttempt')
  expect(created(report)).toBeLessThan(7)
})

it('a plan is not applied while the clocks disagree, though they did not when it was made', async () => {
  const { test, clock, maintain, ...tables } = await filledTables(PLAIN, { retireAtMost: 0.5 })
  const document = { ...tables.document, retireAtMost: 1 }
  const database = pgDatabase(test)
  clock.set(new Date().toISOString())
  await maintain()
  await test.query(`INSERT INTO "DeliveryAttempt" SELECT 'now', id, now() FROM "Project"`)
  const { plan } = await planMaintenance(database, document)
  expect(plan.operations.some(isRetirement)).toBe(true)
  const hourOff = createMaintainer({ document, database: withClockOff(database, 3_600_000) })
  await expect(hourOff.applyPlan(plan)).rejects.toMatchObject({ code: 'PLAN_STALE' })
  expect(going(await createMaintainer({ document, database }).applyPlan(plan))).not.toEqual([])
})

it('a retention that nobody has approved of is not put in force while the clocks disagree, though it would take nothing', async () => {
  const { test, document } = await filledTables(PLAIN)
  await test.query('DELETE FROM partman.approval')
  const atTheFirstDay = withClockOff(pgDatabase(test), Date.parse('2026-03-02T12:00:00Z') - Date.now())
  const report = await createMaintainer({ document, database: atTheFirstDay }).runOnce()
  expect([report.outcome, going(report), codes(report)]).toEqual(['done', [], []])
  const later = await createMaintainer({ document, database: pgDatabase(test) }).runOnce()
  expect([going(later), codes(later)]).toEqual([[], expect.arrayContaining(['RETENTION_UNAPPROVED DeliveryAttempt'])])
})

describe('a table that nobody writes to any more', () => {
  async function daily(until: string, { withOthers }: { withOthers: boolean }) {
    const tables = await filledTables(PLAIN, { retireAtMost: 0.5 })
    if (!withOthers) await tables.test.query('TRUNCATE "AuditLog"')
    const reports: MaintenanceReport[] = []
    for (let day = Date.parse('2026-03-02T12:00:00Z'); day <= Date.parse(until); day += 86_400_000) {
      tables.clock.set(new Date(day).toISOString())
      reports.push(await tables.maintain())
    }
    const filled = async () =>
      (
        await tables.test.query(
          `SELECT DISTINCT to_char("createdAt" AT TIME ZONE 'UTC', 'MM-DD') AS day FROM "DeliveryAttempt" ORDER BY day`,
        )
      ).rows.map((row) => row['day'])
    return { ...tables, reports, filled }
  }

  it('is emptied while another one tells the time', async () => {
    const { reports, filled } = await daily('2026-04-10T12:00:00Z', { withOthers: true })
    expect([await filled(), reports.flatMap(codes)]).toEqual([[], []])
  })

  it('keeps its newest rows until somebody has looked, where no other one tells the time', async () => {
    const { test, document, clock, reports, maintain, filled } = await daily('2026-04-10T12:00:00Z', { withOthers: false })
    expect([await filled(), codes(reports.at(-1)!)]).toEqual([['03-03', '03-04'], ['CLOCK_DOUBTED DeliveryAttempt']])
    const { plan } = await planMaintenance(pgDatabase(test), document, { clock, approved: true })
    const partitions = plan.operations.filter(isRetirement).map(({ partition }) => partition.oid ?? '')
    const [table] = document.tables
    await recordApprovals(pgDatabase(test), [{ table: table!.table, retention: retentionTerms(table!.policy), partitions }], 'the owner')
    await maintain()
    expect(await filled()).toEqual([])
  })
})

describe('more than a run may take', () => {
  async function late(retireAtMost?: number) {
    const tables = await filledTables(PLAIN, { premake: 40, retireAtMost: 0.5 })
    const document: PartmanDocument = { ...tables.document, ...(retireAtMost === undefined ? {} : { retireAtMost }) }
    tables.clock.set('2026-04-10T12:00:00Z')
    const run = () => createMaintainer({ document, database: pgDatabase(tables.test), clock: tables.clock }).runOnce()
    return { ...tables, document, run }
  }

  it('is kept, all of it, until somebody has looked', async () => {
    const { test, document, clock, run } = await late(0.2)
    // Ten of the forty-one days of each tenant.
    const report = await run()
    expect([going(report), codes(report)]).toEqual([[], ['TOO_MANY_RETIRE DeliveryAttempt']])
    expect('findings' in report && report.findings[0]?.message).toBe(
      '20 of the 82 partitions of public.DeliveryAttempt would go in one run, and at most 20 % may: all are kept',
    )
    const { plan } = await planMaintenance(pgDatabase(test), document, { clock, approved: true })
    const partitions = plan.operations.filter(({ kind }) => kind === 'detach-partition').map(({ partition }) => partition.oid ?? '')
    const [table] = document.tables
    const approve = (seen: readonly string[]) =>
      recordApprovals(pgDatabase(test), [{ table: table!.table, retention: retentionTerms(table!.policy), partitions: seen }], 'the owner')
    // Who has seen some of them has not seen the others.
    await approve(partitions.slice(0, 3))
    const partly = await run()
    expect([going(partly).length, codes(partly)]).toEqual([3, ['TOO_MANY_RETIRE DeliveryAttempt']])
    await approve(partitions)
    expect(going(await run())).toHaveLength(17)
    // What was seen to go may go all the way.
    clock.set('2026-04-11T12:00:00Z')
    expect(going(await run()).map((step) => step.split(' ')[0])).toEqual([
      ...Array(2).fill('detach-partition'),
      ...Array(20).fill('drop-partition'),
    ])
  })

  it('is no more than declared by default where it is less than half', async () => {
    const { run } = await late()
    expect(going(await run())).toHaveLength(20)
  })
})

it('nothing is looked at where nothing goes', async () => {
  const { test, document, clock } = await filledTables(PLAIN, { retireAtMost: 0.5 })
  const query = vi.fn(test.query)
  await createMaintainer({ document, database: pgDatabase({ query }), clock }).runOnce()
  expect(query).toHaveBeenCalledTimes(4)
})
