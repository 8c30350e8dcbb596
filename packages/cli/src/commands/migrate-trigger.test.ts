import { beforeAll, expect, test, vi } from 'vitest'
import { type CliProject, createCliProject, HOSTILE_TABLE, SCHEMA } from '../fixtures/cli-project.js'

// A run of the Prisma CLI takes seconds, more on a busy machine.
vi.setConfig({ testTimeout: 480_000 })

const WITHOUT_RELATION = SCHEMA.replace('  events Event[]\n', '').replace(/ +project +Project.*\n/, '')
const TRIGGERED = WITHOUT_RELATION.replace('@partman.tenants(key: id)', '@partman.tenants(key: id, trigger: true)')

let project: CliProject

beforeAll(async () => {
  project = await createCliProject(SCHEMA)
  return project.remove
})

const generate = async (schema: string) => {
  await project.write('prisma/schema/schema.prisma', schema)
  expect(await project.prisma(['generate'])).toMatchObject({ exitCode: 0 })
}
const triggers = async () =>
  (
    await project.database.query(`SELECT tgname FROM pg_trigger WHERE tgrelid = '"Project"'::regclass AND NOT tgisinternal ORDER BY 1`)
  ).rows.map(({ tgname }) => tgname)
const bounds = async () =>
  (
    await project.database.query(
      `SELECT pg_get_expr(relpartbound, c.oid) AS bound FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid WHERE inhparent = $1::regclass ORDER BY 1`,
      [`"${HOSTILE_TABLE}"`],
    )
  ).rows.map(({ bound }) => bound)

test('a trigger comes with a migration once it is asked for, follows the annotation, and goes with one', async () => {
  await generate(SCHEMA)
  await project.partman(['migrate', 'dev', '--name', 'init'])
  expect(await project.prisma(['migrate', 'deploy'])).toMatchObject({ exitCode: 0 })
  expect(await triggers()).toEqual([])
  expect((await project.migrations()).filter(({ sql }) => sql.includes('make_tenants'))).toEqual([])

  // The relation goes in the same step: its constraint is dropped by the migration before that of the trigger.
  await generate(TRIGGERED)
  expect(await project.partman(['check'])).toMatchObject({ exitCode: 3, stdout: expect.stringContaining('(TENANT_TRIGGER_REFUSED)') })
  expect(await project.partman(['migrate'])).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining(
      `prisma/schema/schema.prisma:16:5 Project: a trigger of public.Project would deadlock: the foreign key ${HOSTILE_TABLE}_projectId_fkey of public.${HOSTILE_TABLE} refers to it`,
    ),
  })
  const { exitCode, stdout } = await project.partman(['migrate', 'dev', '--name', 'trigger', '--json'])
  expect({ exitCode, written: JSON.parse(stdout).written }).toMatchObject({
    exitCode: 0,
    written: {
      bookkeeping: false,
      firstPartitions: [],
      triggers: [{ kind: 'create-trigger', tenants: 'Project', table: { schema: 'public', name: 'Project' } }],
    },
  })
  expect(await project.partman(['migrate'])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Nothing to write') })
  expect(await project.prisma(['migrate', 'deploy'], { scriptMode: 'statements' })).toMatchObject({ exitCode: 0 })
  expect(await triggers()).toEqual([expect.stringMatching(/^partman_lock_tenant_/), expect.stringMatching(/^partman_make_tenants_/)])
  expect(await project.partman(['migrate'])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Nothing to write') })
  expect(await project.partman(['check'])).toMatchObject({ exitCode: 0, stdout: 'Nothing found.\n' })
  // Prisma neither sees the trigger nor misses it: it wants no reset, and writes no migration.
  const before = await project.migrations()
  expect(await project.prisma(['migrate', 'dev', '--name', 'nothing'])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('Already in sync'),
  })
  expect(await project.migrations()).toEqual(before)
  await project.database.query(`INSERT INTO "Project" (id) VALUES ('it''s')`)
  expect(await bounds()).toEqual([`FOR VALUES IN ('it''s')`])

  await generate(TRIGGERED.replace('premake: 3', 'premake: 5'))
  expect(await project.partman(['check'])).toMatchObject({
    exitCode: 2,
    stdout: expect.stringContaining('makes other partitions than are declared (TENANT_TRIGGER_DIFFERENT)'),
  })
  expect(await project.partman(['migrate', '--name', 'premake'])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/written {2}.*_premake\/migration.sql {2}trigger of public.Project\n/),
  })
  // What a reset leaves of the function is taken over when the migrations run again.
  expect(await project.prisma(['migrate', 'reset', '--force'])).toMatchObject({ exitCode: 0 })
  expect(await triggers()).toEqual([expect.stringMatching(/^partman_lock_tenant_/), expect.stringMatching(/^partman_make_tenants_/)])
  await project.database.query(`INSERT INTO "Project" (id) VALUES ('anew')`)
  await project.database.query(
    `INSERT INTO "${HOSTILE_TABLE}" (id, "projectId", "createdAt") VALUES ('1', 'anew', now() + interval '5 days')`,
  )
  expect(await bounds()).toEqual([`FOR VALUES IN ('anew')`])

  await generate(WITHOUT_RELATION)
  expect(await project.partman(['check'])).toMatchObject({
    exitCode: 2,
    stdout: expect.stringContaining('The trigger of the tenants of Project is there, and asked for no more (TENANT_TRIGGER_DIFFERENT)'),
  })
  expect(await project.partman(['migrate', '--name', 'without'])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('no trigger any more for Project'),
  })
  expect(await project.prisma(['migrate', 'deploy'])).toMatchObject({ exitCode: 0 })
  expect(await triggers()).toEqual([])
  expect(await project.partman(['migrate'])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Nothing to write') })
})
