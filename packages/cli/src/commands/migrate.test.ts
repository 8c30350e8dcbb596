import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { type CliProject, HOSTILE_TABLE, SCHEMA } from '../fixtures/cli-project.js'
import { createGeneratedProject } from '../fixtures/deployed-project.js'

// A run of the Prisma CLI takes seconds, more on a busy machine, and these tests make up to ten.
vi.setConfig({ testTimeout: 180_000 })

async function generatedProject(): Promise<CliProject> {
  const project = await createGeneratedProject()
  onTestFinished(project.remove)
  return project
}

describe('one project, from its first migration to a later table', () => {
  let project: CliProject

  beforeAll(async () => {
    project = await createGeneratedProject()
    return project.remove
  })

  test('migrate dev makes what Prisma wrote partitioned, deploy applies it, and there is nothing left to do', async () => {
    const dev = await project.partman(['migrate', 'dev', '--name', 'Init It'])
    const [init, partitions, ...others] = await project.migrations()
    expect(dev).toEqual({
      exitCode: 0,
      stdout: expect.stringContaining(`Prisma Migrate created the following migration without applying it ${init?.name}`),
      stderr: expect.any(String),
    })
    expect(dev.stdout.slice(dev.stdout.indexOf('edited'))).toBe(
      `edited   prisma/migrations/${init?.name}/migration.sql  public.${HOSTILE_TABLE}, public.AuditLog partitioned\n` +
        `written  prisma/migrations/${partitions?.name}/migration.sql  bookkeeping, first partitions\n\n` +
        'Read them, then apply them: `prisma migrate dev` here, `prisma migrate deploy` elsewhere.\n' +
        'An edited migration must not have been deployed anywhere yet.\n',
    )
    expect([init?.name, partitions?.name]).toEqual([
      expect.stringMatching(/^\d{14}_init_it$/),
      expect.stringMatching(/^\d{14}_init_it_partitions$/),
    ])
    expect(others).toEqual([])
    expect(init?.sql).toBe(`-- CreateTable
CREATE TABLE "Project" (
    "id" TEXT NOT NULL,

    CONSTRAINT "Project_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "${HOSTILE_TABLE}" (
    "id" TEXT NOT NULL,
    "projectId" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "${HOSTILE_TABLE}_pkey" PRIMARY KEY ("id","projectId","createdAt")
) PARTITION BY LIST ("projectId");

-- CreateTable
CREATE TABLE "AuditLog" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "AuditLog_pkey" PRIMARY KEY ("id","at")
) PARTITION BY RANGE ("at");

-- AddForeignKey
ALTER TABLE "${HOSTILE_TABLE}" ADD CONSTRAINT "${HOSTILE_TABLE}_projectId_fkey" FOREIGN KEY ("projectId") REFERENCES "Project"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
`)

    const before = await project.migrations()
    const nothing = {
      exitCode: 0,
      stdout:
        'Nothing to write: the migrations have all that the annotations ask for.\n' +
        'Interval, premake, retention and the like are no part of them: the maintainer goes by the annotation.\n',
      stderr: '',
    }
    expect(await project.partman(['migrate', '--name', 'again'])).toEqual(nothing)
    // Before a deploy there is nothing to find either: what is missing is on its way.
    expect(await project.partman(['check'])).toEqual({ exitCode: 0, stdout: 'Nothing found.\n', stderr: '' })
    expect(await project.prisma(['migrate', 'deploy'])).toMatchObject({ exitCode: 0 })
    expect(await project.partman(['migrate', '--name', 'again'])).toEqual(nothing)
    expect(await project.partman(['migrate', 'dev', '--name', 'again'])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/The schema has not changed: removed the empty migration \d{14}_again\nNothing to write/),
    })
    expect(await project.migrations()).toEqual(before)
    expect(await project.prisma(['migrate', 'status'])).toMatchObject({ exitCode: 0 })
    expect(await project.partman(['check', '--json'])).toEqual({
      exitCode: 0,
      stdout: '{\n  "version": 1,\n  "findings": []\n}\n',
      stderr: '',
    })
    await project.database.query('INSERT INTO "AuditLog" (at) VALUES (now())')
  })

  test('a table added later gets its partitions from a migration without bookkeeping', async () => {
    await project.write(
      'prisma/schema/schema.prisma',
      `${SCHEMA}
/// @partman(by: at, interval: "1 week", premake: 2)
model Visit {
  id String
  at DateTime @db.Timestamptz(6)

  @@id([id, at])
}
`,
    )
    expect(await project.prisma(['generate'])).toMatchObject({ exitCode: 0 })
    const { exitCode, stdout } = await project.partman(['migrate', 'dev', '--name', 'visits', '--json'])
    const [, , visits, partitions] = await project.migrations()
    expect({ exitCode, result: JSON.parse(stdout) }).toEqual({
      exitCode: 0,
      result: {
        version: 1,
        edited: [
          {
            name: visits?.name,
            path: `prisma/migrations/${visits?.name}/migration.sql`,
            tables: [{ schema: 'public', name: 'Visit' }],
            indexes: [],
          },
        ],
        written: {
          name: partitions?.name,
          path: `prisma/migrations/${partitions?.name}/migration.sql`,
          bookkeeping: false,
          firstPartitions: [{ schema: 'public', name: 'Visit' }],
          indexes: [],
        },
        findings: [],
      },
    })
    expect(await project.prisma(['migrate', 'deploy'], { scriptMode: 'statements' })).toMatchObject({ exitCode: 0 })
    expect(await project.partman(['plan'])).toEqual({ exitCode: 0, stdout: 'Nothing to do.\n', stderr: '' })
  })
})

test('what cannot be partitioned is refused with its place, and nothing is written', async () => {
  const project = await generatedProject()
  expect(await project.partman(['migrate'])).toEqual({
    exitCode: 3,
    stdout: '',
    stderr: `error: Nothing was written, because of these models:
  prisma/schema/schema.prisma:22:5 Event: the table "public"."${HOSTILE_TABLE}" does not exist, and no pending migration creates it
    Run \`prisma migrate dev --create-only --name <name>\` first, or \`partman migrate dev --name <name>\`, which does both.
  prisma/schema/schema.prisma:33:5 AuditLog: the table "public"."AuditLog" does not exist, and no pending migration creates it
    Run \`prisma migrate dev --create-only --name <name>\` first, or \`partman migrate dev --name <name>\`, which does both.
`,
  })

  expect(await project.prisma(['migrate', 'dev', '--create-only', '--name', 'init'])).toMatchObject({ exitCode: 0 })
  const before = await project.migrations()
  await project.database.query('CREATE TABLE "AuditLog" (id bigint, at timestamptz)')
  await project.database.query('INSERT INTO "AuditLog" VALUES (1, now())')
  const refused = await project.partman(['migrate', '--json'])
  expect({ ...refused, stdout: JSON.parse(refused.stdout) }).toEqual({
    exitCode: 3,
    stdout: {
      version: 1,
      error: {
        code: 'MIGRATION_REFUSED',
        message: expect.stringContaining('Nothing was written, because of this model:'),
        hint: null,
        refusals: [
          {
            model: 'AuditLog',
            table: { schema: 'public', name: 'AuditLog' },
            declaredAt: 'prisma/schema/schema.prisma:33:5',
            reason:
              'the table "public"."AuditLog" exists already and is not partitioned; PostgreSQL cannot turn it into a partitioned one in place',
            hint: expect.stringContaining('It has rows'),
          },
        ],
        findings: [],
      },
    },
    stderr: '',
  })
  expect(await project.migrations()).toEqual(before)

  await project.database.query('DROP TABLE "AuditLog"')
  expect(await project.partman(['check'])).toMatchObject({
    exitCode: 3,
    stdout: expect.stringContaining(
      `error prisma/schema/schema.prisma:33:5 ${before[0]?.name}/migration.sql:18:14 creates public.AuditLog without partitions (PENDING_TABLE_PLAIN)\n` +
        '  Run `partman migrate --name <name>` before it is deployed.\n',
    ),
  })
})

test('a document of another state of the schema is refused before Prisma is called', async () => {
  const project = await generatedProject()
  await project.write('prisma/schema/schema.prisma', SCHEMA.replace('1 day', '1 week'))
  const stale = {
    exitCode: 3,
    stdout: '',
    stderr: 'error: generated/partman/partman.json was generated from another state of prisma/schema\nRun `prisma generate`.\n',
  }
  expect(await project.partman(['migrate', 'dev', '--name', 'init'])).toEqual(stale)
  expect(await project.partman(['plan'])).toEqual(stale)
  expect(await project.migrations()).toEqual([])
  await rm(join(project.path, 'generated'), { recursive: true })
  expect(await project.partman(['plan'])).toEqual({
    exitCode: 1,
    stdout: '',
    stderr:
      'error: There is no partman document at generated/partman/partman.json\nRun `prisma generate`, or pass its path with `--document`.\n',
  })
})

test('a migration that Prisma could not finish stops partman, and check names it', async () => {
  const project = await generatedProject()
  await project.write('prisma/migrations/20260101000000_broken/migration.sql', 'SELECT 1 / 0;')
  expect(await project.prisma(['migrate', 'deploy'])).toMatchObject({ exitCode: 1 })
  expect(await project.partman(['migrate'])).toEqual({
    exitCode: 3,
    stdout: '',
    stderr:
      'error: Not finished and not rolled back in the database: 20260101000000_broken\n' +
      'Repair the database, then run `prisma migrate resolve --rolled-back 20260101000000_broken` (or `--applied`).\n',
  })
  expect(await project.partman(['check'])).toMatchObject({ exitCode: 3, stdout: expect.stringContaining('(MIGRATION_FAILED)') })
  expect(await project.partman(['migrate', 'dev', '--name', 'x'])).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining(
      'error: prisma migrate dev ended with exit code 1; nothing was partitioned\n' +
        'What it printed above says why. Run the command again once that is put right.\n',
    ),
  })
})
