import { createApplication, type PlainClient } from '../client/application.js'
import { defineBenchmark } from '../harness/benchmark.js'
import { atMostTimesFloor } from '../harness/condition.js'
import { medianOf } from '../harness/figure.js'

/** What the extension costs a query that it has nothing to do with, and one that it looks at. */
function overhead(name: string, title: string, limit: number, query: (client: PlainClient) => Promise<unknown>) {
  return defineBenchmark({
    name,
    title,
    unit: 'ms',
    sizes: { full: { queries: 2_000 }, tiny: { queries: 10 } },
    async measure(servers, { queries }) {
      const application = await createApplication(await servers.usual(), 10)
      const [ours, floor] = [application.extendedClient(), application.plainClient()]
      try {
        const samples = { ours: [] as number[], floor: [] as number[] }
        for (let n = -Math.floor(queries / 4); n < queries; n++) {
          // Whoever comes second has warm caches, so both do, by turns.
          for (const side of n % 2 === 0 ? (['ours', 'floor'] as const) : (['floor', 'ours'] as const)) {
            const begun = performance.now()
            await query(side === 'ours' ? ours : floor)
            if (n >= 0) samples[side].push(performance.now() - begun)
          }
        }
        const sides = { ours: medianOf(samples.ours), peer: null, floor: medianOf(samples.floor) }
        return {
          ...sides,
          bar: [atMostTimesFloor(sides.ours, sides.floor, limit)],
          notes: [`the median of ${queries} queries, by turns`, 'floor: the same client without the extension'],
        }
      } finally {
        await Promise.all([ours.$disconnect(), floor.$disconnect()])
        await application.drop()
      }
    },
  })
}

export const overheadPlain = overhead('overhead-plain', 'findUnique on a model that is not partitioned', 1.01, (client) =>
  client.plain.findUnique({ where: { id: 50 } }),
)

const NOW = new Date()
export const overheadPartitioned = overhead('overhead-partitioned', 'findFirst on a partitioned model, its key bound', 1.03, (client) =>
  client.delivery.findFirst({ where: { createdAt: { gte: NOW } } }),
)
