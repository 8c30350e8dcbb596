import { beforeAll, expect, test } from 'vitest'
import type { CliProject } from '../fixtures/cli-project.js'
import { createDeployedProject } from '../fixtures/deployed-project.js'

let project: CliProject
const TENANT = `O'Neil"; DROP TABLE partman.tenant; --`

beforeAll(async () => {
  project = await createDeployedProject()
  await project.partman(['tenants', 'add', TENANT, 'acme'])
  return project.remove
})

test('a tenant is removed with who and why, loses its partitions in the next run, and others keep theirs', async () => {
  const { exitCode, stdout, stderr } = await project.partman(['tenants', 'remove', TENANT, '--reason', 'has left'])
  expect([exitCode, stderr]).toEqual([0, ''])
  expect(stdout).toContain(`The tenant ${TENANT} is removed: the next run of the maintainer detaches `)
  const { rows } = await project.database.query(
    `SELECT actor LIKE '%@%' AS who, details->>'key' AS key, reason FROM partman.audit WHERE act = 'remove-tenant'`,
  )
  expect(rows).toEqual([{ who: true, key: TENANT, reason: 'has left' }])
  expect(await project.partman(['maintain'])).toMatchObject({ exitCode: 0 })
  const list = JSON.parse((await project.partman(['tenants', 'list', '--json'])).stdout) as { sets: { tenants: { key: string }[] }[] }
  expect(list.sets.flatMap(({ tenants }) => tenants.map(({ key }) => key))).toEqual(['acme'])
  const { rows: detached } = await project.database.query(`SELECT count(*)::int > 0 AS some FROM partman.audit WHERE act = 'detach'`)
  expect(detached).toEqual([{ some: true }])
})

test('a tenant that was removed is refused, and comes back with what is detached of it', async () => {
  const refused = await project.partman(['tenants', 'add', TENANT])
  expect([refused.exitCode, refused.stdout]).toEqual([1, expect.stringContaining(`was removed at `)])
  const list = await project.partman(['tenants', 'list'])
  expect(list.stdout).toContain('removed at ')
  const { exitCode, stdout } = await project.partman(['tenants', 'restore', TENANT, '--reason', 'a mistake'])
  expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^attached {2}.*The tenant .* is back\.\n$/s)])
  const { rows } = await project.database.query(`SELECT reason FROM partman.audit WHERE act = 'restore-tenant'`)
  expect(rows).toEqual([{ reason: 'a mistake' }])
  expect(await project.partman(['plan'])).toMatchObject({ exitCode: 0 })
})

test('nobody is removed without a reason, nor whom nobody knows', async () => {
  expect(await project.partman(['tenants', 'remove', 'acme'])).toMatchObject({ exitCode: 1 })
  const { exitCode, stderr } = await project.partman(['tenants', 'remove', 'nobody', '--reason', 'x'])
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining('There is no tenant "nobody" of ')])
})
