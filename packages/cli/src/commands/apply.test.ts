import { beforeAll, expect, test, vi } from 'vitest'
import type { CliProject } from '../fixtures/cli-project.js'
import { createDeployedProject } from '../fixtures/deployed-project.js'

// The first of the run makes the project by the Prisma CLI, which is slow on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

let project: CliProject

beforeAll(async () => {
  project = await createDeployedProject()
  return project.remove
})

/** Writes the plan of this moment to a file, as a person would. */
async function writePlan(): Promise<{ operations: { kind: string; partition: { name: string } }[] }> {
  const { stdout } = await project.partman(['plan', '--json'])
  await project.write('plan.json', stdout)
  return JSON.parse(stdout)
}

test('what was planned and looked at is applied once, and is stale the second time', async () => {
  await project.database.query(`INSERT INTO "Project" VALUES ('late')`)
  const { operations } = await writePlan()
  expect(operations.map(({ kind }) => kind)).toEqual(['create-partition'])
  const applied = await project.partman(['apply', 'plan.json', '--json'])
  expect([applied.exitCode, JSON.parse(applied.stdout)]).toMatchObject([
    0,
    { outcome: 'done', steps: [{ kind: 'create-partition', outcome: 'done' }] },
  ])
  expect(await project.partman(['apply', 'plan.json'])).toEqual({
    exitCode: 3,
    stdout: '',
    stderr: expect.stringMatching(/^error: The plan no longer fits/),
  })
})

test('a plan that drops partitions needs a word more', async () => {
  const marker = {
    table: { schema: 'public', name: 'AuditLog' },
    partition: { schema: 'partman_partitions', name: 'old' },
    parent: { schema: 'public', name: 'AuditLog' },
    bound: { kind: 'range', from: [{ value: '2020-01-01 00:00:00+00' }], to: [{ value: '2020-02-01 00:00:00+00' }] },
    retiredAt: '2021-03-01T00:00:00.000Z',
  }
  // The retention is in force from the first run on.
  await project.partman(['maintain'])
  await project.database.query('CREATE TABLE partman_partitions.old (id int)')
  await project.database.query(`COMMENT ON TABLE partman_partitions.old IS 'partman:retired ${JSON.stringify(marker)}'`)
  const { operations } = await writePlan()
  expect(operations).toMatchObject([{ kind: 'drop-partition', partition: { name: 'old' } }])
  expect(await project.partman(['apply', 'plan.json'])).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining('--allow-destructive'),
  })
  const there = async () => (await project.database.query(`SELECT to_regclass('partman_partitions.old') IS NOT NULL AS there`)).rows
  expect(await there()).toEqual([{ there: true }])
  expect(await project.partman(['apply', 'plan.json', '--allow-destructive'])).toMatchObject({ exitCode: 0 })
  expect(await there()).toEqual([{ there: false }])
})

test.each([
  ['missing.json', 'missing.json cannot be read as a plan'],
  ['package.json', 'package.json is not a plan'],
])('%s is refused', async (file, message) => {
  expect(await project.partman(['apply', file])).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(message) })
})
