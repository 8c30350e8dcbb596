import { testDatabase } from '@partman/testing/vitest'
import { expect, it } from 'vitest'
import { exampleDocument, exampleTables } from '../fixtures/example-tables.js'
import { drawFault, faultyConnections } from '../fixtures/fault.js'
import { openSession } from '../fixtures/filled-tables.js'
import { PartitionLedger } from '../fixtures/partition-ledger.js'
import { prepareDatabase } from '../fixtures/prepare-database.js'
import { seededRandom } from '../fixtures/random.js'
import { renderRegistration } from '../sql/render-registration.js'
import { qualified } from '../sql/sql.js'
import { createMaintainer } from './maintainer.js'
import { pgDatabase } from './pg-database.js'
import { planMaintenance } from './plan-maintenance.js'

const [HOUR_MS, DAY_MS] = [3_600_000, 24 * 3_600_000]
const [BEGIN, END] = [Date.parse('2026-01-01T00:00:00Z'), Date.parse('2028-01-01T00:00:00Z')]
const SEED = Number(process.env['PARTMAN_SEED'] ?? 1)
const FAST = { lockTimeoutMs: 100, lockAttempts: 4, lockBackoffMs: 20 }
/** Rows arrive up to so long after the fact, when their partition may have gone. */
const LATEST_DAYS = 33
/** The last three of the projects come one by one. */
const PROJECTS = ['acme', 'globex', 'initech', 'umbrella']

function keptUntil(table: string, upper: number): number {
  if (table !== 'audit_log') return upper + 30 * DAY_MS
  const end = new Date(upper)
  return end.setUTCFullYear(end.getUTCFullYear() + 1)
}

it(`every row is where it belongs after two years in which much goes wrong, seed ${SEED}`, { timeout: 300_000 }, async () => {
  const random = seededRandom(SEED)
  const document = exampleDocument()
  const test = await testDatabase()
  await prepareDatabase(test, document, exampleTables(document), { firstPartitions: false })
  const tables = document.tables.map(({ table }) => table)
  const ledger = new PartitionLedger(test, tables, keptUntil)
  /** The projects that have joined, and when. */
  const joined = new Map<string, number>()
  const lastLeft = { statements: 50 }
  const counts: Record<string, number> = {}
  let now = BEGIN
  let rows = 0

  const writers = await openSession(test)

  async function join(project: string): Promise<void> {
    if (random.percent(50)) {
      await writers.query('INSERT INTO project (id) VALUES ($1)', [project])
      return
    }
    await writers.query('BEGIN')
    await writers.query('INSERT INTO project (id) VALUES ($1)', [project])
    await writers.query(renderRegistration(document, 'Project', project, { now, lockTimeoutMs: 10_000 }))
    await writers.query('COMMIT')
  }

  async function signUp(project: string): Promise<void> {
    await join(project)
    await maintain(now, false)
    joined.set(project, now)
  }

  async function write(projects: readonly string[], instants: readonly number[]): Promise<void> {
    if (projects.length === 0) return
    for (const given of instants) {
      for (const table of tables) {
        const project = random.one(projects)
        // Nobody has rows from before.
        const at = Math.max(given, joined.get(project) ?? given)
        const id = ++rows
        try {
          const {
            rows: [row],
          } = await writers.query<{ oid: string }>(
            `INSERT INTO ${qualified(table)} (id, project_id, at) VALUES ($1, $2, to_timestamp($3::float8 / 1000)) RETURNING tableoid::int8::text AS oid`,
            [id, project, at],
          )
          ledger.enter(table, id, row!.oid)
        } catch (error) {
          // What comes too late has no partition any more.
          expect([(error as { code?: string }).code, ledger.isKept(table, at)]).toEqual(['23514', false])
          count('row refused')
        }
      }
    }
  }

  function count(what: string): void {
    counts[what] = (counts[what] ?? 0) + 1
  }

  async function maintain(at: number, isFaulty: boolean): Promise<void> {
    const clock = { now: () => new Date(at) }
    const relations = [...tables.map(qualified)]
    const fault = isFaulty ? drawFault(random, lastLeft.statements, relations) : null
    const overtake = async () => {
      await createMaintainer({ document, database: pgDatabase(test), clock, ...FAST }).runOnce()
    }
    const connections = faultyConnections(test, fault, overtake)
    // As if a minute had passed.
    await test.query('UPDATE partman.lease SET expires_at = LEAST(expires_at, now())')
    const run = createMaintainer({ document, database: pgDatabase(connections), clock, ...FAST })
      .runOnce()
      .catch((error: Error) => {
        if (!connections.struck) throw error
        return null
      })
      .finally(() => connections.end())
    const late = Array.from({ length: 2 }, () => at - random.between(0, LATEST_DAYS * DAY_MS))
    const [report] = await Promise.all([run, write([...joined.keys()], [at, ...late])])
    count(connections.struck ? `${fault?.kind} ${fault?.when}` : 'undisturbed')
    if (!connections.struck) expect(report).toMatchObject({ outcome: 'done' })
    lastLeft.statements = Math.max(5, connections.statements)
    await ledger.observe(at, !connections.struck)
  }

  await signUp(PROJECTS[0]!)
  for (let run = 0; now < END; run++) {
    now += random.percent(3) ? random.between(3 * DAY_MS, 8 * DAY_MS) : random.between(6 * HOUR_MS, 60 * HOUR_MS)
    const [next] = PROJECTS.slice(joined.size)
    if (next !== undefined && random.percent(1)) await signUp(next)
    await maintain(random.percent(5) ? now - HOUR_MS : now, random.percent(50))
    if (run % 20 === 0) await ledger.account()
  }
  await maintain(now, false)
  await ledger.account()
  const { plan } = await planMaintenance(pgDatabase(test), document, { clock: { now: () => new Date(now) } })
  expect([plan.operations, plan.findings]).toEqual([[], []])
  process.stdout.write(
    `two years, seed ${SEED}: ${ledger.rows} rows, ${ledger.count('dropped')} partitions dropped, ${ledger.count('detached')} detached, ${ledger.count('attached')} attached; ${JSON.stringify(counts)}\n`,
  )
})
