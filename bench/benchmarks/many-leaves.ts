import { defineBenchmark } from '../harness/benchmark.js'
import { attemptsDocument, countLeaves, createTenants, type Layout } from '../tables/attempts.js'
import { inTransaction, tenantStatements } from '../tables/bare-sql.js'
import { maintainerOn } from '../tables/maintain.js'
import { failureOf, withCopy } from '../tables/session.js'
import { watchDatabase } from '../tables/watched-database.js'

/** SQLSTATE of "out of shared memory": no room for another lock. */
const OUT_OF_LOCKS = '53200'
/** Runs that it may take until one does nothing. */
const MOST_RUNS = 5

interface Size extends Layout {
  readonly tenants: number
}

/** More tables than the server has room for locks: 64 for each of 100 connections. */
function manyLeaves(name: string, title: string, sizes: { full: Size; tiny: Size }) {
  return defineBenchmark<Size>({
    name,
    title,
    unit: 'leaves',
    sizes,
    async measure(servers, { tenants, ...layout }) {
      const server = await servers.usual()
      const document = attemptsDocument(layout)
      const wanted = tenants * layout.days * (layout.hash ?? 1)
      const template = await createTenants(server, document, tenants)
      try {
        const ours = await withCopy(server, template, async (database, copy) => {
          const watched = watchDatabase(database)
          const maintainer = maintainerOn(watched, document, 0)
          const begun = performance.now()
          let runs = 0
          let gotOn = true
          while (gotOn && runs++ < MOST_RUNS) {
            const report = await maintainer.runOnce()
            gotOn = 'steps' in report && report.steps.some(({ outcome }) => outcome === 'done')
          }
          const seconds = (performance.now() - begun) / 1000
          const failures = watched.sent.flatMap(({ failed }) => failed ?? [])
          return { leaves: await countLeaves(copy), seconds, runs, failures }
        })
        const whole = await withCopy(server, template, async (_database, copy) => {
          const statements = Array.from({ length: tenants }, (_, tenant) => tenantStatements(tenant, layout)).flat()
          const failure = await failureOf(copy.url, inTransaction(statements))
          return { leaves: await countLeaves(copy), failure }
        })
        const figure = (value: number) => ({ value, samples: [value] })
        const outOfLocks = ours.failures.filter((state) => state === OUT_OF_LOCKS).length
        return {
          ours: figure(ours.leaves),
          peer: figure(whole.leaves),
          floor: null,
          bar: [
            { text: `all ${wanted} leaves`, holds: ours.leaves === wanted },
            { text: `no ${OUT_OF_LOCKS} in any step`, holds: outOfLocks === 0 },
            { text: `${OUT_OF_LOCKS} in one transaction beside it`, holds: whole.failure === OUT_OF_LOCKS },
          ],
          notes: [
            `ours: ${ours.seconds.toFixed(1)} s in ${ours.runs} runs, the last of which did nothing; failures: ${count(ours.failures)}`,
            `peer: one transaction that makes them all; failure: ${whole.failure ?? 'none'}`,
          ],
        }
      } finally {
        await template.drop()
      }
    },
  })
}

function count(failures: readonly string[]): string {
  const states = [...new Set(failures)].map((state) => `${failures.filter((one) => one === state).length} x ${state}`)
  return states.length === 0 ? 'none' : states.join(', ')
}

export const manyLeavesOfTenants = manyLeaves('many-leaves', '1,000 tenants x 10 days with as many locks as a server has by default', {
  full: { tenants: 1000, days: 10 },
  tiny: { tenants: 3, days: 2 },
})

export const manyLeavesOfOne = manyLeaves(
  'many-leaves-nested',
  'one tenant x 100 days x hash 100 with as many locks as a server has by default',
  {
    full: { tenants: 1, days: 100, hash: 100 },
    tiny: { tenants: 1, days: 2, hash: 3 },
  },
)
