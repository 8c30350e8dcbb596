import { createTestDatabase, type PostgresServer, simulatedClock, startPostgres } from '@partman/testing'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { startTeam } from '../fixtures/maintainer-team.js'
import { withTimeLevels } from '../fixtures/policies.js'
import { prepareDatabase } from '../fixtures/prepare-database.js'
import { recordDdl } from '../fixtures/record-ddl.js'
import { PLAIN, webhookDocument, webhookTables } from '../fixtures/webhook-tables.js'
import { pgDatabase } from './pg-database.js'
import { planMaintenance } from './plan-maintenance.js'

/** How long it is to go on at least, in seconds; what it does once takes about ten. */
const SECONDS = Number(process.env['PARTMAN_MAINTAINERS_SECONDS'] ?? '0')
const DOCUMENT = withTimeLevels(webhookDocument(), { retention: { kind: 'age', after: '7 days', grace: '24 hours' } })

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server.stop())

it.each([2, 5])(
  '%i maintainers make, detach and drop each partition once, whoever of them is stopped',
  { timeout: 180_000 + SECONDS * 1_000 },
  async (size) => {
    const test = await createTestDatabase(server.url)
    onTestFinished(test.drop)
    await prepareDatabase(test, DOCUMENT, webhookTables(PLAIN, DOCUMENT), { firstPartitions: false })
    await test.query(`INSERT INTO "Project" (id) VALUES ('first')`)
    const recorded = await recordDdl(test)
    const team = await startTeam({ test, url: test.url, document: DOCUMENT, size, startsAt: '2026-03-01T12:00:00Z' })

    const until = performance.now() + SECONDS * 1_000
    const paused: string[] = []
    do {
      await team.pass(14)
      const run = await team.pauseHolder()
      paused.push(run.holder)
      await team.takenOver(run)
      await team.pass(14)
      const end = await team.resume(run)
      const { rows } = await test.query<{ at: Date }>('SELECT finished_at AS at FROM partman.run WHERE id = $1', [run.runId])
      const late = (await recorded()).filter(
        ({ application, at }) => application === run.member.name && at > run.pausedAt && at < (rows[0]?.at ?? 0),
      )
      expect([end.message, late]).toEqual(['run ended', []])
      await team.pass(14)
    } while (performance.now() < until)
    await team.end()

    const done = (await recorded()).map(({ kind, partition }) => `${kind} ${partition}`)
    expect(done.filter((one, index) => done.indexOf(one) !== index)).toEqual([])
    const { plan } = await planMaintenance(pgDatabase(test), DOCUMENT, { clock: simulatedClock(team.clock.now().toISOString()) })
    expect([plan.operations, plan.findings]).toEqual([[], []])
    expect(team.members.flatMap(({ log }) => log.filter(({ level }) => level !== 'info'))).toEqual([])
    expect(errors(await server.readLog())).toEqual([])
    const { rows: overlapping } = await test.query<{ holder: string }>(
      'SELECT a.holder FROM partman.run a JOIN partman.run b ON a.id < b.id AND b.started_at < a.finished_at GROUP BY a.holder',
    )
    expect(overlapping.map(({ holder }) => holder).filter((holder) => !paused.includes(holder))).toEqual([])
  },
)

function errors(log: string): string[] {
  return log.split('\n').filter((line) => /\b(WARNING|ERROR|FATAL|PANIC): /.test(line))
}
