import { dumpCatalog, simulatedClock, type TestDatabase } from '@partman/testing'
import { testDatabase } from '@partman/testing/vitest'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { clockFile } from '../fixtures/clock-file.js'
import { gatedDatabase } from '../fixtures/gated-database.js'
import { startMaintainerProcess } from '../fixtures/maintainer-process.js'
import { withTimeLevels } from '../fixtures/policies.js'
import { prepareDatabase } from '../fixtures/prepare-database.js'
import { PLAIN, webhookDocument, webhookTables } from '../fixtures/webhook-tables.js'
import type { PartmanDocument } from '../policy/document.js'
import type { Database } from '../sql/database.js'
import { createMaintainer } from './maintainer.js'
import type { MaintenanceReport } from './maintenance-report.js'
import { pgDatabase } from './pg-database.js'

const RETIRING = webhookDocument()
const keeping = (after: string) => withTimeLevels(RETIRING, { retention: { kind: 'age', after, grace: '24 hours' } })
/** Keeps a little more than is in force, which is written down. */
const DOCUMENT = keeping('31 days')
const KEEPING_MORE = keeping('90 days')
/** Long enough to come to a statement, and to wait for. */
const LEASE_TTL_MS = 2_000
const NOW = '2026-04-03T12:00:00Z'

/** What a run at that instant sends, in order. */
const STATEMENTS = [
  'acquire the lease',
  'observe',
  'observe tenants',
  'observe names',
  'observe what holds rows',
  'record approvals',
  'observe hooks',
  'create',
  'create',
  'create',
  'create',
  'mark',
  'detach',
  'mark',
  'detach',
  'drop',
  'drop',
  'release the lease',
]

const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^DO .*CREATE TABLE/s, 'create'],
  [/^DO .*COMMENT ON TABLE/s, 'mark'],
  [/^DO .*DROP TABLE/s, 'drop'],
  [/ DETACH PARTITION .* CONCURRENTLY$/, 'detach'],
  [/^WITH RECURSIVE pinned/m, 'observe'],
  [/INSERT INTO partman\.lease/, 'acquire the lease'],
  [/^WITH released/, 'release the lease'],
  [/partman\.approval AS a/, 'record approvals'],
  [/partman\.tenant/, 'observe tenants'],
  [/^SELECT c\.relname AS name/, 'observe names'],
  [/pg_relation_size\(one/, 'observe what holds rows'],
  [/FROM partman\.hook_call/, 'observe hooks'],
]

let template: string

beforeAll(async () => {
  const test = await testDatabase()
  const database = await prepareDatabase(test, RETIRING, webhookTables(PLAIN, RETIRING), { firstPartitions: false })
  await test.query(`INSERT INTO "Project" (id) VALUES ('a'), ('b')`)
  const insert = (at: string) =>
    test.query(`INSERT INTO "DeliveryAttempt" (id, "projectId", "createdAt") SELECT id, id, $1 FROM "Project"`, [at])
  // With rows of the present, without which the clock would be doubted.
  for (const at of ['2026-03-01T12:00:00Z', '2026-03-15T12:00:00Z', '2026-04-01T12:00:00Z']) {
    await createMaintainer({ document: RETIRING, database, clock: simulatedClock(at) }).runOnce()
    await insert(at)
  }
  await insert('2026-03-02T12:00:00Z')
  await insert(NOW)
  await test.close()
  template = test.name
})

/** All that a maintainer writes, but for the runs of one. */
async function dumpAll(test: TestDatabase, without: number): Promise<unknown[]> {
  const { rows } = await test.query(
    `SELECT row_to_json(l) AS row FROM partman.lease l UNION ALL SELECT row_to_json(a) FROM partman.approval a
     UNION ALL SELECT row_to_json(a) FROM partman.audit a UNION ALL SELECT row_to_json(r) FROM partman.run r WHERE split_part(r.holder, ':', 2) <> $1`,
    [String(without)],
  )
  return [...rows, ...(await dumpCatalog(test))]
}

it('the run that is cut sends these statements', async () => {
  const test = await testDatabase({ template })
  const sent: string[] = []
  const direct = pgDatabase(test)
  const database: Database = {
    query: (statement, values) => {
      sent.push(KINDS.find(([pattern]) => pattern.test(statement))?.[1] ?? statement)
      return direct.query(statement, values)
    },
  }
  expect(await createMaintainer({ document: DOCUMENT, database, clock: simulatedClock(NOW) }).runOnce()).toMatchObject({ outcome: 'done' })
  expect(sent).toEqual(STATEMENTS)
})

/** A run that has taken the lease, and has looked at nothing before it is let go on. */
async function beginRun(test: TestDatabase): Promise<{ end(): Promise<MaintenanceReport> }> {
  const { database, reached, open } = gatedDatabase(pgDatabase(test), /^WITH RECURSIVE pinned/m)
  const run = createMaintainer({ document: DOCUMENT, database, clock: simulatedClock(NOW) }).runOnce()
  await reached
  return {
    end() {
      open()
      return run
    },
  }
}

async function isExpired(test: TestDatabase): Promise<boolean> {
  return (await test.query('SELECT FROM partman.lease WHERE expires_at < clock_timestamp()')).rows.length === 1
}

/** A holder that is stopped before a statement of its run; its lease is gone, as it does not know, unless it has to ask because of the time gone by. */
async function pausedHolder(statement: number, leaseTtlMs?: number) {
  const test = await testDatabase({ template })
  const options = leaseTtlMs === undefined ? {} : { leaseTtlMs }
  const late = await startMaintainerProcess({ name: 'late', url: test.url, document: DOCUMENT, clock: clockFile(NOW), options })
  const { ended } = await late.runUntil(statement)
  if (leaseTtlMs === undefined) await test.query(`UPDATE partman.lease SET expires_at = clock_timestamp() - interval '1 second'`)
  else await vi.waitUntil(() => isExpired(test), { timeout: 20_000 })
  return {
    test,
    /** Lets it go on to the end of its run; gives everything as it was before, and as it is after. */
    async wake() {
      const before = await dumpAll(test, late.pid)
      late.resume()
      const { report } = await ended
      await late.stop()
      return { report, before, after: await dumpAll(test, late.pid), troubles: late.log.filter(({ level }) => level !== 'info') }
    },
  }
}

const maintain = (test: TestDatabase, document: PartmanDocument, at = NOW) =>
  createMaintainer({ document, database: pgDatabase(test), clock: simulatedClock(at) }).runOnce()

const stops = STATEMENTS.map((statement, index) => ({ statement, number: index + 1 })).slice(1)
/** It can be in no transaction with a look at the lease. */
const concurrent = ({ statement }: { statement: string }) => statement === 'detach'

describe.each(stops)('a holder that stopped before its statement $number, $statement, and wakes up when its lease is gone,', (stop) => {
  it('changes nothing after another has done the work', async () => {
    const { test, wake } = await pausedHolder(stop.number, concurrent(stop) ? LEASE_TTL_MS : undefined)
    expect(await maintain(test, DOCUMENT)).toMatchObject({ outcome: 'done' })
    const { before, after, troubles } = await wake()
    // A detach finds that it was done.
    expect([after, troubles]).toEqual([before, concurrent(stop) ? [expect.objectContaining({ message: 'step failed' })] : []])
    expect(await maintain(test, DOCUMENT)).toMatchObject({ outcome: 'done', steps: [] })
  })

  it.skipIf(concurrent(stop))('changes nothing while another has the work before it', async () => {
    const { test, wake } = await pausedHolder(stop.number)
    const other = await beginRun(test)
    const { before, after, troubles } = await wake()
    expect([after, troubles]).toEqual([before, []])
    expect(await other.end()).toMatchObject({ outcome: 'done' })
    expect(await maintain(test, DOCUMENT)).toMatchObject({ outcome: 'done', steps: [] })
  })

  it.skipIf(concurrent(stop))('changes nothing after another has begun to keep more', async () => {
    const { test, wake } = await pausedHolder(stop.number)
    expect(await maintain(test, KEEPING_MORE)).toMatchObject({ outcome: 'done' })
    const { before, after, troubles } = await wake()
    expect([after, troubles]).toEqual([before, []])
    expect(await maintain(test, KEEPING_MORE)).toMatchObject({ outcome: 'done', steps: [] })
  })
})

/** Partitions of the second of March that stand detached, and how many rows each holds. */
async function detachedRows(test: TestDatabase): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  const { rows } = await test.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relname LIKE '%p20260302' AND NOT relispartition ORDER BY 1`,
  )
  for (const { name } of rows) {
    const counted = await test.query<{ count: number }>(`SELECT count(*)::int AS count FROM partman_partitions."${name}"`)
    counts[name] = counted.rows[0]!.count
  }
  return counts
}

/** What no transaction can join with a look at the lease: sent by one that held it, on its way while another takes it. */
describe.each(stops.filter(concurrent))('a detach, statement $number, that arrives when the lease is gone,', ({ number }) => {
  it('is no trouble to another that has the work before it', async () => {
    const { test, wake } = await pausedHolder(number, LEASE_TTL_MS)
    const other = await beginRun(test)
    const { troubles } = await wake()
    expect(troubles).toEqual([])
    expect(await other.end()).toMatchObject({ outcome: 'done' })
    expect(await maintain(test, DOCUMENT)).toMatchObject({ outcome: 'done', steps: [] })
  })

  it('is the last that the late one does, and costs another that keeps more no row', async () => {
    const { test, wake } = await pausedHolder(number, LEASE_TTL_MS)
    const before = await detachedRows(test)
    expect(await maintain(test, KEEPING_MORE)).toMatchObject({ outcome: 'done' })
    const { report, troubles } = await wake()
    expect([report?.outcome, troubles]).toEqual(['failed', []])
    const late = Object.entries(await detachedRows(test)).filter(([name]) => !(name in before))
    expect(late).toEqual([[expect.any(String), 1]])
    for (const at of [NOW, '2026-08-01T12:00:00Z', '2026-08-03T12:00:00Z']) {
      expect(await maintain(test, KEEPING_MORE, at)).toMatchObject({ outcome: 'done' })
    }
    expect(await detachedRows(test)).toMatchObject(Object.fromEntries(late))
  })
})
