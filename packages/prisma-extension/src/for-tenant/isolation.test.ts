import { PartmanError, type PartmanErrorCode } from '@partman/core'
import type { TestDatabase } from '@partman/testing'
import { expect, test } from 'vitest'
import { useApplication } from '../fixtures/application.js'
import type { Attempt, TestClient } from './fixtures/attempt.js'
import { attemptsOnModels } from './fixtures/attempts-on-models.js'
import { attemptsPastArguments } from './fixtures/attempts-past-arguments.js'
import { attemptsThroughReads } from './fixtures/attempts-through-reads.js'
import { attemptsThroughWrites } from './fixtures/attempts-through-writes.js'
import { foundOfOther, OTHER, OWN, otherTenantsRows, ROWS } from './fixtures/rows.js'
import { SCHEMA, TABLES } from './fixtures/schema.js'

const application = useApplication({ schema: SCHEMA, tables: TABLES })

const GROUPS: [string, readonly Attempt[]][] = Object.entries({
  ...attemptsOnModels,
  ...attemptsThroughWrites,
  ...attemptsThroughReads,
  ...attemptsPastArguments,
})

const REFUSALS: PartmanErrorCode[] = ['TENANT_FOREIGN', 'TENANT_UNBINDABLE']
/** What Prisma says where a row is not found, is there already, or is missing at the other end of a relation. */
const NOT_FOUND = ['P2002', 'P2003', 'P2014', 'P2016', 'P2017', 'P2018', 'P2025']

type Outcome = { kind: 'resolved'; result: unknown } | { kind: 'refused' | 'not-found' } | { kind: 'failed'; error: unknown }

async function outcomeOf(attempt: Attempt, client: TestClient): Promise<Outcome> {
  try {
    return { kind: 'resolved', result: await attempt.run(client) }
  } catch (error) {
    if (error instanceof PartmanError && REFUSALS.includes(error.code)) return { kind: 'refused' }
    return NOT_FOUND.includes((error as { code: string }).code) ? { kind: 'not-found' } : { kind: 'failed', error }
  }
}

/** Runs an attempt on rows that are as they were at first, and tells what became of those of the other tenant. */
async function tryOn(client: TestClient, attempt: Attempt, database: TestDatabase, before: readonly string[]) {
  await database.query(ROWS)
  const outcome = await outcomeOf(attempt, client)
  const after = await otherTenantsRows(database)
  const found = outcome.kind === 'resolved' ? foundOfOther(outcome.result) : []
  const shown = outcome.kind === 'resolved' ? JSON.stringify(outcome.result, asText) : outcome.kind
  return { outcome, found, shown, changed: before.join('\n') !== after.join('\n') }
}

/** Whether an attempt changes or finds rows of the other tenant, or learns of them: gives back what it does not where they are out of reach. */
function reaches({ changed, found, outcome, shown }: Awaited<ReturnType<typeof tryOn>>, shownBound: string): boolean {
  return changed || found.length > 0 || (outcome.kind === 'resolved' && shown !== shownBound)
}

function asText(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}

test('there are two hundred attempts and more, each another one', () => {
  const names = GROUPS.flatMap(([group, attempts]) => attempts.map(({ name }) => `${group}: ${name}`))
  expect(new Set(names).size).toBe(names.length)
  expect(names).toHaveLength(600)
})

test.each(GROUPS)('%s: no attempt reaches the other tenant, and each does on a client that is not bound', async (_, attempts) => {
  const { prisma, database } = await application.start()
  const unbound = prisma as unknown as TestClient
  await unbound.$partman().registerTenants([OWN, OTHER, 'third'])
  const bound = unbound.$partman().forTenant(OWN)
  await database.query(ROWS)
  const before = await otherTenantsRows(database)

  const problems: object[] = []
  for (const attempt of attempts) {
    const meant = await tryOn(unbound, attempt, database, before)
    const { outcome, found, shown, changed } = await tryOn(bound, attempt, database, before)
    const problem = {
      ...(changed && { changed }),
      ...(found.length > 0 && { found: found.slice(0, 3) }),
      ...(outcome.kind === 'failed' && { failed: String(outcome.error).slice(0, 1500) }),
      ...(meant.outcome.kind === 'failed' && { failsUnbound: String(meant.outcome.error).slice(-300) }),
      ...(!reaches(meant, shown) && { harmless: meant.shown }),
    }
    if (Object.keys(problem).length > 0) problems.push({ attempt: attempt.name, ...problem })
  }
  expect(problems).toEqual([])
})
