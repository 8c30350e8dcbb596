import { beforeAll, expect, test, vi } from 'vitest'
import { type CliProject, HOSTILE_TABLE } from '../fixtures/cli-project.js'
import { createGeneratedProject } from '../fixtures/deployed-project.js'

// Each run of the command line is a process of its own, and slow on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

let project: CliProject

beforeAll(async () => {
  project = await createGeneratedProject()
  return project.remove
})

const DAY = 86_400_000
const inDays = (days: number) => new Date(Date.now() + days * DAY).toISOString()

test('before there is a database, it tells what the annotations will do', async () => {
  const noDatabase = { DATABASE_URL: 'postgresql://127.0.0.1:1/none' }
  const until = inDays(60)
  const { exitCode, stdout, stderr } = await project.partmanProcess(
    ['simulate', '--until', until, '--empty', '--tenants', '2', '--json'],
    noDatabase,
  )
  expect([exitCode, stderr]).toEqual([0, ''])
  const { from, tables, runs, findings, lockCapacity } = JSON.parse(stdout)
  const days = Math.floor(Date.parse(until) / DAY) - Math.floor(Date.parse(from) / DAY)
  // So many days begin after the first one, with three made ahead; a day retires 31 days after its begin, and is dropped a day later.
  expect(tables).toMatchObject([
    {
      model: 'Event',
      created: 2 * (days + 1 + 3),
      detached: 2 * (days - 30),
      dropped: 2 * (days - 31),
      peak: 2 * 34,
      largestStep: 5,
      locks: 40,
    },
    { model: 'AuditLog', detached: 0, dropped: 0, largestStep: 1 },
  ])
  expect([findings, lockCapacity]).toEqual([[], 6400])
  expect(runs.at(-1).at.slice(0, 10)).toBe(until.slice(0, 10))

  const { stdout: text } = await project.partmanProcess(['simulate', '--until', inDays(32), '--empty'], noDatabase)
  expect(text).toContain(`public.${HOSTILE_TABLE}  - retire `)
  expect(text).toMatch(/its last row is older than 30 days/)
  expect(text).toMatch(/largest step takes about 40 of the server's 6400 locks\.\n$/)
})

test('with a database, it begins with what is there', async () => {
  await project.partman(['migrate', 'dev', '--name', 'init'])
  expect(await project.prisma(['migrate', 'deploy'])).toMatchObject({ exitCode: 0 })
  const { exitCode, stdout } = await project.partman(['simulate', '--until', inDays(1), '--json'])
  const { tables } = JSON.parse(stdout)
  expect([exitCode, tables[0].created, tables[1].peak]).toEqual([0, 0, 3])
})

test.each([
  ['yesterday', '"yesterday" is not an instant'],
  ['2020-01-01', '"2020-01-01" is not in the future'],
  ['2028-02-31T00:00', '"2028-02-31T00:00" is not an instant'],
])('until %s is refused', async (until, message) => {
  expect(await project.partman(['simulate', '--empty', '--until', until])).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining(message),
  })
})
