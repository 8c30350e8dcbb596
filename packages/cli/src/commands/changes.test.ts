import { beforeAll, describe, expect, test, vi } from 'vitest'
import { type CliProject, SCHEMA } from '../fixtures/cli-project.js'
import { createDeployedProject } from '../fixtures/deployed-project.js'

// A run of the Prisma CLI takes seconds, more on a busy machine.
vi.setConfig({ testTimeout: 180_000 })

const HEAD = SCHEMA.slice(0, SCHEMA.indexOf('/// @partman.tenants'))
const AUDIT_LOG = `
/// @partman(by: at, interval: "1 month", premake: 2)
model AuditLog {
  id     BigInt   @default(autoincrement())
  at     DateTime @db.Timestamptz(6)
  seenAt DateTime @db.Timestamptz(6)
  note   String?

  @@id([id, at, seenAt])
}
`
const READING = `
/// @partman(by: at, interval: "1 day", tenant: sensor)
model Reading {
  sensor String
  at     DateTime @db.Timestamptz(6)
  until  DateTime @db.Timestamptz(6)
  value  Int

  @@unique([sensor, at, until])
}
`

let project: CliProject

beforeAll(async () => {
  project = await createDeployedProject(HEAD + AUDIT_LOG + READING)
  expect(await project.partman(['tenants', 'add', 'attic'])).toMatchObject({ exitCode: 0 })
  return project.remove
})

const declare = async (models: string) => {
  await project.write('prisma/schema/schema.prisma', HEAD + models)
  const { exitCode, stdout, stderr } = await project.prisma(['generate'])
  expect([exitCode, stdout, stderr]).toMatchObject([0, expect.any(String), expect.any(String)])
}
/** Writes a migration that sorts behind all there are. */
const writeMigration = async (name: string, sql: string) => {
  const folder = `${(await project.migrations()).at(-1)?.name}_${name}`
  await project.write(`prisma/migrations/${folder}/migration.sql`, sql)
  return folder
}
/** What Prisma would write; `migrate dev` does not where rows are lost and there is no terminal to ask. */
const diffToSchema = async () => {
  const diff = ['migrate', 'diff', '--from-config-datasource', '--to-schema', 'prisma/schema', '--script']
  const { exitCode, stdout } = await project.prisma(diff)
  expect(exitCode).toBe(0)
  return stdout
}
const countPartitions = async () => {
  const { rows } = await project.database.query('SELECT count(*)::int AS count FROM pg_inherits')
  return rows[0]?.['count']
}

describe('what needs no migration is told apart', () => {
  test.each([
    [
      'an interval, premake and retention',
      READING + AUDIT_LOG.replace('"1 month", premake: 2', '"1 week", premake: 5, retention: "1 year"'),
    ],
    ['a model without its annotation', READING + AUDIT_LOG.replace(/\/\/\/ @partman.*\n/, '')],
  ])('%s', async (_name, models) => {
    await declare(models)
    const before = [await project.migrations(), await countPartitions()]
    expect(await project.partman(['migrate', '--name', 'x'])).toEqual({
      exitCode: 0,
      stdout:
        'Nothing to write: the migrations have all that the annotations ask for.\n' +
        'Interval, premake, retention and the like are no part of them: the maintainer goes by the annotation.\n',
      stderr: '',
    })
    expect([await project.migrations(), await countPartitions()]).toEqual(before)
  })

  test('a key that is another one is refused, on every level, with what it would take', async () => {
    await declare(READING.replace('by: at', 'by: until') + AUDIT_LOG.replace('by: at', 'by: seenAt'))
    const before = await project.migrations()
    const { exitCode, stderr } = await project.partman(['migrate', '--name', 'x'])
    expect(exitCode).toBe(3)
    expect(stderr).toContain(
      'AuditLog: the table "public"."AuditLog" is partitioned already, but otherwise: PARTITION BY RANGE (at) instead of PARTITION BY RANGE ("seenAt")\n' +
        '    PostgreSQL cannot change a partition key. Make the annotation say what there is; or create a table with the new key beside it,',
    )
    expect(stderr).toMatch(
      /Reading_attic_\w+ is partitioned by RANGE \(at\); what is declared is partitioned by RANGE \(until\) \(PARTITION_KEY_DIFFERENT\)/,
    )
    expect(await project.migrations()).toEqual(before)
  })

  test('a migration without a name does not wait for one where there is no terminal', async () => {
    await declare(AUDIT_LOG + READING)
    expect(await project.partman(['migrate', 'dev'])).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'error: The migration has no name, and there is no terminal to ask for one\nPass `--name <name>`.\n',
    })
  })
})

test('what Prisma would do to a partitioned table is found by check, and refused by migrate', async () => {
  await declare(AUDIT_LOG + READING)
  await writeMigration('by_hand', 'CREATE INDEX "by_hand" ON "AuditLog" ("note");')
  expect(await project.prisma(['migrate', 'deploy'])).toMatchObject({ exitCode: 0 })
  // The generator would refuse most of it; this comes from where nobody ran it.
  await project.write(
    'prisma/schema/schema.prisma',
    HEAD +
      AUDIT_LOG.replace('at     DateTime @db.Timestamptz(6)', 'at     DateTime @db.Timestamptz(3)').replace(
        'note   String?',
        'note   String? @unique',
      ) +
      READING.replace('at     DateTime ', 'at     DateTime? ').replace('@@unique([sensor, at, until])', '@@id([sensor, until])'),
  )
  const name = await writeMigration('bad', await diffToSchema())
  await project.write('prisma/schema/schema.prisma', HEAD + AUDIT_LOG + READING)
  const { exitCode, stdout } = await project.partman(['check', '--json'])
  const findings: { code: string; severity: string; declaredAt: string; message: string }[] = JSON.parse(stdout).findings
  expect(exitCode).toBe(3)
  expect(findings.map(({ code, severity, message }) => `${severity} ${code}: ${message}`)).toEqual([
    'warning PENDING_INDEX_DROP: drops the index public.by_hand of the partitioned table public.AuditLog, and of every partition',
    'warning PENDING_INDEX_DROP: drops the index public.Reading_sensor_at_until_key of the partitioned table public.Reading, and of every partition',
    'error PENDING_KEY_TYPE: changes the type of the column at, which public.AuditLog is partitioned by',
    'warning PENDING_KEY_NULLABLE: lets the column at be NULL, which public.Reading is partitioned by',
    'error PENDING_UNIQUE_WITHOUT_KEY: makes a primary key of public.Reading without at, which it is partitioned by',
    'error PENDING_UNIQUE_WITHOUT_KEY: makes a unique index of public.AuditLog without at, which it is partitioned by',
  ])
  expect(findings[0]?.declaredAt).toBe(`${name}/migration.sql:2:1`)
  const refused = await project.partman(['migrate', '--name', 'x'])
  expect(refused).toMatchObject({ exitCode: 3, stdout: '' })
  expect(refused.stderr).toContain('Nothing was written, because of what would break:\n')
  expect(refused.stderr).toContain('(PENDING_KEY_TYPE)')
  await project.removeMigration(name)
})

test('a model that got another name is refused until its migration renames, and then has its partitions', async () => {
  const renamed = `${AUDIT_LOG.replace('at     DateTime', 'at     DateTime @map("happened_at")').replace('@@id([id, at, seenAt])', '@@id([id, at, seenAt])\n  @@map("audit")')}${READING}`
  await declare(renamed)
  const refused = await project.partman(['migrate', 'dev', '--name', 'rename'])
  const rename = (await project.migrations()).at(-1)
  expect(refused).toMatchObject({ exitCode: 3 })
  expect(refused.stderr).toContain(
    `error: Nothing was written, because of what would break:
  ${rename?.name}/migration.sql:8:1 drops the partitioned table public.AuditLog with all its rows (PENDING_DROP)
    Where it is to have another name, write ALTER TABLE ... RENAME TO in its place.
Edit the migration, then run \`partman migrate\`. Where a table may go with all its rows, add --allow-destructive.
`,
  )
  expect(rename?.sql).not.toContain('PARTITION BY')

  await project.database.query(`INSERT INTO "AuditLog" (at, "seenAt") VALUES (now(), now())`)
  await project.write(
    `prisma/migrations/${rename?.name}/migration.sql`,
    `DROP INDEX "by_hand";
ALTER TABLE "AuditLog" RENAME TO "audit";
ALTER TABLE "audit" RENAME COLUMN "at" TO "happened_at";
ALTER TABLE "audit" RENAME CONSTRAINT "AuditLog_pkey" TO "audit_pkey";`,
  )
  expect(await project.partman(['migrate', '--name', 'x'])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^warning .*\(PENDING_INDEX_DROP\)\n.*\nNothing to write/),
  })
  expect(await project.prisma(['migrate', 'deploy'])).toMatchObject({ exitCode: 0 })
  for (const direction of [
    ['--from-config-datasource', '--to-schema', 'prisma/schema'],
    ['--from-schema', 'prisma/schema', '--to-config-datasource'],
  ]) {
    expect(await project.prisma(['migrate', 'diff', ...direction, '--exit-code'])).toMatchObject({ exitCode: 0 })
  }
  const leaves = async () =>
    (
      await project.database.query<{ name: string }>(
        `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'audit'::regclass ORDER BY 1`,
      )
    ).rows.map(({ name }) => name)
  const before = await leaves()
  await project.database.query(`DROP TABLE partman_partitions."${before.at(-1)}"`)
  expect(await project.partman(['maintain'])).toMatchObject({ exitCode: 0 })
  expect(await leaves()).toEqual([...before.slice(0, -1), before.at(-1)?.replace('AuditLog', 'audit')])
  const { rows } = await project.database.query('SELECT count(*)::int AS count FROM audit')
  expect(rows).toEqual([{ count: 1 }])
  expect(await project.partman(['check'])).toEqual({ exitCode: 0, stdout: 'Nothing found.\n', stderr: '' })
})

test('where a table may go with its rows, it goes and comes again with another key', async () => {
  await declare(
    AUDIT_LOG.replace('by: at', 'by: seenAt').replace('@@id([id, at, seenAt])', '@@id([id, at, seenAt])\n  @@map("audit_2")') + READING,
  )
  await writeMigration('anew', await diffToSchema())
  expect(await project.partman(['migrate', '--name', 'anew', '--allow-destructive'])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(
      /^warning .*drops the partitioned table public\.audit with all its rows \(PENDING_DROP\)\n(.*\n)*.*public\.audit_2 partitioned/,
    ),
  })
  expect(await project.prisma(['migrate', 'deploy'])).toMatchObject({ exitCode: 0 })
  expect(await project.partman(['check'])).toEqual({ exitCode: 0, stdout: 'Nothing found.\n', stderr: '' })
})
