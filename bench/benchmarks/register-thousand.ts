import { createTestDatabase } from '@partman/testing'
import pg from 'pg'
import { createApplication, type ExtendedClient } from '../client/application.js'
import { alternate, millisecondsOf } from '../harness/alternate.js'
import { defineBenchmark } from '../harness/benchmark.js'
import { atMost, atMostTimesFloor } from '../harness/condition.js'
import { inTransaction, ofDay } from '../tables/bare-sql.js'

/** Tables that the extension makes in one transaction. */
const TABLES_PER_BATCH = 50
/** What a registration sends beside its batches: who is registered, and what has partitions. */
const STATEMENTS_BESIDE = 2

/** What it costs to register the tenants that an application has already. */
export const registerThousand = defineBenchmark({
  name: 'register-thousand',
  title: '$partman().registerTenants of 1,000 tenants, one table x 3 days each',
  unit: 'ms',
  sizes: { full: { tenants: 1000, days: 3, rounds: 3 }, tiny: { tenants: 30, days: 2, rounds: 1 } },
  async measure(servers, { tenants, days, rounds }) {
    const server = await servers.usual()
    const application = await createApplication(server, days, { tenantTables: ['Event'], tenantDays: days })
    const { test } = application
    await test.close()
    const keys = Array.from({ length: tenants }, (_, n) => `tenant-${n}`)
    const ofBatch = Math.floor(TABLES_PER_BATCH / (days + 1))
    const batches = Array.from({ length: Math.ceil(tenants / ofBatch) }, (_, n) => keys.slice(n * ofBatch, (n + 1) * ofBatch))
    const sent = { ours: 0, floor: 0 }

    /** Works on a copy of the database, where the client is connected before the clock starts. */
    const sample = (side: keyof typeof sent, register: (client: ExtendedClient, pool: pg.Pool) => Promise<unknown>) => async () => {
      const copy = await createTestDatabase(server, { template: test.name })
      const pool = new pg.Pool({ connectionString: copy.url, max: 1, Client: CountingClient })
      const client = application.extendedClient(pool)
      try {
        await client.plain.findUnique({ where: { id: 1 } })
        CountingClient.sent = 0
        const ms = await millisecondsOf(() => register(client, pool))
        sent[side] = CountingClient.sent
        const { rows } = await pool.query<{ tables: number }>(
          `SELECT count(*)::int AS tables FROM pg_inherits WHERE inhparent = '"Event"'::regclass`,
        )
        if (rows[0]?.tables !== tenants) throw new Error(`${rows[0]?.tables} tenants have partitions instead of ${tenants}.`)
        return ms
      } finally {
        await client.$disconnect()
        await pool.end()
        await copy.drop()
      }
    }
    try {
      const sides = await alternate(
        {
          ours: sample('ours', (client) => client.$partman().registerTenants(keys)),
          peer: null,
          floor: sample('floor', async (_client, pool) => {
            for (const batch of batches) await pool.query(inTransaction(batch.flatMap((key) => bareStatements(key, days))))
          }),
        },
        { rounds },
      )
      const most = batches.length + STATEMENTS_BESIDE
      return {
        ...sides,
        bar: [atMostTimesFloor(sides.ours, sides.floor, 1.3), atMost(sent.ours, most, `statements for ${batches.length} batches`)],
        notes: [
          `ours: ${sent.ours} statements for ${tenants} tenants, of which ${batches.length} are batches of ${ofBatch}`,
          `floor: the same tables by hand, ${sent.floor} transactions of ${ofBatch} tenants, each sent at once`,
        ],
      }
    } finally {
      await application.drop()
    }
  },
})

/** Counts what is sent; the pools of a benchmark are used one after the other. */
class CountingClient extends pg.Client {
  static sent = 0

  // biome-ignore lint/suspicious/noExplicitAny: it has a dozen signatures, and all go on as they are.
  override query(...args: any[]): any {
    CountingClient.sent++
    return (super.query as (...all: unknown[]) => unknown).apply(this, args)
  }
}

function bareStatements(key: string, days: number): string[] {
  const name = `partman_partitions."bare_${key}"`
  return [
    `CREATE TABLE ${name} (LIKE "Event" INCLUDING ALL) PARTITION BY RANGE ("createdAt")`,
    ...Array.from({ length: days }, (_, n) => `CREATE TABLE partman_partitions."bare_${key}_${n}" PARTITION OF ${name} ${ofDay(n)}`),
    `ALTER TABLE "Event" ATTACH PARTITION ${name} FOR VALUES IN ('${key}')`,
  ]
}
