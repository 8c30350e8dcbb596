import { beforeAll, expect, test, vi } from 'vitest'
import type { CliProject } from '../fixtures/cli-project.js'
import { createDeployedProject } from '../fixtures/deployed-project.js'

// The first of the run makes the project by the Prisma CLI, which is slow on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

let project: CliProject

beforeAll(async () => {
  project = await createDeployedProject()
  // From here on the retention is in force.
  await project.partman(['maintain'])
  const [from, to] = [14, 13].map((months) => {
    const now = new Date()
    return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months)).toISOString()
  })
  await project.database.query(`CREATE TABLE partman_partitions.ancient PARTITION OF "AuditLog" FOR VALUES FROM ('${from}') TO ('${to}')`)
  await project.write(
    'keep.mjs',
    `export default { beforeDetach: async ({ name }) => ({ decision: 'keep', reason: 'a lawsuit on ' + name }) }`,
  )
  return project.remove
})

const isAttached = async () =>
  (await project.database.query("SELECT relispartition AS attached FROM pg_class WHERE relname = 'ancient'")).rows[0]?.['attached']

test.each(['maintain', 'apply'])('%s asks the hooks of the application before anything goes', async (command) => {
  const planned = await project.partman(['plan', '--json'])
  await project.write('plan.json', planned.stdout)
  const run = await project.partman([command, ...(command === 'apply' ? ['plan.json'] : []), '--hooks', 'keep.mjs', '--json'])
  expect([run.exitCode, run.stderr]).toEqual([0, ''])
  const { steps } = JSON.parse(run.stdout) as { steps: { partition: { name: string }; outcome: string; error?: string }[] }
  expect(steps.find(({ partition }) => partition.name === 'ancient')).toMatchObject({
    outcome: 'skipped',
    error: 'kept by the before-detach hook: a lawsuit on ancient',
  })
  expect(await isAttached()).toBe(true)
})

test.each([
  ['throws.mjs', `throw new Error('no bucket')`, 'throws.mjs cannot be imported: no bucket'],
  ['none.mjs', `export const beforeDrop = async () => 'proceed'`, 'The default export of none.mjs has no hooks, or something that is none'],
  ['empty.mjs', 'export default {}', 'The default export of empty.mjs has no hooks'],
  ['mistyped.mjs', `export default { beforeDorp: async () => 'proceed' }`, 'The default export of mistyped.mjs has no hooks'],
])('nothing is done with the hooks of %s', async (file, text, message) => {
  await project.write(file, text)
  for (const command of [['maintain'], ['apply', 'plan.json'], ['serve']]) {
    const { exitCode, stderr } = await project.partman([...command, '--hooks', file])
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining(message)])
  }
  expect(await isAttached()).toBe(true)
})
