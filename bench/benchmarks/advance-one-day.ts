import { alternate, millisecondsOf } from '../harness/alternate.js'
import { defineBenchmark } from '../harness/benchmark.js'
import { atMostTimesFloor } from '../harness/condition.js'
import { attemptsDocument, countLeaves, createTenants } from '../tables/attempts.js'
import { dayStatements, inTransaction, send } from '../tables/bare-sql.js'
import { loopDay } from '../tables/loop-sql.js'
import { countSteps, maintain } from '../tables/maintain.js'
import { withCopy, withSession } from '../tables/session.js'
import { type TenantParent, tenantParents } from '../tables/tenant-parents.js'

/** What each midnight brings: one day more and one day less, for every tenant. */
export const advanceOneDay = defineBenchmark({
  name: 'advance-one-day',
  title: '100 tenants one day later: 100 partitions made, 100 retired, in one run',
  unit: 'ms',
  sizes: { full: { tenants: 100, days: 10, rounds: 5, peerRounds: 3 }, tiny: { tenants: 2, days: 3, rounds: 1, peerRounds: 1 } },
  async measure(servers, { tenants, days, rounds, peerRounds }) {
    const server = await servers.usual()
    const document = attemptsDocument({ days, retention: '1 hour' })
    const template = await createTenants(server, document, tenants)
    try {
      await withSession(template.url, (database) => maintain(database, document))
      const sample = (work: (database: Parameters<typeof maintain>[0], parents: readonly TenantParent[]) => Promise<unknown>) => () =>
        withCopy(server, template, async (database, copy) => {
          const parents = await tenantParents(database, 0)
          const ms = await millisecondsOf(() => work(database, parents))
          const [leaves, left] = [await countLeaves(copy), await tenantParents(database, 0)]
          if (leaves !== tenants * days || left.length > 0) throw new Error(`There are ${leaves} partitions, and ${left.length} are left.`)
          return ms
        })
      const bySql = (create: typeof loopDay, retire: (one: TenantParent) => string) =>
        sample(async (database, parents) => {
          for (const [n, { parent }] of parents.entries()) await send(database, create(parent, n, days))
          for (const one of parents) await send(database, retire(one))
        })
      const sides = await alternate(
        {
          ours: sample(async (database) => {
            const steps = await maintain(database, document, 1)
            const counts = [countSteps(steps, 'create-partition'), countSteps(steps, 'detach-partition'), steps.length]
            if (counts.join() !== [tenants, tenants, tenants * 2].join()) throw new Error(`Made, retired and all steps: ${counts}.`)
          }),
          peer: bySql(loopDay, ({ leaf }) => `DROP TABLE ${leaf}`),
          floor: bySql(
            (parent, n, offset) => inTransaction(dayStatements(parent, n, offset)),
            ({ parent, leaf }) => `ALTER TABLE ${parent} DETACH PARTITION ${leaf} CONCURRENTLY`,
          ),
        },
        { rounds, peerRounds },
      )
      return {
        ...sides,
        bar: [atMostTimesFloor(sides.ours, sides.floor, 1.3)],
        notes: [
          'peer: a loop of PARTITION OF and DROP TABLE, which has to stop all readers and writers of the tenant',
          'floor: by hand, LIKE + ATTACH in one transaction for each tenant, then one DETACH CONCURRENTLY each, unmarked and unchecked',
        ],
      }
    } finally {
      await template.drop()
    }
  },
})
