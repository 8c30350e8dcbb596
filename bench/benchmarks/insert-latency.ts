import type { Database } from '@partman/core'
import type { TestDatabase } from '@partman/testing'
import { alternate } from '../harness/alternate.js'
import { defineBenchmark } from '../harness/benchmark.js'
import { atMost } from '../harness/condition.js'
import { addTenants, attemptsDocument, createTenants } from '../tables/attempts.js'
import { send } from '../tables/bare-sql.js'
import { instant } from '../tables/days.js'
import { loopDay } from '../tables/loop-sql.js'
import { maintain, maintainerOn, stepsOf } from '../tables/maintain.js'
import { type Reader, startReader } from '../tables/reader.js'
import { withCopy, withSession } from '../tables/session.js'
import { tenantParents } from '../tables/tenant-parents.js'
import { watchDatabase } from '../tables/watched-database.js'
import { startWriter, type Written } from '../tables/writer.js'

/** Runs that a retirement may take until nothing is left to do. */
const MOST_RUNS = 20

/** What the application feels of maintenance that meets a long transaction. */
export const insertLatency = defineBenchmark({
  name: 'insert-latency',
  title: 'the slowest INSERT while a day is made and one retired for 20 tenants, 5 sign up, and a reader keeps its transaction open',
  unit: 'ms',
  sizes: {
    full: { tenants: 20, more: 5, days: 10, seconds: 3, rounds: 3, peerRounds: 1 },
    tiny: { tenants: 2, more: 1, days: 3, seconds: 0.3, rounds: 1, peerRounds: 1 },
  },
  async measure(servers, { tenants, more, days, seconds, rounds, peerRounds }) {
    const server = await servers.usual()
    const document = attemptsDocument({ days, retention: '1 hour' })
    const template = await createTenants(server, document, tenants)
    const early: string[] = []
    let inserts = 0

    /** Works beside one reader and one writer. */
    const sample = (work: (database: Database, test: TestDatabase, reader: Reader) => Promise<unknown>) => () =>
      withCopy(server, template, async (database, copy) => {
        const writer = await startWriter(copy.url, tenants, instant(1))
        const reader = await startReader(copy.url, seconds)
        let written: Written
        try {
          await work(database, copy, reader)
        } finally {
          await reader.ended
          written = await writer.stop()
        }
        inserts += written.inserts
        return written.worstMs
      })

    const converge = async (database: Database, test: TestDatabase, reader: Reader) => {
      await addTenants(test, tenants, tenants + more)
      const watched = watchDatabase(database)
      const maintainer = maintainerOn(watched, document, 1)
      let runs = 0
      while (stepsOf(await maintainer.runOnce()).length > 0) if (++runs > MOST_RUNS) throw new Error(`Not done after ${MOST_RUNS} runs.`)
      const endedAt = await reader.ended
      const attached = watched.sent.filter(({ text }) => text.includes('ATTACH PARTITION'))
      const detached = watched.sent.filter(({ text }) => text.endsWith('CONCURRENTLY'))
      const during = [attached.filter((one) => one.endedAt < endedAt), detached.filter((one) => one.begunAt < endedAt)]
      early.push(
        `${during[0]?.length} of ${attached.length} creations ended and ${during[1]?.length} of ${detached.length} retirements began`,
      )
    }
    const loop = async (database: Database) => {
      for (const [n, { parent, leaf }] of (await tenantParents(database, 0)).entries()) {
        await send(database, loopDay(parent, n, days))
        await send(database, `DROP TABLE ${leaf}`)
      }
    }

    try {
      await withSession(template.url, (database) => maintain(database, document))
      const sides = await alternate(
        { ours: sample(converge), peer: sample(loop), floor: sample(async () => undefined) },
        { rounds, peerRounds },
      )
      return {
        ...sides,
        bar: [atMost(sides.ours?.value ?? null, 50, 'ms')],
        notes: [
          `ours, while the reader's transaction of ${seconds} s was open: ${[...new Set(early)].join('; ')}`,
          'peer: a loop of PARTITION OF and DROP TABLE; floor: the reader and the writer alone',
          `${inserts} inserts in all; a figure is the slowest of a round, none left out, and the median of the rounds: a lock is met in each of them`,
        ],
      }
    } finally {
      await template.drop()
    }
  },
})
