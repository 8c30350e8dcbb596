import { type Database, type Sql, sql } from '@partman/core'
import { pgDatabase } from '@partman/core/pg'
import { findPgBouncer, startPgBouncer } from '@partman/testing'
import { testDatabase } from '@partman/testing/vitest'
import pg from 'pg'
import { expect, inject, it, onTestFinished, vi } from 'vitest'
import { limitReads } from './limit-reads.js'

const onTrouble = (error: unknown) => {
  throw error
}

/** Statements that end when the test says so. */
function gated() {
  const sent: { readonly statement: Sql; readonly end: () => void; readonly fail: (error: Error) => void }[] = []
  const database: Database = {
    query: (statement) =>
      new Promise((resolve, reject) => {
        sent.push({ statement, end: () => resolve([]), fail: reject })
      }),
  }
  return { database, sent }
}

it('so many statements run at a time, and the next begins when one ends, well or not', async () => {
  const { database, sent } = gated()
  const reads = limitReads(database, { atOnce: 2, timeoutMs: 60_000, onTrouble })
  const asked = Array.from({ length: 4 }, () => reads.query(sql`SELECT 1`))
  expect(sent).toHaveLength(2)
  sent[0]?.end()
  await asked[0]
  expect(sent).toHaveLength(3)
  sent[1]?.fail(new Error('broken'))
  await expect(asked[1]).rejects.toThrow('broken')
  expect(sent).toHaveLength(4)
  sent[2]?.end()
  sent[3]?.end()
  await Promise.all(asked.slice(2))
})

it('a statement that is given up keeps its turn until it has ended, and one that waits for it is never sent', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const { database, sent } = gated()
  const reads = limitReads(database, { atOnce: 1, timeoutMs: 1_000, onTrouble })
  const [slow, waiting] = [reads.query(sql`SELECT 'slow'`), reads.query(sql`SELECT 'waiting'`)]
  const given = Promise.allSettled([slow, waiting])
  vi.advanceTimersByTime(1_000)
  expect(await given).toMatchObject(Array(2).fill({ status: 'rejected', reason: { code: 'DATABASE_SLOW' } }))
  // The other one is what cancels it.
  expect(sent.map(({ statement }) => /pg_cancel_backend|slow|waiting/.exec(statement)?.[0])).toEqual(['slow', 'pg_cancel_backend'])
  const next = reads.query(sql`SELECT 'next'`)
  expect(sent).toHaveLength(2)
  sent[0]?.end()
  await slow.catch(() => undefined)
  await vi.waitFor(() => expect(sent).toHaveLength(3))
  sent[2]?.end()
  await next
})

/** Where a database is asked at: itself, or through a pooler that gives each transaction another connection. */
async function addressOf(url: string, isPooled: boolean): Promise<string> {
  if (!isPooled) return url
  const pooler = await startPgBouncer(inject('partmanServerUrl'), { poolSize: 3 })
  onTestFinished(() => pooler.stop())
  return pooler.through(url)
}

it('a statement that comes to the server only after it was given up is cancelled there', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const { database, sent } = gated()
  const given = limitReads(database, { atOnce: 1, timeoutMs: 1_000, onTrouble }).query(sql`SELECT 'late'`)
  given.catch(() => undefined)
  await vi.advanceTimersByTimeAsync(1_000)
  // The first look finds nothing to cancel.
  sent[1]?.end()
  await vi.advanceTimersByTimeAsync(1_000)
  expect(sent.map(({ statement }) => /pg_cancel_backend|late/.exec(statement)?.[0])).toEqual([
    'late',
    'pg_cancel_backend',
    'pg_cancel_backend',
  ])
  sent[0]?.fail(new Error('canceled'))
  sent[2]?.end()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(sent).toHaveLength(3)
})

it.each([['directly', false] as const, ...(findPgBouncer() === undefined ? [] : [['through PgBouncer', true] as const])])(
  'a statement that takes too long is cancelled on the server, and no other one is, %s',
  async (_, isPooled) => {
    const test = await testDatabase()
    const pool = new pg.Pool({ connectionString: await addressOf(test.url, isPooled), max: 3 })
    onTestFinished(() => pool.end())
    const ended: unknown[] = []
    const database = pgDatabase(pool)
    const watched: Database = {
      query: async (statement, values) => {
        try {
          return await database.query(statement, values)
        } catch (error) {
          ended.push((error as { code?: string }).code)
          throw error
        }
      },
    }
    // Whoever waits for a lock that nobody gives back would wait for ever.
    const holder = await pool.connect()
    await holder.query('BEGIN; SELECT pg_advisory_xact_lock(1)')
    const reads = limitReads(watched, { atOnce: 1, timeoutMs: 50, onTrouble })
    await expect(reads.query(sql`SELECT pg_catalog.pg_advisory_xact_lock($1::bigint)`, [1])).rejects.toMatchObject({
      code: 'DATABASE_SLOW',
    })
    await expect.poll(() => ended, { timeout: 30_000 }).toEqual(['57014'])
    await holder.query('COMMIT')
    holder.release()
    expect(await limitReads(watched, { atOnce: 1, timeoutMs: 60_000, onTrouble }).query(sql`SELECT 1 AS one`)).toEqual([{ one: 1 }])
  },
)

it('whoever comes when a hundred wait already is told at once, and a driver that throws keeps no turn', async () => {
  const { database, sent } = gated()
  const reads = limitReads(database, { atOnce: 1, timeoutMs: 60_000, onTrouble })
  const asked = Array.from({ length: 101 }, () => reads.query(sql`SELECT 1`))
  await expect(reads.query(sql`SELECT 1`)).rejects.toMatchObject({ code: 'DATABASE_SLOW' })
  for (const [index, one] of asked.entries()) {
    await vi.waitFor(() => expect(sent).toHaveLength(index + 1))
    sent[index]?.end()
    await one
  }
  let hasThrown = false
  const throwing: Database = {
    query: (statement) => {
      if (hasThrown) return database.query(statement)
      hasThrown = true
      throw new Error('no such driver')
    },
  }
  const again = limitReads(throwing, { atOnce: 1, timeoutMs: 60_000, onTrouble })
  await expect(again.query(sql`SELECT 1`)).rejects.toThrow('no such driver')
  const next = again.query(sql`SELECT 1`)
  await vi.waitFor(() => expect(sent).toHaveLength(102))
  sent[101]?.end()
  await next
})
