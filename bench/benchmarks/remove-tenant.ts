import { createMaintainer, type Database, type PartmanDocument, parseDocument, type RetiringPartition, removeTenant } from '@partman/core'
import { simulatedClock, type TestDatabase } from '@partman/testing'
import { alternate } from '../harness/alternate.js'
import { defineBenchmark } from '../harness/benchmark.js'
import { atMost } from '../harness/condition.js'
import { ATTEMPTS, attemptsDocument, createAttempts, createTenants, tenantName } from '../tables/attempts.js'
import { instant } from '../tables/days.js'
import { maintain, stepsOf } from '../tables/maintain.js'
import { startReader } from '../tables/reader.js'
import { withCopy, withSession } from '../tables/session.js'
import { startWriter, type Written } from '../tables/writer.js'

/** Runs that the removal may take until nothing is left to do. */
const MOST_RUNS = 20

/** What the application feels while a tenant leaves, with all that it has, and an export is written of it. */
export const removeTenantLatency = defineBenchmark({
  name: 'remove-tenant',
  title:
    'the slowest INSERT of other tenants while one is removed from 4 tables of 40 days and exported, and a reader keeps its transaction open',
  unit: 'ms',
  sizes: {
    full: { tenants: 10, tables: 4, days: 40, rows: 20_000, seconds: 3, rounds: 3 },
    tiny: { tenants: 2, tables: 2, days: 3, rows: 30, seconds: 0.3, rounds: 1 },
  },
  async measure(servers, { tenants, tables, days, rows, seconds, rounds }) {
    const server = await servers.usual()
    const document = several(attemptsDocument({ days }), tables)
    const template = await createTenants(server, document, tenants)
    const leaving = tenantName(tenants - 1)
    const told: string[] = []

    const sample = (work: (database: Database, test: TestDatabase) => Promise<unknown>) => () =>
      withCopy(server, template, async (database, copy) => {
        const writer = await startWriter(copy.url, tenants - 1, instant(0))
        const reader = await startReader(copy.url, seconds)
        let written: Written
        try {
          await work(database, copy)
        } finally {
          await reader.ended
          written = await writer.stop()
        }
        return written.worstMs
      })

    const remove = async (database: Database, test: TestDatabase) => {
      const { going } = await removeTenant(database, document, { tenants: 'Project', key: leaving, reason: 'has left', by: 'bench' })
      const exported = new Map<string, number>()
      const beforeDetach = async (partition: RetiringPartition) => {
        let n = 0
        for await (const batch of partition.batches()) n += batch.length
        exported.set(partition.name, n)
        return 'proceed' as const
      }
      const clock = simulatedClock(instant(0))
      const maintainer = createMaintainer({ document, database, clock, hooks: { beforeDetach } })
      let runs = 0
      while (stepsOf(await maintainer.runOnce()).length > 0) if (++runs > MOST_RUNS) throw new Error(`Not done after ${MOST_RUNS} runs.`)
      const sum = [...exported.values()].reduce((all, n) => all + n, 0)
      const others = await countRows(test, document)
      const acts = await test.query<{ n: number }>(`SELECT count(*)::int AS n FROM partman.audit WHERE act = 'detach'`)
      if (going.length !== tables || exported.size !== tables || acts.rows[0]?.n !== tables || sum !== rows * tables)
        throw new Error(
          `${going.length} partitions were to go, ${exported.size} were exported with ${sum} rows, ${acts.rows[0]?.n} were told of`,
        )
      if (others < rows * tables * (tenants - 1)) throw new Error(`Only ${others} rows of other tenants are left`)
      told.push(`${tables} hooks were called, once for each partition of the tenant, and read ${sum} rows`)
    }

    try {
      await prepare(template, document, { tenants, days, rows })
      const sides = await alternate({ ours: sample(remove), peer: null, floor: sample(async () => undefined) }, { rounds })
      return {
        ...sides,
        bar: [atMost(sides.ours?.value ?? null, 50, 'ms')],
        notes: [
          ...new Set(told),
          'floor: the reader and the writer alone',
          'a figure is the slowest of a round, and the median of the rounds',
        ],
      }
    } finally {
      await template.drop()
    }
  },
})

/** The same table several times. */
function several(document: PartmanDocument, tables: number): PartmanDocument {
  const [first] = document.tables
  const copies = Array.from({ length: tables - 1 }, (_, n) => {
    const name = copyName(n)
    return { ...first!, model: name, table: { schema: 'public', name } }
  })
  return parseDocument({ ...document, tables: [first, ...copies] })
}

function copyName(n: number): string {
  return `DeliveryAttempt${n + 2}`
}

/** Makes the tables, the partitions and, in each, so many rows of each tenant, spread over its days. */
async function prepare(
  template: TestDatabase,
  document: PartmanDocument,
  { tenants, days, rows }: { tenants: number; days: number; rows: number },
): Promise<void> {
  const named = document.tables.slice(1).map(({ table }) => table.name)
  for (const name of named) await template.query(createAttempts('LIST ("projectId")').replaceAll('DeliveryAttempt', name))
  await withSession(template.url, (database) => maintain(database, document))
  for (const table of [ATTEMPTS, ...named.map((name) => `public."${name}"`)]) {
    await template.query(
      `INSERT INTO ${table} ("projectId", "createdAt") SELECT 'tenant-' || t, $1::timestamptz + (n % $2) * interval '1 day'
       FROM generate_series(0, $3::int - 1) AS t, generate_series(0, $4::int - 1) AS n`,
      [instant(0), days, tenants, rows],
    )
  }
  await template.close()
}

async function countRows(test: TestDatabase, { tables }: PartmanDocument): Promise<number> {
  const counts = tables.map(({ table }) => `(SELECT count(*) FROM public."${table.name}")`)
  const { rows } = await test.query<{ n: number }>(`SELECT (${counts.join(' + ')})::int AS n`)
  return rows[0]?.n ?? 0
}
