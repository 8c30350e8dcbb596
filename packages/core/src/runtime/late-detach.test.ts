import { expect, it } from 'vitest'
import { filledTables, openSession } from '../fixtures/filled-tables.js'
import { createMaintainer } from './maintainer.js'
import { pgDatabase } from './pg-database.js'

it('a detach that a killed maintainer left waiting finds its partition marked, however late it comes', async () => {
  const { document, test, clock, maintain } = await filledTables()
  const [victim, second, locker] = [await openSession(test), await openSession(test), await openSession(test)]
  clock.set('2026-04-01T12:00:00Z')
  let late: Promise<unknown> | undefined
  const query = async (text: string, values?: unknown[]) => {
    if (late) throw Object.assign(new Error('the process was killed'), { code: '57P01' })
    const [, parent] = /ALTER TABLE (.*) DETACH PARTITION .* CONCURRENTLY/.exec(text) ?? []
    if (parent === undefined) return victim.query(text, values)
    // Such as ANALYZE has.
    await locker.query('BEGIN')
    await locker.query(`LOCK TABLE ONLY ${parent} IN SHARE UPDATE EXCLUSIVE MODE`)
    late = victim.query(text).catch((error: Error) => error)
    throw Object.assign(new Error('the process was killed'), { code: '57P01' })
  }
  await createMaintainer({ document, database: pgDatabase({ query }), clock })
    .runOnce()
    .catch(() => undefined)
  const waiting = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%DETACH PARTITION%'`
  await expect.poll(async () => (await second.query(waiting)).rows[0]?.['n'], { timeout: 30_000 }).toBe(1)

  await test.query(`UPDATE partman.lease SET expires_at = now() - interval '1 second'`)
  await maintain()
  await locker.query('COMMIT')
  await late
  for (let run = 0; run < 3; run++) await maintain()
  const left = `SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'partman_partitions'::regnamespace AND c.relkind IN ('r', 'p')
    AND NOT c.relispartition AND obj_description(c.oid, 'pg_class') IS NULL`
  expect((await test.query(left)).rows).toEqual([])
})
