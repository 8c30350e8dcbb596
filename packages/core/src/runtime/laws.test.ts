import { testDatabase } from '@partman/testing/vitest'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { formatCounterexample } from '../fixtures/counterexample.js'
import { invent, maintain, tree } from '../fixtures/laws.js'
import { serverViolations } from '../fixtures/server-laws.js'
import { observeHashTexts } from '../fixtures/world-database.js'
import { documentFor, type World, worlds } from '../fixtures/worlds.js'
import { renderBookkeeping } from '../migration/bookkeeping.js'

const CASES = 200
/** A case has no more tables than this: what goes wrong with many goes wrong with a few. */
const MOST_TABLES = 60
/** How long a counterexample is made smaller, in milliseconds. */
const SHRINKING_MS = 60_000

function isSmall(world: World): boolean {
  const before = invent(world)
  const { after } = maintain(documentFor(world, 'declared'), before, world)
  return [...tree(after.tables[0]!.partitions)].length <= MOST_TABLES
}

it('on a server, too, the plan converges, covers and keeps, and no row is lost', { timeout: 600_000 }, async () => {
  const test = await testDatabase()
  await test.query(renderBookkeeping())
  const texts = await observeHashTexts(test, [1, 3])
  let shrinkUntil = Number.POSITIVE_INFINITY
  const holds = async (world: World) => {
    if (performance.now() > shrinkUntil) return true
    const found = await serverViolations(test, world, texts)
    if (found.length > 0) shrinkUntil = Math.min(shrinkUntil, performance.now() + SHRINKING_MS)
    return found.length === 0
  }
  const options = { numRuns: CASES, seed: Number(process.env['PARTMAN_SEED'] ?? 1) }
  const cases = worlds.filter(isSmall)
  const { failed, counterexample } = await fc.check(fc.asyncProperty(cases, holds), options)
  const world = counterexample?.[0]
  if (world) throw new Error(formatCounterexample(world, await serverViolations(test, world, texts), 'server'))
  expect(failed).toBe(false)
})
