import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { defineBenchmark } from '../harness/benchmark.js'
import { atMost } from '../harness/condition.js'
import { medianOf } from '../harness/figure.js'
import { attemptsDocument, countLeaves, createTenants } from '../tables/attempts.js'

const PROCESS = fileURLToPath(new URL('memory-process.js', import.meta.url))

/** What a process needs that does nothing but maintain. */
export const memory = defineBenchmark({
  name: 'memory',
  title: 'the most memory that a maintainer process ever has: it makes 10,000 leaves, then looks at them three times',
  unit: 'MB',
  sizes: { full: { tenants: 1000, days: 10, idleRuns: 3 }, tiny: { tenants: 2, days: 3, idleRuns: 1 } },
  async measure(servers, { tenants, days, idleRuns }) {
    const document = attemptsDocument({ days })
    const test = await createTenants(await servers.usual(), document, tenants)
    const run = async (task: object) => {
      const { stdout } = await promisify(execFile)(process.execPath, [PROCESS, JSON.stringify({ url: test.url, ...task })])
      return JSON.parse(stdout) as number[]
    }
    try {
      const bare = await run({ offsets: [] })
      const peaks = await run({ document, offsets: [0, ...Array.from({ length: idleRuns }, () => 0)] })
      const leaves = await countLeaves(test)
      if (leaves !== tenants * days) throw new Error(`There are ${leaves} partitions instead of ${tenants * days}.`)
      const sides = { ours: medianOf(peaks.slice(-1)), peer: null, floor: medianOf(bare) }
      return {
        ...sides,
        bar: [atMost(sides.ours?.value ?? null, 150, 'MB')],
        notes: [
          `peak after connecting, after the run that makes all partitions, and after each one that has nothing to do: ${peaks.map((mb) => Math.round(mb)).join(', ')}`,
          'floor: Node and one connection of pg',
        ],
      }
    } finally {
      await test.drop()
    }
  },
})
