import { expect, test } from 'vitest'
import { createCliProject } from '../fixtures/cli-project.js'

test('explore', async () => {
  const project = await createCliProject()
  const show = (r: unknown) => console.log(r)
  show(await project.prisma(['generate']))
  show(await project.partman(['migrate', 'dev', '--name', 'Init It']))
  show((await project.migrations()).map(m => m.name + '\n' + m.sql.slice(0, 1500)))
  show(await project.partman(['migrate', '--name', 'again', '--json']))
  show(await project.partman(['check']))
  show(await project.prisma(['migrate', 'deploy']))
  show(await project.partman(['migrate', '--name', 'again']))
  show(await project.partman(['migrate', 'dev', '--name', 'again']))
  show(await project.partman(['check']))
  show(await project.partman(['plan']))
  show(await project.partman(['tenants', 'add', 'acme', "o'x; DROP", 'ACME']))
  show(await project.partman(['tenants', 'list']))
  show(await project.partman(['status']))
  show(await project.partman(['maintain']))
  show(await project.partman(['maintain', '--json']))
  expect(1).toBe(1)
})
