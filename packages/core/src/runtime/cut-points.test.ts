import { testDatabase } from '@partman/testing/vitest'
import { expect, inject, it } from 'vitest'
import { describeTables, maintainUntilIdle } from '../fixtures/converged.js'
import { type CutPoint, canWait, statementsOfRun } from '../fixtures/cut-point.js'
import { expectRows } from '../fixtures/fault-rows.js'
import { faultTables, prepareFaultTables } from '../fixtures/fault-tables.js'
import { kindOfStatement } from '../fixtures/kind-of-statement.js'
import { type CutGround, tryCut } from '../fixtures/try-cut.js'
import { HOSTILE, type Names, PLAIN } from '../fixtures/webhook-tables.js'
import type { Sql } from '../sql/sql.js'

/** How many cut points are tried at a time: each waits for other processes most of the time. */
const AT_ONCE = 4
/** Of each victim. */
const LEAST_CUTS = 150
/** A process takes its time to begin: every second of its cuts, which meets each statement and each moment, unless all are asked for. */
const TAKES_ALL = process.env['PARTMAN_CUT_POINTS'] === 'all'

it.each([
  ['process', PLAIN],
  ['backend', HOSTILE],
] as const)(
  'when the %s of the maintainer is killed at any statement, the next run makes it good',
  { timeout: 600_000 },
  async (victim, names) => {
    const { statements, ...ground } = await prepareGround(names)
    const all = statements.flatMap((text, index) => cutsAt(text).map((when): CutPoint => ({ victim, when, statement: index + 1 })))
    const cuts = victim === 'process' && !TAKES_ALL ? all.filter((_, index) => index % 2 === 0) : all
    const failures: string[] = []
    let most = 0
    const queue = cuts.values()
    const work = async () => {
      for (const cut of queue) {
        try {
          most = Math.max(most, await tryCut(ground, cut))
        } catch (error) {
          failures.push(`${cut.when} statement ${cut.statement}, ${statements[cut.statement - 1]}:\n${(error as Error).stack}`)
        }
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    expect(failures).toEqual([])
    process.stdout.write(formatSummary(`${cuts.length} cut points of the ${victim}, ${most} further runs at most`, cuts, statements))
    expect(all.length).toBeGreaterThanOrEqual(LEAST_CUTS)
  },
)

function cutsAt(text: Sql): CutPoint['when'][] {
  return canWait(text) ? ['before', 'during', 'waiting', 'after'] : ['before', 'during', 'after']
}

/** The template, and what an undisturbed run sends and makes of it. */
async function prepareGround(names: Names): Promise<CutGround & { readonly statements: readonly Sql[] }> {
  const tables = faultTables(names)
  const [template, serverUrl] = [await testDatabase(), inject('partmanServerUrl')]
  await prepareFaultTables(tables, template)
  await template.close()
  const undisturbed = await testDatabase({ template: template.name })
  const statements = await statementsOfRun(tables, undisturbed)
  const runs = 1 + (await maintainUntilIdle(tables, undisturbed, 2))
  await expectRows(tables, undisturbed, [])
  return { tables, serverUrl, template: template.name, wanted: await describeTables(tables, undisturbed), runs, statements }
}

function formatSummary(title: string, cuts: readonly CutPoint[], statements: readonly Sql[]): string {
  const counts = new Map<string, number>()
  for (const { statement } of cuts) {
    const kind = kindOfStatement(statements[statement - 1]!)
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  return `${[title, ...[...counts].map(([kind, count]) => `${String(count).padStart(6)} ${kind}`)].join('\n')}\n`
}
