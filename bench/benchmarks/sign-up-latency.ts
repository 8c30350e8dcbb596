import { createTestDatabase } from '@partman/testing'
import pg from 'pg'
import { createApplication, type ExtendedClient } from '../client/application.js'
import { alternate } from '../harness/alternate.js'
import { defineBenchmark } from '../harness/benchmark.js'
import { atMost } from '../harness/condition.js'
import { ATTEMPTS, PARTITIONS, tenantName } from '../tables/attempts.js'
import { type Reader, startReader } from '../tables/reader.js'
import { startWriter } from '../tables/writer.js'

const DAY_MS = 86_400_000

/** What the tenants that are there feel of others that sign up beside a long transaction. */
export const signUpLatency = defineBenchmark({
  name: 'sign-up-latency',
  title: 'the slowest INSERT of 20 tenants while others sign up, and a reader keeps its transaction open',
  unit: 'ms',
  sizes: {
    full: { tenants: 20, days: 10, seconds: 3, rounds: 3, peerRounds: 1 },
    tiny: { tenants: 2, days: 2, seconds: 0.3, rounds: 1, peerRounds: 1 },
  },
  async measure(servers, { tenants, days, seconds, rounds, peerRounds }) {
    const server = await servers.usual()
    const application = await createApplication(server, days, { tenantTables: ['DeliveryAttempt'], tenantDays: days })
    const { test } = application
    const signedUp: number[] = []
    let inserts = 0

    /** Works beside one reader and one writer, until the reader has ended. */
    const sample = (work: (client: ExtendedClient, reader: Reader, pool: pg.Pool) => Promise<unknown>) => async () => {
      const copy = await createTestDatabase(server, { template: test.name })
      const pool = new pg.Pool({ connectionString: copy.url, max: 1 })
      const client = application.extendedClient(pool)
      try {
        await client.plain.findUnique({ where: { id: 1 } })
        const writer = await startWriter(copy.url, tenants, new Date().toISOString())
        const reader = await startReader(copy.url, seconds)
        try {
          await work(client, reader, pool)
        } finally {
          await reader.ended
        }
        const written = await writer.stop()
        inserts += written.inserts
        return written.worstMs
      } finally {
        await client.$disconnect()
        await pool.end()
        await copy.drop()
      }
    }

    const signUps = async (client: ExtendedClient, { ended }: Reader) => {
      let [open, n] = [true, 0]
      const end = ended.then(() => {
        open = false
      })
      while (open) await client.project.create({ data: { id: `new-${n++}` } })
      await end
      signedUp.push(n - 1)
    }

    try {
      const existing = application.extendedClient()
      await existing.$partman().registerTenants(Array.from({ length: tenants }, (_, n) => tenantName(n)))
      await existing.$disconnect()
      await test.close()
      const sides = await alternate(
        {
          ours: sample(signUps),
          peer: sample(async (_client, _reader, pool) => {
            for (const statement of loopStatements(days)) await pool.query(statement)
          }),
          floor: sample(async () => undefined),
        },
        { rounds, peerRounds },
      )
      return {
        ...sides,
        bar: [atMost(sides.ours?.value ?? null, 50, 'ms')],
        notes: [
          `ours: project.create, one after another: ${signedUp.join(', ')} sign-ups of ${days} days while the reader's transaction of ${seconds} s was open`,
          'peer: one sign-up by PARTITION OF; floor: the reader and the writer alone',
          `${inserts} inserts in all; a figure is the slowest of a round, none left out, and the median of the rounds`,
        ],
      }
    } finally {
      await application.drop()
    }
  },
})

/** One sign-up as most teams write it. */
function loopStatements(days: number): string[] {
  const name = `${PARTITIONS}.loop_new`
  const midnight = (offset: number) => new Date(Date.now() + offset * DAY_MS).toISOString().slice(0, 10)
  return [
    `CREATE TABLE ${name} PARTITION OF ${ATTEMPTS} FOR VALUES IN ('loop') PARTITION BY RANGE ("createdAt")`,
    ...Array.from(
      { length: days },
      (_, n) => `CREATE TABLE ${name}_${n} PARTITION OF ${name} FOR VALUES FROM ('${midnight(n)}Z') TO ('${midnight(n + 1)}Z')`,
    ),
  ]
}
