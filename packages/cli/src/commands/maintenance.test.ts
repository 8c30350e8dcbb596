import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { beforeAll, expect, test, vi } from 'vitest'
import { type CliProject, HOSTILE_TABLE, SCHEMA } from '../fixtures/cli-project.js'
import { createDeployedProject } from '../fixtures/deployed-project.js'

// The first of the run makes the project by the Prisma CLI, which is slow on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

let project: CliProject

beforeAll(async () => {
  project = await createDeployedProject()
  return project.remove
})

const run = async (...args: string[]) => {
  const { exitCode, stdout, stderr } = await project.partman(['--json', ...args])
  expect(stderr).toBe('')
  return { exitCode, result: JSON.parse(stdout) }
}

/** The first instant of a UTC month so many months from now. */
const monthFromNow = (months: number) => {
  const now = new Date()
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months))
}
const day = (instant: Date) => instant.toISOString().slice(0, 10)

test('tenants are added, whatever their keys, and each that cannot be is told of', async () => {
  const keys = ['acme', 'ACME', 'o\'x"; DROP TABLE "Project"; --', '\u001b[2Jcleared', '']
  expect(await run('tenants', 'add', '--', ...keys)).toEqual({
    exitCode: 1,
    result: {
      version: 1,
      set: 'Project',
      tenants: [
        ...keys.slice(0, 4).map((key) => ({ key, outcome: 'added' })),
        {
          key: '',
          outcome: 'failed',
          error: {
            code: 'TENANT_KEY_INVALID',
            message: 'Tenant key "" is empty',
            hint: 'Pass the value of the tenant key column as it is stored.',
          },
        },
      ],
    },
  })
  expect(await project.partman(['tenants', 'add', 'acme', '\u001b[2Jcleared'])).toEqual({
    exitCode: 0,
    stdout: 'present  acme\npresent  \\u001b[2Jcleared\n',
    stderr: '',
  })
  await project.database.query(`INSERT INTO "Project" VALUES ('signed up elsewhere')`)
  const listed = await run('tenants', 'list')
  expect(listed.result.sets).toEqual([
    {
      name: 'Project',
      tenants: expect.arrayContaining([
        { key: 'acme', withoutPartitions: [] },
        { key: 'signed up elsewhere', withoutPartitions: [{ schema: 'public', name: HOSTILE_TABLE }] },
      ]),
      removed: [],
    },
  ])
})

test('a tenant without partitions is found, planned for and maintained', async () => {
  await project.database.query(`INSERT INTO "Project" VALUES ('late') ON CONFLICT DO NOTHING`)
  const check = await project.partman(['check'])
  expect(check).toMatchObject({ exitCode: 3, stderr: '' })
  expect(check.stdout).toContain(
    `error prisma/schema/schema.prisma:22:5 public.${HOSTILE_TABLE} has no partition for "late": inserts fail now (PRESENT_NOT_COVERED)\n` +
      '  Run `partman maintain`, and see to it that it runs again and again.\n',
  )
  const plan = await run('plan')
  expect(plan).toMatchObject({ exitCode: 2, result: { version: 1, findings: [] } })
  expect(plan.result.operations.map((one: { kind: string }) => one.kind)).toContain('create-partition')
  expect(await run('maintain')).toMatchObject({ exitCode: 0, result: { version: 1, outcome: 'done' } })
  expect(await project.partman(['plan'])).toEqual({ exitCode: 0, stdout: 'Nothing to do.\n', stderr: '' })
  expect(await project.partman(['check'])).toEqual({ exitCode: 0, stdout: 'Nothing found.\n', stderr: '' })
  expect(await project.partman(['maintain'])).toEqual({ exitCode: 0, stdout: 'Nothing to do.\n', stderr: '' })
})

test('the plan says what comes and goes, why, and what it locks; maintain does it', async () => {
  const [from, to] = [monthFromNow(-14), monthFromNow(-13)]
  await project.database.query(
    `CREATE TABLE partman_partitions.ancient PARTITION OF "AuditLog" FOR VALUES FROM ('${from.toISOString()}') TO ('${to.toISOString()}')`,
  )
  const plan = await project.partman(['plan'])
  expect(plan).toMatchObject({ exitCode: 2, stderr: '' })
  const lines = plan.stdout.split('\n')
  expect(lines[0]).toBe('public.AuditLog  AuditLog, prisma/schema/schema.prisma:33:5')
  expect(lines).toContain(
    `  - partman_partitions.ancient  [${day(from)} .. ${day(to)})  retire: its last row is older than 12 months: it ends at ${day(to)} 00:00:00+00; SHARE UPDATE EXCLUSIVE on public.AuditLog`,
  )
  expect(lines.at(-2)).toMatch(/^\d+ to create, 1 to detach, 0 to drop\.$/)

  const status = await run('status')
  const audit = status.result.tables.find(({ model }: { model: string }) => model === 'AuditLog')
  expect(audit).toMatchObject({
    table: { schema: 'public', name: 'AuditLog' },
    state: 'partitioned',
    tenants: null,
    leaves: 4,
    detached: [],
    until: monthFromNow(3).toISOString(),
    nextRetirement: monthFromNow(-1).toISOString(),
  })
  const maintained = await project.partman(['maintain'])
  expect(maintained).toMatchObject({ exitCode: 0, stderr: '' })
  expect(maintained.stdout).toContain(`  - retired partman_partitions.ancient  [${day(from)} .. ${day(to)})\n`)
  const { rows } = await project.database.query("SELECT relispartition AS attached FROM pg_class WHERE relname = 'ancient'")
  expect(rows).toEqual([{ attached: false }])
})

test('status shows a table for people', async () => {
  const { exitCode, stdout } = await project.partman(['status'])
  expect(exitCode).toBe(0)
  expect(stdout.split('\n').map((line) => line.replace(/ {2,}/g, ' | '))).toEqual([
    'table | partitioned by | state | tenants | partitions | until | next retirement | retired | to do',
    expect.stringMatching(
      /^public\.Évents 事件'; -- \(x \| LIST \(projectId\) > RANGE \(createdAt\) \| partitioned \| \d+ \| \d+ \| \d{4}-\d\d-\d\d \| \d{4}-\d\d-\d\d \| 0 \| 0$/,
    ),
    expect.stringMatching(/^public\.AuditLog \| RANGE \(at\) \| partitioned \| - \| \d+ \| \d{4}-\d\d-01 \| \d{4}-\d\d-01 \| 1 \| 0$/),
    '',
  ])
})

test('while another maintainer holds the lease, maintain ends with exit code 4', async () => {
  await project.database.query("UPDATE partman.lease SET expires_at = now() + interval '1 hour', holder = 'another'")
  expect(await project.partman(['maintain'])).toEqual({ exitCode: 4, stdout: 'Nothing done: another maintainer is at work.\n', stderr: '' })
  expect(await run('maintain')).toEqual({ exitCode: 4, result: { version: 1, outcome: 'lease-held' } })
  await project.database.query("UPDATE partman.lease SET expires_at = now() - interval '1 hour'")
})

test.each(['SIGINT', 'SIGTERM'] as const)('maintain --every writes one line of JSON a run, and %s ends it cleanly', async (signal) => {
  const child = project.startPartman(['maintain', '--every', '1s', '--json'])
  const closed = once(child, 'close')
  const reports: unknown[] = []
  for await (const line of createInterface({ input: child.stdout! })) {
    reports.push(JSON.parse(line))
    if (reports.length === 2) child.kill(signal)
  }
  expect(reports.slice(0, 2)).toEqual(
    Array(2).fill({ version: 1, outcome: 'done', now: expect.any(String), steps: [], findings: expect.any(Array) }),
  )
  expect(await closed).toEqual([0, null])
  const { rows } = await project.database.query('SELECT count(*)::int AS held FROM partman.lease WHERE expires_at > clock_timestamp()')
  expect(rows).toEqual([{ held: 0 }])
})

test('a pending migration that drops a partitioned table is found', async () => {
  await project.write(
    'prisma/migrations/20990101000000_rename/migration.sql',
    `SELECT 1;\nDROP TABLE "AuditLog";\nCREATE TABLE "Audit" (id int);`,
  )
  expect(await project.partman(['check'])).toEqual({
    exitCode: 3,
    stdout:
      'error 20990101000000_rename/migration.sql:2:1 drops the partitioned table public.AuditLog with all its rows (PENDING_DROP)\n' +
      '  Where it is to have another name, write ALTER TABLE ... RENAME TO in its place.\n',
    stderr: '',
  })
})

test('a pending migration that drops a column of a partition key is found, at every level', async () => {
  expect(await project.partman(['tenants', 'add', 'acme'])).toMatchObject({ exitCode: 0 })
  await project.write(
    'prisma/migrations/20990101000000_rename/migration.sql',
    `ALTER TABLE "AuditLog" DROP CONSTRAINT "AuditLog_pkey", DROP COLUMN "at";\nALTER TABLE "${HOSTILE_TABLE}" DROP COLUMN "createdAt";\nALTER TABLE "AuditLog" DROP COLUMN "note";`,
  )
  const hint = '  Where it is to have another name, write ALTER TABLE ... RENAME COLUMN ... TO in its place.\n'
  expect(await project.partman(['check'])).toEqual({
    exitCode: 3,
    stdout:
      'error 20990101000000_rename/migration.sql:1:1 drops the column at, which public.AuditLog is partitioned by (PENDING_DROP)\n' +
      hint +
      `error 20990101000000_rename/migration.sql:2:1 drops the column createdAt, which public.${HOSTILE_TABLE} is partitioned by (PENDING_DROP)\n` +
      hint,
    stderr: '',
  })
})

test('a key column that got another name is told apart from one that a migration renames', async () => {
  expect(await project.partman(['tenants', 'add', 'acme'])).toMatchObject({ exitCode: 0 })
  await project.write('prisma/migrations/20990101000000_rename/migration.sql', 'SELECT 1;')
  await project.write(
    'prisma/schema/schema.prisma',
    SCHEMA.replace('createdAt DateTime @default(now())', 'createdAt DateTime @default(now()) @map("created_at")'),
  )
  expect(await project.prisma(['generate'])).toMatchObject({ exitCode: 0 })
  expect(await project.partman(['check'])).toMatchObject({ exitCode: 3, stdout: expect.stringContaining('(PARTITION_KEY_DIFFERENT)') })
  await project.write(
    'prisma/migrations/20990101000000_rename/migration.sql',
    `ALTER TABLE "${HOSTILE_TABLE}" RENAME COLUMN "createdAt" TO "created_at";`,
  )
  expect(await project.partman(['check'])).toEqual({ exitCode: 0, stdout: 'Nothing found.\n', stderr: '' })
})

test('a model that got another table name or lost its annotation is told apart from one whose table a migration renames', async () => {
  await project.write('prisma/migrations/20990101000000_rename/migration.sql', 'SELECT 1;')
  await project.write('prisma/schema/schema.prisma', SCHEMA.replace('@@id([id, at])', '@@id([id, at])\n  @@map("audit")'))
  expect(await project.prisma(['generate'])).toMatchObject({ exitCode: 0 })
  const undeclared =
    'warning public.AuditLog has partitions and no annotation: nothing makes new ones, and nothing retires old ones (TABLE_UNDECLARED)\n' +
    '  Annotate its model again, or see to its partitions yourself: inserts fail once the last one has passed.\n'
  expect(await project.partman(['check'])).toEqual({
    exitCode: 3,
    stdout: expect.stringMatching(/^error .* public\.audit is not in the database \(TABLE_MISSING\)\n.*\nwarning /),
    stderr: '',
  })
  await project.write('prisma/migrations/20990101000000_rename/migration.sql', 'ALTER TABLE "AuditLog" RENAME TO "audit";')
  expect(await project.partman(['check'])).toEqual({ exitCode: 0, stdout: 'Nothing found.\n', stderr: '' })

  await project.write('prisma/migrations/20990101000000_rename/migration.sql', 'SELECT 1;')
  await project.write('prisma/schema/schema.prisma', SCHEMA.replace(/\/\/\/ @partman\(by: at,.*\n/, ''))
  expect(await project.prisma(['generate'])).toMatchObject({ exitCode: 0 })
  expect(await project.partman(['check'])).toEqual({ exitCode: 2, stdout: undeclared, stderr: '' })
})
