import type { TestProject } from 'vitest/node'
import { startPostgres } from './postgres/start-postgres.js'

declare module 'vitest' {
  export interface ProvidedContext {
    partmanServerUrl: string
  }
}

/** Global setup for vitest: starts one server for the run, makes its address known to every test, and stops it afterwards. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres()
  project.provide('partmanServerUrl', server.url)
  return () => server.stop()
}
