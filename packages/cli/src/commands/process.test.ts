import { expect, onTestFinished, test, vi } from 'vitest'
import type { CliProject } from '../fixtures/cli-project.js'
import { createDeployedProject } from '../fixtures/deployed-project.js'

// Each run of the command line is a process of its own, and slow on a busy machine.
vi.setConfig({ testTimeout: 240_000 })

/** The commands that no other test runs as a process of its own, in an order in which each has something to do. */
const COMMANDS = [
  ['tenants', 'add', 'acme', ''],
  ['check'],
  ['hold', 'add', 'AuditLog', '--reason', 'inquiry', '--to', '2020-06-01'],
  ['approve', 'AuditLog'],
  ['maintain'],
  ['restore-detached', 'old', '--dry-run', '--until', '2999-01-01'],
  ['apply', 'package.json'],
]

async function createProject(): Promise<CliProject> {
  const project = await createDeployedProject()
  onTestFinished(project.remove)
  // Taken over with an old year in it.
  await project.database.query(
    `CREATE TABLE partman_partitions.old PARTITION OF "AuditLog" FOR VALUES FROM ('2020-01-01Z') TO ('2021-01-01Z')`,
  )
  return project
}

test('as a process of its own, a command ends and writes as it does within one', async () => {
  const [asProcess, here] = [await createProject(), await createProject()]
  for (const args of COMMANDS) {
    const [found, wanted] = await Promise.all([asProcess.partmanProcess(args), here.partman(args)])
    expect([args, found]).toEqual([args, wanted])
  }
})
