import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Folder of the run in which the tests keep projects that others are copies of. */
    cliTemplates: string
  }
}

/** Global setup for vitest: a folder that is there as long as the server is. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'partman templates '))
  project.provide('cliTemplates', folder)
  return () => rm(folder, { recursive: true, force: true })
}
