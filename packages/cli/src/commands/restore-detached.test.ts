import { beforeAll, expect, test, vi } from 'vitest'
import type { CliProject } from '../fixtures/cli-project.js'
import { createDeployedProject } from '../fixtures/deployed-project.js'

// The first of the run makes the project by the Prisma CLI, which is slow on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

let project: CliProject

beforeAll(async () => {
  project = await createDeployedProject()
  // An old year, retired.
  await project.database.query(
    `CREATE TABLE partman_partitions.old PARTITION OF "AuditLog" FOR VALUES FROM ('2020-01-01Z') TO ('2021-01-01Z')`,
  )
  await project.partman(['approve', 'AuditLog'])
  await project.partman(['maintain'])
  return project.remove
})

const isAttached = async () =>
  (await project.database.query(`SELECT relispartition AS attached FROM pg_class WHERE oid = 'partman_partitions.old'::regclass`))
    .rows[0]?.['attached']

test('a dry run tells what would be done, and does nothing', async () => {
  const { exitCode, stdout } = await project.partman(['restore-detached', 'old', '--dry-run', '--until', '2999-01-01'])
  expect([exitCode, stdout.split('\n')]).toEqual([
    0,
    [
      'would attach  partman_partitions.old to public.AuditLog  [2020-01-01 .. 2021-01-01): no row is read for it',
      'would hold  from 2020-01-01T00:00:00.000Z, to before 2021-01-01T00:00:00.000Z, until 2999-01-01T00:00:00.000Z: its retention would take it again',
      '',
    ],
  ])
  expect(await isAttached()).toBe(false)
})

test('what cannot be restored is refused', async () => {
  expect(await project.partman(['restore-detached', 'nobody'])).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining('There is no table nobody'),
  })
  expect(await project.partman(['restore-detached', 'old', '--until', '2020-01-01'])).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('"2020-01-01" is not in the future'),
  })
})

test('a retired partition is attached again, and held until somebody releases it', async () => {
  const { exitCode, stdout } = await project.partman(['restore-detached', 'partman_partitions.old', '--json'])
  expect([exitCode, JSON.parse(stdout)]).toEqual([
    0,
    {
      version: 1,
      dryRun: false,
      table: { schema: 'public', name: 'AuditLog' },
      partition: { schema: 'partman_partitions', name: 'old' },
      parent: { schema: 'public', name: 'AuditLog' },
      bound: { kind: 'range', from: [{ value: '2020-01-01 00:00:00+00' }], to: [{ value: '2021-01-01 00:00:00+00' }] },
      isRead: false,
      hold: { tenant: null, lower: '2020-01-01T00:00:00.000Z', upper: '2021-01-01T00:00:00.000Z', until: null },
    },
  ])
  expect(await isAttached()).toBe(true)
  const { rows } = await project.database.query('SELECT reason, until, released_at FROM partman.hold')
  expect(rows).toEqual([{ reason: 'restored', until: null, released_at: null }])
})
