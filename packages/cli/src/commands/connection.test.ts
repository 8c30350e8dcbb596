import { join } from 'node:path'
import { beforeAll, expect, test, vi } from 'vitest'
import type { CliProject } from '../fixtures/cli-project.js'
import { createGeneratedProject } from '../fixtures/deployed-project.js'

// Each run of the command line is a process of its own, and slow on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

let project: CliProject

beforeAll(async () => {
  project = await createGeneratedProject()
  return project.remove
})

const withPassword = (url: string) => {
  const secret = new URL(url)
  secret.password = 'pä55wörd'
  return secret.href
}

test('--url comes first, then PARTMAN_DATABASE_URL, then the Prisma configuration', async () => {
  const nowhere = 'postgresql://nobody:hunter22@127.0.0.1:1/nowhere'
  const failed = { exitCode: 1, stdout: '', stderr: 'error: connect ECONNREFUSED 127.0.0.1:1 (ECONNREFUSED)\n' }
  expect(await project.partmanProcess(['status'])).toMatchObject({ exitCode: 0 })
  expect(await project.partmanProcess(['status'], { PARTMAN_DATABASE_URL: nowhere })).toEqual(failed)
  expect(await project.partmanProcess(['status', '--url', project.url], { PARTMAN_DATABASE_URL: nowhere })).toMatchObject({ exitCode: 0 })
  expect(await project.partmanProcess(['status', '--url', nowhere])).toEqual(failed)
})

test("Prisma's own url parameters do not reach the server", async () => {
  const url = `${project.url}?schema=public&connection_limit=5&pgbouncer=true&pool_timeout=3&sslmode=disable`
  expect(await project.partmanProcess(['status', '--url', url])).toMatchObject({ exitCode: 0, stderr: '' })
})

test('a password never shows, not even with --debug', async () => {
  const url = withPassword(project.url)
  for (const flags of [[], ['--debug'], ['--json', '--debug']]) {
    const { exitCode, stdout, stderr } = await project.partmanProcess(['status', '--url', url, ...flags])
    expect(exitCode).toBe(1)
    expect(stdout + stderr).toContain('28P01')
    expect(stdout + stderr).not.toMatch(/pä55|p%C3%A4/)
  }
  expect(await project.partmanProcess(['status', '--url', 'mysql://root:hunter22@localhost/x'])).toEqual({
    exitCode: 1,
    stdout: '',
    stderr:
      'error: Not a PostgreSQL connection url: mysql://root:***@localhost/x\n' +
      'Write it as postgresql://user:password@host:5432/database, with special characters in the password percent-encoded.\n',
  })
})

test('a document alone is enough where there is no schema and no configuration', async () => {
  const document = join(project.path, 'generated/partman/partman.json')
  const child = await project.partmanProcess(['plan', '--url', project.url, '--document', document, '--config', 'there-is-none.ts'])
  expect(child).toMatchObject({ exitCode: 2, stderr: '' })
  expect(await project.partmanProcess(['plan', '--document', 'nowhere.json'])).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: 'error: There is no partman document at nowhere.json\nRun `prisma generate`, or pass its path with `--document`.\n',
  })
})

test('a configuration that cannot be loaded is one message', async () => {
  await project.write(
    'broken.config.ts',
    'import { env } from "prisma/config"\nexport default { datasource: { url: env("NO_SUCH_VARIABLE") } }\n',
  )
  expect(await project.partmanProcess(['plan', '--config', 'broken.config.ts'])).toMatchObject({
    exitCode: 1,
    stdout: '',
    stderr: expect.stringMatching(/^error: broken\.config\.ts cannot be loaded: .*NO_SUCH_VARIABLE.*\n.*\.\n$/s),
  })
  expect(await project.partmanProcess(['plan', '--config', 'none.config.ts'])).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: 'error: There is no Prisma configuration at none.config.ts\nPass its path with `--config`.\n',
  })
})

test('prisma7.config.ts is preferred, and its migrations folder is where migrations go', async () => {
  await project.write(
    'prisma7.config.ts',
    `export default { schema: 'prisma/schema', migrations: { path: 'db/changes' }, datasource: { url: ${JSON.stringify(project.url)} } }\n`,
  )
  await project.write('db/changes/20260101000000_init/migration.sql', 'CREATE TABLE "AuditLog" (id bigint, at timestamptz);')
  expect(await project.partmanProcess(['migrate'])).toMatchObject({ exitCode: 3, stderr: expect.not.stringContaining('AuditLog') })
})

test('what is mistyped is an error with a suggestion', async () => {
  expect(await project.partmanProcess(['plan', '--jsn'])).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: "error: unknown option '--jsn'\n(Did you mean --json?)\nSee `partman --help`.\n",
  })
  const { exitCode, stdout } = await project.partmanProcess(['maintain', '--every', '5', '--json'])
  expect({ exitCode, result: JSON.parse(stdout) }).toEqual({
    exitCode: 1,
    result: {
      version: 1,
      error: {
        code: 'DURATION_INVALID',
        message: '"5" is not how often to run',
        hint: 'Write a number of seconds, minutes or hours, at most a day: 30s, 1m, 1h.',
      },
    },
  })
  expect(await project.partmanProcess([])).toMatchObject({ exitCode: 1, stdout: '', stderr: expect.stringContaining('Usage: partman') })
})
