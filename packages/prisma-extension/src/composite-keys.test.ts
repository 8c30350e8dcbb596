import { expect, it } from 'vitest'
import { useApplication } from './fixtures/application.js'

const application = useApplication()
const NOW = new Date()
const MINUTE_AGO = new Date(NOW.getTime() - 60_000)

it('an upsert that never finds the row that it inserts is refused, with nothing written', async () => {
  const { prisma, database } = await application.start()
  await prisma.$partman().ensureTenant('acme', { tenants: 'Project' })
  await database.query(`INSERT INTO "Project" VALUES ('acme', 'acme')`)
  const byId = { id_createdAt: { id: 'x', createdAt: MINUTE_AGO } }
  const refused = (how: string) => ({
    code: 'UPSERT_KEY_DIFFERENT',
    message: `AuditLog.upsert looks for id with one createdAt, and its create ${how}: it would not find the row that it inserts, and insert another one each time`,
    hint: expect.stringMatching(/^Pass the same createdAt in where and create\. .* look for the row first with findFirst\.$/),
  })
  await expect(prisma.auditLog.upsert({ where: byId, create: { id: 'x' }, update: {} })).rejects.toMatchObject(
    refused('leaves createdAt to a default'),
  )
  await expect(prisma.auditLog.upsert({ where: byId, create: { id: 'x', createdAt: NOW }, update: {} })).rejects.toMatchObject(
    refused('has another createdAt'),
  )
  const event = { id_projectId_createdAt: { id: 'x', projectId: 'globex', createdAt: NOW } }
  const inTransaction = prisma.$transaction((tx) =>
    tx.event.upsert({ where: event, create: { id: 'x', projectId: 'acme', createdAt: NOW }, update: {} }),
  )
  await expect(inTransaction).rejects.toMatchObject({
    code: 'UPSERT_KEY_DIFFERENT',
    message: expect.stringMatching(/^Event\.upsert looks for id with one projectId, and its create has another projectId: /),
  })
  expect([await prisma.auditLog.count(), await prisma.event.count()]).toEqual([0, 0])
})

it('an upsert that finds its row goes on, however the key is written, and so does one of a row that has no identity yet', async () => {
  const { prisma, database } = await application.start()
  await database.query(`INSERT INTO "Project" VALUES ('acme', 'acme')`)
  await prisma.$partman().ensureTenant('acme', { tenants: 'Project' })
  const event = { id_projectId_createdAt: { id: 'x', projectId: 'acme', createdAt: NOW.toISOString() } }
  for (const create of [
    { id: 'x', projectId: 'acme', createdAt: NOW },
    { id: 'x', createdAt: NOW, project: { connect: { id: 'acme' } } },
  ]) {
    await prisma.event.upsert({ where: event, create, update: { body: 'found' } })
  }
  expect(await prisma.event.findMany({ where: { projectId: 'acme' } })).toMatchObject([{ id: 'x', body: 'found' }])
  const unknown = { id_createdAt: { id: '', createdAt: new Date(0) } }
  await prisma.auditLog.upsert({ where: unknown, create: {}, update: {} })
  expect(await prisma.auditLog.count()).toBe(1)
})

it('the key of a plain table says what is missing, and the error of Prisma is its cause', async () => {
  const { prisma } = await application.start()
  const failures: [string, Promise<unknown>, string][] = [
    ['findUnique', prisma.auditLog.findUnique({ where: { id: 'x' } }), 'findFirst'],
    ['findUniqueOrThrow', prisma.auditLog.findUniqueOrThrow({ where: { id: 'x' } }), 'findFirstOrThrow'],
    ['update', prisma.auditLog.update({ where: { id: 'x' }, data: {} }), 'updateMany'],
    ['delete', prisma.auditLog.delete({ where: { id: 'x' } }), 'deleteMany'],
    ['upsert', prisma.auditLog.upsert({ where: { id: 'x' }, create: { id: 'x' }, update: {} }), 'findFirst, then create or update'],
  ]
  for (const [operation, failure, instead] of failures) {
    await expect(failure).rejects.toMatchObject({
      code: 'UNIQUE_KEY_MISSING',
      message: `AuditLog.${operation} by id alone: AuditLog is partitioned by createdAt, and PostgreSQL keeps nothing unique across partitions, so its unique keys hold them too`,
      hint: `Name a whole key in where: \`id_createdAt\`. Where createdAt cannot be known: ${instead}, with what is known.`,
      cause: { name: 'PrismaClientValidationError' },
    })
  }
  await expect(prisma.event.findUnique({ where: { id: 'x', projectId: 'acme' } })).rejects.toMatchObject({
    message: expect.stringMatching(/^Event\.findUnique by id, projectId alone: Event is partitioned by projectId, createdAt, /),
    hint: 'Name a whole key in where: `id_projectId_createdAt`. Where createdAt cannot be known: findFirst, with what is known.',
  })
  // What has nothing to do with keys passes as it is.
  await expect(prisma.auditLog.findUnique({ where: {} })).rejects.toMatchObject({ name: 'PrismaClientValidationError' })
  const twice = { id: 'y', createdAt: NOW }
  await prisma.auditLog.create({ data: twice })
  await expect(prisma.auditLog.create({ data: twice })).rejects.toMatchObject({ name: 'PrismaClientKnownRequestError', code: 'P2002' })
})
