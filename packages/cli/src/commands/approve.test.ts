import { beforeAll, expect, test, vi } from 'vitest'
import type { CliProject } from '../fixtures/cli-project.js'
import { createDeployedProject } from '../fixtures/deployed-project.js'

// The first of the run makes the project by the Prisma CLI, which is slow on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

let project: CliProject

beforeAll(async () => {
  project = await createDeployedProject()
  // Taken over with an old year in it.
  await project.database.query(
    `CREATE TABLE partman_partitions.old PARTITION OF "AuditLog" FOR VALUES FROM ('2020-01-01Z') TO ('2021-01-01Z')`,
  )
  return project.remove
})

const isAttached = async () =>
  (await project.database.query(`SELECT relispartition AS attached FROM pg_class WHERE oid = 'partman_partitions.old'::regclass`))
    .rows[0]?.['attached']

test('what a table would lose at once is kept, and check says so', async () => {
  await project.partman(['maintain'])
  const check = await project.partman(['check'])
  expect(check).toMatchObject({ exitCode: 3, stdout: expect.stringContaining('RETENTION_UNAPPROVED') })
  expect(check.stdout).toContain('Nobody has approved of the retention of public.AuditLog yet: 1 partition would go at once')
  expect(await isAttached()).toBe(true)
})

test('a dry run shows what would go, and approves of nothing', async () => {
  const { exitCode, stdout } = await project.partman(['approve', 'AuditLog', '--dry-run'])
  expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^AuditLog: 1 step at once\n {2}- partman_partitions\.old .* retire: /)])
  expect(stdout).toContain('Nothing was approved of.')
  expect((await project.partman(['check'])).exitCode).toBe(3)
})

test('where something hides a part of what would go, nothing is approved of', async () => {
  await project.database.query('CREATE TABLE partman_partitions.rest PARTITION OF "AuditLog" DEFAULT')
  expect(await project.partman(['approve', 'AuditLog'])).toMatchObject({
    exitCode: 3,
    stderr: expect.stringMatching(/\(DEFAULT_PARTITION_PRESENT\): what would go cannot all be seen\n.*Nothing was approved of\.\n$/),
  })
  await project.database.query('DROP TABLE partman_partitions.rest')
  expect((await project.partman(['check'])).exitCode).toBe(3)
})

test('approved of, it goes in the next run', async () => {
  expect(await project.partman(['approve', 'Event', 'Nobody'])).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('Nobody is not a partitioned model'),
  })
  const { exitCode, stdout } = await project.partman(['approve', 'AuditLog', '--json'])
  expect([exitCode, JSON.parse(stdout)]).toMatchObject([
    0,
    {
      version: 1,
      dryRun: false,
      approved: [{ model: 'AuditLog', operations: [{ kind: 'detach-partition', partition: { name: 'old' } }] }],
    },
  ])
  expect((await project.partman(['maintain'])).exitCode).toBe(0)
  expect([await isAttached(), (await project.partman(['check'])).exitCode]).toEqual([false, 0])
})
