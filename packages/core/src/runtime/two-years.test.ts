import { testDatabase } from '@partman/testing/vitest'
import { expect, it, onTestFinished } from 'vitest'
import { describeIndex } from '../fixtures/describe-index.js'
import { exampleDocument, exampleTables } from '../fixtures/example-tables.js'
import { ExampleUse } from '../fixtures/example-use.js'
import { drawFault, faultyConnections, maintainerPool } from '../fixtures/fault.js'
import { openSession } from '../fixtures/filled-tables.js'
import { PartitionLedger } from '../fixtures/partition-ledger.js'
import { prepareDatabase } from '../fixtures/prepare-database.js'
import { seededRandom } from '../fixtures/random.js'
import { createMaintainer } from './maintainer.js'
import { pgDatabase } from './pg-database.js'
import { planMaintenance } from './plan-maintenance.js'

const [HOUR_MS, DAY_MS] = [3_600_000, 24 * 3_600_000]
const [BEGIN, END] = [Date.parse('2026-01-01T00:00:00Z'), Date.parse('2028-01-01T00:00:00Z')]
/** One seed for everybody; another one to look further. */
const SEED = Number(process.env['PARTMAN_SEED'] ?? 1)
const FAST = { lockTimeoutMs: 100, lockAttempts: 5, lockBackoffMs: 20 }
/** The first is there from the beginning, the others come after so many days. */
const PROJECTS = { acme: 0, [`O'Neil; --`]: 400, ACME: 640 }
const INDEX = { schema: 'public', name: 'by_id' }

/** Thirty days, or twelve months for the audit. */
function keptUntil(table: string, upper: number): number {
  if (table !== 'audit_log') return upper + 30 * DAY_MS
  const end = new Date(upper)
  return end.setUTCFullYear(end.getUTCFullYear() + 1)
}

it(`every row is where it belongs all through two years in which much goes wrong, seed ${SEED}`, { timeout: 600_000 }, async () => {
  const random = seededRandom(SEED)
  const document = exampleDocument()
  const tables = document.tables.map(({ table }) => table)
  const test = await testDatabase()
  await prepareDatabase(test, document, exampleTables(document), { firstPartitions: false })
  const ledger = new PartitionLedger(test, tables, keptUntil)
  const use = new ExampleUse(await openSession(test), document, ledger)
  const pool = maintainerPool(test)
  onTestFinished(() => pool.end())
  const happened = new Map<string, number>()
  let sent = 50
  /** The last run that was not disturbed: provisioning fails for no longer than there are partitions ahead. */
  let whole = BEGIN

  /** A run, and the application's work meanwhile. */
  async function maintain(now: number, isFaulty: boolean, meanwhile: () => Promise<void> = async () => undefined): Promise<void> {
    const settings = { document, clock: { now: () => new Date(now) }, ...FAST }
    const fault = isFaulty ? await drawFault(random, sent, test, tables) : null
    const connections = faultyConnections(test, pool, fault, () => createMaintainer({ ...settings, database: pgDatabase(test) }).runOnce())
    // The lease of whoever was killed has run out since.
    await test.query('UPDATE partman.lease SET expires_at = LEAST(expires_at, now())')
    ledger.begin(now)
    const run = async () => {
      try {
        const report = await createMaintainer({ ...settings, database: pgDatabase(connections) }).runOnce()
        if (!connections.struck)
          expect([report.outcome, 'steps' in report && report.steps.filter((step) => step.outcome === 'failed')]).toEqual(['done', []])
      } catch (error) {
        if (!connections.struck) throw error
      } finally {
        await connections.end()
      }
    }
    await Promise.all([run(), use.drawRows(random, now)(), meanwhile()])
    const what = connections.struck && fault ? `${fault.kind} ${fault.when}` : 'undisturbed'
    happened.set(what, (happened.get(what) ?? 0) + 1)
    sent = Math.max(5, connections.statements)
    if (!connections.struck) whole = now
    expect([now, await ledger.observe(now, !connections.struck)]).toEqual([now, []])
  }

  await use.signUp('acme', BEGIN, false)
  await maintain(BEGIN, false)
  use.begin('acme', BEGIN)
  let now = BEGIN
  for (let step = 1; now < END; step++) {
    // Now and then nobody maintains for days.
    now += whole === now && random.percent(3) ? random.between(3 * DAY_MS, 8 * DAY_MS) : random.between(12 * HOUR_MS, 84 * HOUR_MS)
    const [next] = Object.entries(PROJECTS).slice(use.projects)
    if (next !== undefined && now > BEGIN + next[1] * DAY_MS) {
      await maintain(now, now - whole < 6 * DAY_MS, () => use.signUp(next[0], now, true))
      use.begin(next[0], now)
    }
    if (random.percent(1)) {
      await test.query(`DROP INDEX IF EXISTS ${INDEX.name}`)
      await test.query(`CREATE INDEX ${INDEX.name} ON ONLY event (id)`)
    }
    // The clock may go back an hour.
    await maintain(random.percent(5) ? now - HOUR_MS : now, random.percent(50) && now - whole < 6 * DAY_MS)
    if (step % 20 === 0) expect([now, await ledger.account()]).toEqual([now, []])
  }
  for (let run = 0; run < 2; run++) await maintain(now, false)
  expect(await ledger.account()).toEqual([])
  const { plan } = await planMaintenance(pgDatabase(test), document, { clock: { now: () => new Date(now) } })
  expect([plan.operations, plan.findings]).toEqual([[], []])
  expect((await describeIndex(test, INDEX))?.invalid ?? null).toBe(null)
  const counts = (['dropped', 'detached', 'attached'] as const).map((state) => `${ledger.count(state)} ${state}`)
  process.stdout.write(
    `two years, seed ${SEED}: ${ledger.rows} rows, and ${use.refused} refused that came too late; partitions: ${counts.join(', ')}\nruns: ${JSON.stringify(Object.fromEntries([...happened].sort()))}\n`,
  )
})
