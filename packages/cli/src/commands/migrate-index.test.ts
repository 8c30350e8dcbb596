import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { type CliProject, HOSTILE_TABLE, SCHEMA } from '../fixtures/cli-project.js'
import { createDeployedProject } from '../fixtures/deployed-project.js'

// Some twenty runs of the Prisma CLI and of ours, each of which takes seconds, more on a busy machine.
vi.setConfig({ testTimeout: 600_000 })

const INDEXED = SCHEMA.replace(
  '@@id([id, projectId, createdAt])',
  '@@id([id, projectId, createdAt])\n  @@unique([projectId, createdAt])',
).replace('@@id([id, at])', '@@id([id, at])\n  @@index([at(sort: Desc)])')

/** A deployed project with tenants and rows, whose schema has got an index for each of its partitioned models. */
async function indexedProject(schema = INDEXED): Promise<CliProject> {
  const project = await createDeployedProject()
  onTestFinished(project.remove)
  await project.database.query(`INSERT INTO "Project" VALUES ('acme'), ('other')`)
  expect(await project.partman(['maintain'])).toMatchObject({ exitCode: 0 })
  await project.database.query(`INSERT INTO "${HOSTILE_TABLE}" SELECT 'a', id, now() FROM "Project"`)
  await project.database.query('INSERT INTO "AuditLog" (at) SELECT now() FROM generate_series(1, 100)')
  await project.write('prisma/schema/schema.prisma', schema)
  expect(await project.prisma(['generate'])).toMatchObject({ exitCode: 0 })
  return project
}

const UNIQUE = `${HOSTILE_TABLE}_projectId_createdAt_key`

const validity = async ({ database }: CliProject) =>
  (
    await database.query(
      `SELECT relname AS name, indisvalid AS valid FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE relkind = 'I' AND NOT relispartition AND NOT indisprimary ORDER BY relname`,
    )
  ).rows

describe.each(['whole', 'statements'] as const)('an index of a partitioned table, sent %s,', (scriptMode) => {
  test('is deployed on the table alone, built by the maintainer, and nothing of it looks like drift to Prisma', async () => {
    const project = await indexedProject()
    const prisma = async (...args: string[]) => {
      const { exitCode, stdout, stderr } = await project.prisma(args, { scriptMode })
      return { exitCode, output: `${stdout}${stderr}` }
    }
    const inSync = async () => {
      const same = { exitCode: 0, output: expect.stringContaining('No difference detected.') }
      expect(await prisma('migrate', 'diff', '--from-config-datasource', '--to-schema', 'prisma/schema', '--exit-code')).toMatchObject(same)
      expect(await prisma('migrate', 'diff', '--from-schema', 'prisma/schema', '--to-config-datasource', '--exit-code')).toMatchObject(same)
      expect(await prisma('migrate', 'dev')).toMatchObject({ exitCode: 0, output: expect.stringContaining('Already in sync') })
    }

    // As `prisma migrate dev` would write it, were there a terminal to confirm a new unique index on.
    const diff = await project.prisma(['migrate', 'diff', '--from-config-datasource', '--to-schema', 'prisma/schema', '--script'])
    const file = 'prisma/migrations/20990101000000_indexes/migration.sql'
    await project.write(file, diff.stdout)
    const migrated = await project.partman(['migrate', '--name', 'whole'])
    const [, , indexes, wholeIndexes, ...others] = await project.migrations()
    expect(migrated).toEqual({
      exitCode: 0,
      stdout:
        `edited   ${file}  index AuditLog_at_idx of public.AuditLog: ON ONLY, the maintainer builds it on the partitions\n` +
        `edited   ${file}  index ${UNIQUE} of public.${HOSTILE_TABLE}: ON ONLY, the maintainer builds it on the partitions\n` +
        `written  prisma/migrations/${wholeIndexes?.name}/migration.sql  indexes of partitions without rows\n\n` +
        'Read them, then apply them: `prisma migrate dev` here, `prisma migrate deploy` elsewhere.\n' +
        'An edited migration must not have been deployed anywhere yet.\n',
      stderr: '',
    })
    expect(others).toEqual([])
    expect(indexes?.sql.trim()).toBe(`-- CreateIndex
CREATE INDEX "AuditLog_at_idx" ON ONLY "AuditLog"("at" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "${UNIQUE}" ON ONLY "${HOSTILE_TABLE}"("projectId", "createdAt");`)
    expect(wholeIndexes?.sql).toContain(
      `DROP INDEX "public"."${UNIQUE}";\n    CREATE UNIQUE INDEX "${UNIQUE}" ON "public"."${HOSTILE_TABLE}"("projectId", "createdAt")\n    ;`,
    )
    if (scriptMode === 'whole') {
      expect(await project.partman(['migrate'])).toMatchObject({ stdout: expect.stringContaining('Nothing to write') })
      expect(await project.partman(['check'])).toEqual({ exitCode: 0, stdout: 'Nothing found.\n', stderr: '' })
    }
    expect(await prisma('migrate', 'deploy')).toMatchObject({ exitCode: 0 })
    const names = ['AuditLog_at_idx', UNIQUE]
    expect(await validity(project)).toEqual(names.map((name) => ({ name, valid: false })))
    await inSync()

    if (scriptMode === 'whole') {
      const check = await project.partman(['check'])
      expect(check).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('(INDEX_BUILDING)') })
      const plan = await project.partman(['plan'])
      expect(plan).toMatchObject({
        exitCode: 2,
        stdout: expect.stringMatching(
          /\n {2}\+ index AuditLog_p\d{6}_AuditLog_at_idx_idx {2}on partman_partitions\.AuditLog_p\d{6} {2}it has no part of the index AuditLog_at_idx yet; SHARE UPDATE EXCLUSIVE on .*\n/,
        ),
      })
      expect(plan.stdout).toMatch(/ to create, 0 to detach, 0 to drop, \d+ indexes to build\.\n$/)
      expect(await project.partman(['simulate', '--until', new Date(Date.now() + 3_600_000).toISOString()])).toMatchObject({
        exitCode: 0,
        stdout: expect.stringContaining('+ index AuditLog_p'),
      })
    }
    expect(await project.partman(['maintain'])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/\+ index on partman_partitions\..*\n\d+ done\.\n$/s),
    })
    expect(await validity(project)).toEqual(names.map((name) => ({ name, valid: true })))
    expect(await project.partman(['check'])).toEqual({ exitCode: 0, stdout: 'Nothing found.\n', stderr: '' })

    // A database that is set up anew has no rows, and needs no maintainer.
    expect(await prisma('migrate', 'reset', '--force')).toMatchObject({ exitCode: 0 })
    expect(await validity(project)).toEqual(names.map((name) => ({ name, valid: true })))
    await inSync()
  })
})

test('an index that would be built on all partitions at once is found, and where its migration must not be changed only told of', async () => {
  const project = await indexedProject(SCHEMA.replace('@@id([id, at])', '@@id([id, at])\n  @@index([at(sort: Desc)])'))
  expect(await project.prisma(['migrate', 'dev', '--create-only', '--name', 'indexes'])).toMatchObject({ exitCode: 0 })
  const indexes = (await project.migrations()).at(-1)!
  const found = await project.partman(['check'])
  expect(found).toMatchObject({
    exitCode: 2,
    stdout: expect.stringContaining(
      `warning ${indexes.name}/migration.sql:2:1 builds the index AuditLog_at_idx on all partitions of public.AuditLog at once, and no row is written meanwhile (PENDING_INDEX)\n` +
        '  Run `partman migrate` before it is deployed: then the maintainer builds it, one partition after another.\n',
    ),
  })
  await project.write('prisma/migrations/20990101000000_newer/migration.sql', 'SELECT 1;')
  const left = await project.partman(['migrate'])
  expect(left).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining(
      `left     prisma/migrations/${indexes.name}/migration.sql:2:1  index AuditLog_at_idx of public.AuditLog is built on all partitions at once, and no row is written meanwhile\n`,
    ),
  })
  expect((await project.migrations()).find(({ name }) => name === indexes.name)).toEqual(indexes)
})
