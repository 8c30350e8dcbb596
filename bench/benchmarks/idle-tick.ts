import { alternate, millisecondsOf } from '../harness/alternate.js'
import { defineBenchmark } from '../harness/benchmark.js'
import { atMost, atMostTimesFloor, fasterThanPeer } from '../harness/condition.js'
import { attemptsDocument, createTenants } from '../tables/attempts.js'
import { send } from '../tables/bare-sql.js'
import { maintain, maintainerOn, stepsOf } from '../tables/maintain.js'
import { createPgPartman, pgPartmanVersion } from '../tables/pg-partman.js'
import { readLeaves } from '../tables/read-leaves.js'
import { withSession } from '../tables/session.js'
import { watchDatabase } from '../tables/watched-database.js'

/** What the maintainer does most of the time: look, and find that there is nothing to do. */
export const idleTick = defineBenchmark({
  name: 'idle-tick',
  title: 'a run with nothing to do, over 100 tenants x 40 days',
  unit: 'ms',
  sizes: { full: { tenants: 100, days: 40, rounds: 15, peerRounds: 5 }, tiny: { tenants: 2, days: 3, rounds: 2, peerRounds: 1 } },
  async measure(servers, { tenants, days, rounds, peerRounds }) {
    const extended = await servers.withPgPartman()
    const server = extended ?? (await servers.usual())
    const document = attemptsDocument({ days })
    const test = await createTenants(server, document, tenants)
    const other = extended === undefined ? undefined : await createPgPartman(server, tenants, days)
    try {
      return await withSession(test.url, async (database) => {
        await maintain(database, document)
        // As autovacuum does a minute later; the plans of what reads the catalog are those of every other day, then.
        await send(database, 'VACUUM ANALYZE')
        const watched = watchDatabase(database)
        let statements = 0
        const tick = async () => {
          const before = watched.sent.length
          const steps = stepsOf(await maintainer.runOnce())
          if (steps.length > 0) throw new Error(`There was something to do: ${steps[0]?.reason}`)
          statements = Math.max(statements, watched.sent.length - before)
        }
        const maintainer = maintainerOn(watched, document, 0)
        const measureSides = async (peer: (() => Promise<number>) | null) =>
          alternate(
            { ours: () => millisecondsOf(tick), peer, floor: () => millisecondsOf(() => readLeaves(database)) },
            { rounds, peerRounds, warmUps: 2 },
          )
        const sides = other
          ? await withSession(other.url, (session) =>
              measureSides(() => millisecondsOf(() => send(session, 'SELECT extension.run_maintenance()'))),
            )
          : await measureSides(null)
        return {
          ...sides,
          bar: [
            atMost(statements, 4, 'statements'),
            atMostTimesFloor(sides.ours, sides.floor, 1.6),
            fasterThanPeer(sides.ours, sides.peer, 4),
          ],
          notes: [
            `${statements} statements a run`,
            other
              ? `peer: run_maintenance() of pg_partman ${await pgPartmanVersion(other)} over ${tenants} tables x ${days} days, on the same server`
              : 'peer: pg_partman is not installed here',
            'floor: one recursive read of names, parents and bounds',
          ],
        }
      })
    } finally {
      await test.drop()
      await other?.drop()
    }
  },
})
