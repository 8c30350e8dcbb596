import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { defineBenchmark } from '../harness/benchmark.js'
import { atMost } from '../harness/condition.js'
import { medianOf, ratioOf } from '../harness/figure.js'
import { type CatalogShape, writeCatalog } from '../tables/write-catalog.js'
import type { PlanTimes } from './plan-scale-process.js'

const PROCESS = fileURLToPath(new URL('plan-scale-process.js', import.meta.url))

const SHAPES: Readonly<Record<string, (leaves: number) => CatalogShape>> = {
  'one table, 100 days of each tenant': (leaves) => ({ tables: 1, tenants: Math.ceil(leaves / 100), days: 100 }),
  '500 days of each table': (leaves) => ({ tables: Math.ceil(leaves / 500), tenants: 0, days: 500 }),
}

/** Everything between the one row that the catalog gives and the plan, where there are very many partitions: no server is asked. */
export const planScale = defineBenchmark({
  name: 'plan-scale',
  title: 'processor time to plan, for each of 100,000 partitions, a day after the last maintenance',
  unit: 'µs a leaf',
  sizes: { full: { few: 10_000, many: 100_000, rounds: 2 }, tiny: { few: 500, many: 1000, rounds: 1 } },
  async measure(_servers, { few, many, rounds }) {
    const folder = await mkdtemp(join(tmpdir(), 'plan-scale-'))
    try {
      const ours: number[] = []
      const floor: number[] = []
      const notes: string[] = []
      let growth = 0
      for (const [name, shape] of Object.entries(SHAPES)) {
        const measureSize = async (leaves: number) => {
          await writeCatalog(folder, shape(leaves))
          const times: PlanTimes[] = []
          for (let round = 0; round < rounds; round++) {
            const { stdout } = await promisify(execFile)(process.execPath, [PROCESS, folder])
            times.push(JSON.parse(stdout) as PlanTimes)
          }
          const perLeaf = (of: (one: PlanTimes) => number) => times.map((one) => (of(one) * 1000) / leaves)
          return { times, whole: perLeaf(({ whole }) => whole), parse: perLeaf(({ parse }) => parse) }
        }
        const [small, large] = [await measureSize(few), await measureSize(many)]
        growth = Math.max(growth, ratioOf(medianOf(large.whole), medianOf(small.whole)) ?? 0)
        ours.push(...large.whole)
        floor.push(...large.parse)
        const [first] = large.times
        notes.push(
          `${name}: ${medianOf(small.whole)?.value.toFixed(1)} µs a leaf of ${few}, ${medianOf(large.whole)?.value.toFixed(1)} of ${many}; ` +
            `then observe ${first?.observe.toFixed(0)} ms, diff ${first?.diff.toFixed(0)} ms, plan ${first?.plan.toFixed(0)} ms, ${first?.operations} operations, ${first?.megabytes.toFixed(0)} MB`,
        )
      }
      return {
        ours: medianOf(ours),
        peer: null,
        floor: medianOf(floor),
        bar: [atMost(growth, 2, `x as much for a leaf of ${many} as for one of ${few}`)],
        notes: [...notes, 'floor: JSON.parse of the same row'],
      }
    } finally {
      await rm(folder, { recursive: true })
    }
  },
})
