import { expect, test } from 'vitest'
import { useApplication } from './fixtures/application.js'
import { tenantsFound } from './fixtures/tenants-found.js'

const application = useApplication()
const PROJECTS = { tenants: 'Project' }

test('a tenant that is removed takes no sign-up and no row any more, until it is restored with all that it had', async () => {
  const { prisma, database } = await application.start()
  for (const id of ['acme', 'globex']) await prisma.project.create({ data: { id, slug: id } })
  const event = { id: 'e1', projectId: 'acme' }
  await prisma.event.create({ data: event })
  const removed = await prisma.$partman().removeTenant('acme', { reason: 'has left' }, PROJECTS)
  expect(removed.going.map(({ table }) => table.name).sort()).toEqual(['Attempt', 'Event'])
  expect(await prisma.$partman().tenants(PROJECTS)).toEqual(['globex'])
  expect(await prisma.$partman().importTenants(PROJECTS)).toEqual([])
  await prisma.$partman().maintain()
  expect(await tenantsFound(database, '"Event"')).toEqual([expect.stringContaining('globex')])

  const gone = { code: 'TENANT_REMOVED', message: expect.stringContaining('The tenant "acme" of Project was removed at ') }
  await expect(prisma.$partman().ensureTenant('acme', PROJECTS)).rejects.toMatchObject(gone)
  expect(await prisma.$partman().registerTenants(['acme', 'new'], PROJECTS)).toEqual([
    { tenant: 'acme', outcome: 'failed', error: expect.objectContaining(gone) },
    { tenant: 'new', outcome: 'created' },
  ])
  await expect(prisma.project.upsert({ where: { id: 'other' }, create: { id: 'acme', slug: 'acme' }, update: {} })).rejects.toMatchObject(
    gone,
  )
  await expect(prisma.event.create({ data: { ...event, id: 'e2' } })).rejects.toMatchObject({
    code: 'PARTITION_MISSING',
    message: expect.stringContaining('the tenant was removed'),
  })

  const back = prisma.$transaction((tx) => tx.$partman().restoreTenant('acme', { reason: 'no' }, PROJECTS))
  await expect(back).rejects.toMatchObject({ code: 'TRANSACTION_OPEN' })
  const restored = await prisma.$partman().restoreTenant('acme', { reason: 'has come back', by: 'the support' }, PROJECTS)
  expect([restored.wasRemoved, restored.attached.map(({ table }) => table.name).sort()]).toEqual([true, ['Attempt', 'Event']])
  expect(await prisma.event.findMany({ where: { projectId: 'acme' }, select: { id: true } })).toEqual([{ id: 'e1' }])
  await prisma.event.create({ data: { ...event, id: 'e2' } })
  const { rows } = await database.query(`SELECT actor, act, reason FROM partman.audit WHERE act LIKE '%-tenant' ORDER BY id`)
  expect(rows).toEqual([
    { actor: 'the application', act: 'remove-tenant', reason: 'has left' },
    { actor: 'the support', act: 'restore-tenant', reason: 'has come back' },
  ])
})

test('a removal in a transaction that is rolled back was none', async () => {
  const { prisma } = await application.start()
  await prisma.project.create({ data: { id: 'acme', slug: 'acme' } })
  const failed = prisma.$transaction(async (tx) => {
    await tx.$partman().removeTenant('acme', { reason: 'no' }, PROJECTS)
    throw new Error('rolled back')
  })
  await expect(failed).rejects.toThrow('rolled back')
  expect(await prisma.$partman().tenants(PROJECTS)).toEqual(['acme'])
})
