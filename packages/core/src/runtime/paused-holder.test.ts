import { dumpCatalog, simulatedClock, type TestDatabase } from '@partman/testing'
import { testDatabase } from '@partman/testing/vitest'
import { beforeAll, describe, expect, it } from 'vitest'
import { clockFile } from '../fixtures/clock-file.js'
import { startMaintainerProcess } from '../fixtures/maintainer-process.js'
import { withTimeLevels } from '../fixtures/policies.js'
import { prepareDatabase } from '../fixtures/prepare-database.js'
import { PLAIN, webhookDocument, webhookTables } from '../fixtures/webhook-tables.js'
import type { Database } from '../sql/database.js'
import { createMaintainer } from './maintainer.js'
import { pgDatabase } from './pg-database.js'

const RETIRING = webhookDocument()
const keeping = (after: string) => withTimeLevels(RETIRING, { retention: { kind: 'age', after, grace: '24 hours' } })
/** Keeps a little more than is in force, which is written down. */
const DOCUMENT = keeping('31 days')
const KEEPING_MORE = keeping('90 days')
const NOW = '2026-04-03T12:00:00Z'

/** What a run at that instant sends, in order. */
const STATEMENTS = [
  'acquire the lease',
  'observe',
  'observe tenants',
  'record approvals',
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
  [/INSERT INTO partman\.lease/, 'acquire the lease'],
  [/UPDATE partman\.lease SET expires_at = [^,]*WHERE/, 'renew the lease'],
  [/UPDATE partman\.lease/, 'release the lease'],
  [/partman\.approval AS a/, 'record approvals'],
  [/^WITH RECURSIVE pinned/m, 'observe'],
  [/^DO .*CREATE TABLE/s, 'create'],
  [/^DO .*COMMENT ON TABLE/s, 'mark'],
  [/^ALTER TABLE .* CONCURRENTLY/, 'detach'],
  [/^DO .*DROP TABLE/s, 'drop'],
  [/partman\.tenant/, 'observe tenants'],
]

let template: string

beforeAll(async () => {
  const test = await testDatabase()
  const database = await prepareDatabase(test, RETIRING, webhookTables(PLAIN, RETIRING), { firstPartitions: false })
  await test.query(`INSERT INTO "Project" (id) VALUES ('a'), ('b')`)
  for (const at of ['2026-03-01T12:00:00Z', '2026-04-01T12:00:00Z']) {
    await createMaintainer({ document: RETIRING, database, clock: simulatedClock(at) }).runOnce()
  }
  await test.close()
  template = test.name
})

/** All that a maintainer writes, but for the runs of one. */
async function dumpAll(test: TestDatabase, without: number): Promise<unknown[]> {
  const { rows } = await test.query(
    `SELECT row_to_json(l) AS row FROM partman.lease l UNION ALL SELECT row_to_json(a) FROM partman.approval a
     UNION ALL SELECT row_to_json(r) FROM partman.run r WHERE split_part(r.holder, ':', 2) <> $1`,
    [String(without)],
  )
  return [...rows, ...(await dumpCatalog(test))]
}

async function expire(test: TestDatabase): Promise<void> {
  await test.query(`UPDATE partman.lease SET expires_at = clock_timestamp() - interval '1 second'`)
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

describe.each(STATEMENTS.map((statement, index) => ({ statement, number: index + 1 })).slice(1))(
  'a holder that stopped before its statement $number, $statement, and wakes when its lease is gone,',
  ({ number }) => {
    const paused = async () => {
      const test = await testDatabase({ template })
      const clock = clockFile(NOW)
      const process = (name: string) => startMaintainerProcess({ name, url: test.url, document: DOCUMENT, clock })
      const late = await process('late')
      const { ended } = await late.runUntil(number)
      await expire(test)
      const wake = async () => {
        const before = await dumpAll(test, late.pid)
        late.resume()
        const end = await ended
        expect(await dumpAll(test, late.pid)).toEqual(before)
        return end
      }
      return { test, late, wake, startRival: () => process('rival') }
    }

    it('changes nothing after another has done the work', async () => {
      const { test, late, wake } = await paused()
      const other = createMaintainer({ document: DOCUMENT, database: pgDatabase(test), clock: simulatedClock(NOW) })
      expect(await other.runOnce()).toMatchObject({ outcome: 'done' })
      await wake()
      expect(await other.runOnce()).toMatchObject({ outcome: 'done', steps: [] })
      await late.stop()
    })

    it('changes nothing while another has the work before it', async () => {
      const { late, startRival, wake } = await paused()
      const rival = await startRival()
      const { ended } = await rival.runUntil(2)
      await wake()
      rival.resume()
      expect((await ended).report).toMatchObject({ outcome: 'done' })
      expect((await rival.runOnce()).report).toMatchObject({ outcome: 'done', steps: [] })
      await Promise.all([late.stop(), rival.stop()])
    })

    it('changes nothing after another has begun to keep more', async () => {
      const { test, late, wake } = await paused()
      const more = createMaintainer({ document: KEEPING_MORE, database: pgDatabase(test), clock: simulatedClock(NOW) })
      expect(await more.runOnce()).toMatchObject({ outcome: 'done' })
      await wake()
      expect(await more.runOnce()).toMatchObject({ outcome: 'done', steps: [] })
      await late.stop()
    })
  },
)
