import { createTestDatabase } from '@partman/testing'
import { alternate, millisecondsOf } from '../harness/alternate.js'
import { defineBenchmark } from '../harness/benchmark.js'
import { atMostTimesFloor, fasterThanPeer } from '../harness/condition.js'
import { attemptsDocument, countLeaves, createAttempts, createTenants, PARTITIONS } from '../tables/attempts.js'
import { inTransaction, send, tenantStatements } from '../tables/bare-sql.js'
import { loopTenant } from '../tables/loop-sql.js'
import { maintain } from '../tables/maintain.js'
import { withCopy } from '../tables/session.js'

/** What a sign-up costs, a hundred at once. */
export const registerTenants = defineBenchmark({
  name: 'register-tenants',
  title: 'the partitions of 100 new tenants, 10 days each',
  unit: 'ms',
  sizes: { full: { tenants: 100, days: 10, rounds: 5, peerRounds: 2 }, tiny: { tenants: 2, days: 3, rounds: 1, peerRounds: 1 } },
  async measure(servers, { tenants, days, rounds, peerRounds }) {
    const server = await servers.usual()
    const document = attemptsDocument({ days })
    const byTenant = await createTenants(server, document, tenants)
    const flat = await createTestDatabase(server)
    await flat.query(createAttempts('RANGE ("projectId", "createdAt")'))
    await flat.query(`CREATE SCHEMA ${PARTITIONS}`)
    await flat.close()
    const each = Array.from({ length: tenants }, (_, n) => n)
    const sample = (template: typeof flat, work: Parameters<typeof withCopy>[2]) => () =>
      withCopy(server, template, async (database, copy) => {
        const ms = await millisecondsOf(() => work(database, copy))
        const leaves = await countLeaves(copy)
        if (leaves !== tenants * days) throw new Error(`There are ${leaves} partitions instead of ${tenants * days}.`)
        return ms
      })
    try {
      const sides = await alternate(
        {
          ours: sample(byTenant, (database) => maintain(database, document)),
          peer: sample(flat, async (database) => {
            for (const statement of each.flatMap((tenant) => loopTenant(tenant, days))) await send(database, statement)
          }),
          floor: sample(byTenant, async (database) => {
            for (const tenant of each) await send(database, inTransaction(tenantStatements(tenant, { days })))
          }),
        },
        { rounds, peerRounds },
      )
      return {
        ...sides,
        bar: [atMostTimesFloor(sides.ours, sides.floor, 1.3), fasterThanPeer(sides.ours, sides.peer, 4)],
        notes: [
          'peer: a loop of CREATE TABLE IF NOT EXISTS ... PARTITION OF, below one RANGE (tenant, day) parent',
          'floor: the same tables by hand, LIKE + PARTITION OF + ATTACH, one transaction a tenant, sent at once',
        ],
      }
    } finally {
      await byTenant.drop()
      await flat.drop()
    }
  },
})
