import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { renderBookkeeping } from '@partman/core'
import { testDatabase } from '@partman/testing/vitest'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parse } from 'yaml'
import { buildProgram } from '../packages/cli/src/program.js'
import { blocks, ROOT, readPage } from './fixtures/read-page.js'

const PAGE = await readPage('docs/running.md')
const [CRONTAB = ''] = blocks(PAGE, 'crontab')
const [CRON_JOB = ''] = blocks(PAGE, 'yaml')

const DOCUMENT = { version: 1, schemaHash: 'docs', partitionSchema: 'partman_partitions', tenantSets: [], tables: [] }

let folder: string
/** Where an application is deployed: the document, and nothing of Prisma. */
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'partman cron ')))
  await writeFile(join(folder, 'partman.json'), JSON.stringify(DOCUMENT))
  // In the place of npx, which may look for another release in the registry.
  await mkdir(join(folder, 'bin'))
  await writeFile(
    join(folder, 'bin/npx'),
    `#!/bin/sh\nshift\nexec "${process.execPath}" "${join(ROOT, 'packages/cli/bin/partman.js')}" "$@"\n`,
    {
      mode: 0o755,
    },
  )
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** What cron does with the line: five fields, and the rest goes to a shell; `%` would end it. */
function commandOf(line: string): string {
  const [, schedule = '', command = ''] = /^((?:\S+ ){5})(.*)$/m.exec(line) ?? []
  expect(schedule).toBe('*/5 * * * * ')
  expect(command).not.toContain('%')
  return command
}

it('the crontab line prints nothing while all is well, nor where another one is at work, and prints and fails where a run fails', async () => {
  const database = await testDatabase()
  await database.query(renderBookkeeping())
  const command = commandOf(CRONTAB)
    .replace('/srv/app', `'${folder}'`)
    .replaceAll('/tmp/partman.log', `'${join(folder, 'partman.log')}'`)
  const cron = (url: string) => {
    const env = {
      ...process.env,
      PATH: `${join(folder, 'bin')}${delimiter}${process.env['PATH']}`,
      PARTMAN_DATABASE_URL: url,
      NO_COLOR: '1',
    }
    const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', command], { encoding: 'utf8', env })
    return { status, printed: stdout + stderr }
  }
  expect(cron(database.url)).toEqual({ status: 0, printed: '' })
  await database.query(`UPDATE partman.lease SET holder = 'another', token = token + 1, expires_at = now() + interval '1 minute'`)
  expect(cron(database.url)).toEqual({ status: 0, printed: '' })
  await database.query('DROP SCHEMA partman CASCADE')
  expect(cron(database.url).printed).toContain('The database has no partman bookkeeping yet')
})

it('the CronJob runs a command that there is, as often as Kubernetes lets it', async () => {
  const { apiVersion, kind, spec } = parse(CRON_JOB)
  expect([apiVersion, kind, spec.schedule, spec.concurrencyPolicy]).toEqual(['batch/v1', 'CronJob', '*/5 * * * *', 'Forbid'])
  const { restartPolicy, containers } = spec.jobTemplate.spec.template.spec
  expect(restartPolicy).toBe('Never')
  const [{ command, env }] = containers
  const [npx, partman, ...args] = command as string[]
  expect([npx, partman]).toEqual(['npx', 'partman'])
  const ran: object[] = []
  const program = buildProgram(
    () =>
      async function (this) {
        ran.push(this.optsWithGlobals())
      },
  )
  await program.parseAsync(args, { from: 'user' })
  expect(ran).toEqual([{ document: 'partman.json', budget: '4m' }])
  // A run ends before the next one comes, and before its pod is taken away.
  expect(spec.jobTemplate.spec.activeDeadlineSeconds).toBeGreaterThan(240)
  expect(env).toMatchObject([{ name: 'PARTMAN_DATABASE_URL' }])
})

it('the query that tells whether anything runs is one, and so is the schedule of Vercel', async () => {
  const database = await testDatabase()
  await database.query(renderBookkeeping())
  await database.query(`INSERT INTO partman.lease VALUES ('partman', 'somebody', 1, now(), now() - interval '2 hours')`)
  const [query = ''] = blocks(PAGE, 'sql')
  expect((await database.query(query)).rows).toMatchObject([{ is_late: true }])
  const [vercel = ''] = blocks(PAGE, 'json')
  expect(JSON.parse(vercel)).toEqual({ crons: [{ path: '/api/partman', schedule: '*/5 * * * *' }] })
})
