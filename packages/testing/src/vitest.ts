import { afterAll, inject, onTestFinished, TestRunner } from 'vitest'
import { createTestDatabase, type TestDatabase } from './database/test-database.js'
import type {} from './vitest-setup.js'

const ofFile = new Set<TestDatabase>()

// Registered here because vitest ignores an `afterAll` that is called while a `beforeAll` runs.
afterAll(async () => {
  const results = await Promise.allSettled([...ofFile].map((database) => database.drop()))
  ofFile.clear()
  for (const result of results) if (result.status === 'rejected') throw result.reason
})

/**
 * A fresh database on the run's server, dropped and checked for leaks when the test that asks for it is finished, or after the last test
 * of the file when it is asked for in `beforeAll`. Needs the global setup of `@partman/testing/vitest-setup` and vitest's isolation of files.
 */
export async function testDatabase(options: { template?: string } = {}): Promise<TestDatabase> {
  const test = TestRunner.getCurrentTest()
  const database = await createTestDatabase(inject('partmanServerUrl'), options)
  if (test === undefined) ofFile.add(database)
  else onTestFinished(database.drop)
  return database
}
