import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { defineBenchmark } from '../harness/benchmark.js'
import { atMost } from '../harness/condition.js'
import { worstOf } from '../harness/figure.js'
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
      const provisioning = await run({ document, offsets: [0, ...Array.from({ length: idleRuns }, () => 0)] })
      const idle = await run({ document, offsets: [...Array.from({ length: idleRuns }, () => 0), 1] })
      const leaves = await countLeaves(test)
      if (leaves !== tenants * (days + 1)) throw new Error(`There are ${leaves} partitions instead of ${tenants * (days + 1)}.`)
      const sides = { ours: worstOf([Math.max(...provisioning), Math.max(...idle)]), peer: null, floor: worstOf([Math.max(...bare)]) }
      const format = (peaks: readonly number[]) => peaks.map((mb) => Math.round(mb)).join(', ')
      return {
        ...sides,
        bar: [atMost(sides.ours?.value ?? null, 150, 'MB')],
        notes: [
          `peak after connecting and after each run: ${format(provisioning)} (the first run makes all partitions, the others have nothing to do)`,
          `in another process over what is there: ${format(idle)} (the last run makes one day more for each tenant)`,
          'floor: Node and one connection of pg',
        ],
      }
    } finally {
      await test.drop()
    }
  },
})
