import { beforeAll, expect, test, vi } from 'vitest'
import { type CliProject, HOSTILE_TABLE } from '../fixtures/cli-project.js'
import { createDeployedProject } from '../fixtures/deployed-project.js'

// The first of the run makes the project by the Prisma CLI, which is slow on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

let project: CliProject
const TENANT = `O'Neil"; DROP TABLE partman.hold; --`
const REASON = `"suit" of Müller'; DELETE FROM partman.hold; --`

beforeAll(async () => {
  project = await createDeployedProject()
  await project.partman(['tenants', 'add', TENANT, 'acme'])
  // Taken over with an old year in it.
  await project.database.query(
    `CREATE TABLE partman_partitions.old PARTITION OF "AuditLog" FOR VALUES FROM ('2020-01-01Z') TO ('2021-01-01Z')`,
  )
  await project.partman(['approve', 'AuditLog'])
  return project.remove
})

const add = (...args: string[]) => project.partman(['hold', 'add', ...args])

test('a hold says what it is on, and is recorded with who and why', async () => {
  const { exitCode, stdout, stderr } = await add('Event', '--reason', REASON, '--tenant', TENANT, '--until', '2999-01-01')
  expect([exitCode, stderr]).toEqual([0, ''])
  expect(stdout).toBe(
    `Hold 1 on public.${HOSTILE_TABLE}, tenant ${JSON.stringify(TENANT)}, until 2999-01-01T00:00:00.000Z: ${REASON}\nIt is on 4 partitions: 4 attached, 0 detached.\n`,
  )
  const { rows } = await project.database.query(
    `SELECT actor LIKE '%@%' AS who, act, subject, reason FROM partman.audit WHERE act = 'hold'`,
  )
  expect(rows).toEqual([{ who: true, act: 'hold', subject: 'hold 1', reason: REASON }])
})

test('a hold on nothing yet is added with a warning', async () => {
  const { exitCode, stdout, stderr } = await add('AuditLog', '--reason', 'later', '--from', '2990-01-01', '--json')
  expect([exitCode, JSON.parse(stdout)]).toMatchObject([
    0,
    {
      version: 1,
      hold: { id: '2', tenant: null, lower: '2990-01-01T00:00:00.000Z', upper: null, reason: 'later', until: null, state: 'in-force' },
      model: 'AuditLog',
      attached: 0,
      retiring: [],
      detached: [],
    },
  ])
  expect(stderr).toContain('warning: there is no partition that it is on')
})

test.each([
  [['Nobody', '--reason', 'x'], 'Nobody is not a partitioned model'],
  [['AuditLog', '--reason', 'x', '--tenant', 'acme'], 'AuditLog has no partitions by tenant'],
  [['AuditLog', '--reason', ' '], 'A hold has a reason'],
  [['AuditLog'], `required option '--reason <text>' not specified`],
  [['AuditLog', '--reason', 'x', '--from', '2026-03-01', '--to', '2026-03-01'], 'is on nothing'],
  [['AuditLog', '--reason', 'x', '--from', 'yesterday'], '"yesterday" is no place among the values of at'],
  [['AuditLog', '--reason', 'x', '--to', '2026-02-30'], '"2026-02-30" is no place among the values of at'],
  [['AuditLog', '--reason', 'x', '--until', '2020-01-01'], '"2020-01-01" is not in the future'],
  [['AuditLog', '--reason', 'x', '--until', 'never'], '"never" is not an instant'],
  [['Event', '--reason', 'x', '--tenant', ''], 'Tenant key "" is empty'],
])('%j is refused', async (args, message) => {
  expect(await add(...args)).toMatchObject({ exitCode: 1, stdout: '', stderr: expect.stringContaining(message) })
})

test('what is held stays, whatever was approved of, and is told of; released, it goes', async () => {
  await add('AuditLog', '--reason', 'inquiry', '--to', '2020-02-01')
  const attached = async () =>
    (await project.database.query(`SELECT relispartition AS attached FROM pg_class WHERE oid = 'partman_partitions.old'::regclass`))
      .rows[0]?.['attached']
  expect((await project.partman(['maintain'])).exitCode).toBe(0)
  const plan = await project.partman(['plan'])
  expect(plan.stdout).toContain('1 partition of public.AuditLog would go, but for hold 3 (inquiry) (HOLD_KEEPS)')
  expect([plan.exitCode, await attached()]).toEqual([0, true])
  const simulated = await project.partman(['simulate', '--until', new Date(Date.now() + 40 * 86_400_000).toISOString(), '--json'])
  expect(JSON.parse(simulated.stdout).findings).toMatchObject([{ code: 'HOLD_KEEPS' }])

  const status = JSON.parse((await project.partman(['status', '--json'])).stdout)
  expect(status.tables.map(({ holds }: { holds: number }) => holds).sort()).toEqual([1, 2])
  expect((await project.partman(['status'])).stdout).toMatch(/retired +holds +to do\n/)

  const release = await project.partman(['hold', 'release', '3', '--reason', 'settled', '--json'])
  expect([release.exitCode, JSON.parse(release.stdout)]).toMatchObject([0, { hold: { id: '3', state: 'released', reason: 'inquiry' } }])
  expect(await project.partman(['hold', 'release', '3'])).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/Hold 3 was released at .* by /),
  })
  expect(await project.partman(['hold', 'release', `3'; --`])).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('There is no hold'),
  })
  expect((await project.partman(['maintain'])).exitCode).toBe(0)
  expect(await attached()).toBe(false)
})

test('a hold on what stands detached names it', async () => {
  const { stdout } = await add('AuditLog', '--reason', 'too late', '--from', '2020-06-01', '--to', '2020-07-01')
  expect(stdout).toContain('It is on 1 partition: 0 attached, 1 detached.')
  expect(stdout).toContain('Detached before, and kept as it is, with its rows: partman_partitions.old')
})

test('the list shows holds in force, and all with --all', async () => {
  const { stdout } = await project.partman(['hold', 'list'])
  expect(stdout.split('\n').map((line) => line.slice(0, 3).trim())).toEqual(['id', '1', '2', '4', ''])
  expect(stdout).toContain(REASON)
  const all = await project.partman(['hold', 'list', '--all', '--json'])
  expect(JSON.parse(all.stdout).holds.map(({ id, state }: { id: string; state: string }) => [id, state])).toEqual([
    ['1', 'in-force'],
    ['2', 'in-force'],
    ['3', 'released'],
    ['4', 'in-force'],
  ])
  expect((await project.partman(['hold', 'list', '--all'])).stdout).toContain('released by ')
})
