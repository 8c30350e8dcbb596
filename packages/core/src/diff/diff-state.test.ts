import fc from 'fast-check'
import { expect, it } from 'vitest'
import { formatCounterexample } from '../fixtures/counterexample.js'
import { invent, maintain, violations } from '../fixtures/laws.js'
import { documentFor, type World, worlds } from '../fixtures/worlds.js'

function check(world: World): string[] {
  const before = invent(world)
  const { plan, after } = maintain(documentFor(world, 'declared'), before, world)
  return violations(world, before, after, plan)
}

it('whatever is declared and whatever was found, the plan converges, covers and keeps', { timeout: 300_000 }, () => {
  // One seed for everybody; another one to look further.
  const options = { numRuns: 10_000, seed: Number(process.env['PARTMAN_SEED'] ?? 1) }
  const result = fc.check(
    fc.property(worlds, (world) => check(world).length === 0),
    options,
  )
  const [counterexample] = result.counterexample ?? []
  if (counterexample) throw new Error(formatCounterexample(counterexample, check(counterexample)))
  expect(result.failed).toBe(false)
})
