import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { useApplication } from '../fixtures/application.js'
import { follow, type TestClient } from './fixtures/attempt.js'
import { AT, eventKey, OTHER, OWN, otherTenantsRows, ROWS } from './fixtures/rows.js'
import { SCHEMA, TABLES } from './fixtures/schema.js'

const application = useApplication({ schema: SCHEMA, tables: TABLES })

async function start() {
  const { prisma, database } = await application.start()
  const unbound = prisma as unknown as TestClient
  await unbound.$partman().registerTenants([OWN, OTHER])
  await database.query(ROWS)
  return { database, unbound, bound: unbound.$partman().forTenant(OWN) }
}

const byId = { orderBy: { id: 'asc' } }
const id = { select: { id: true } }

test('values that are no plain objects mean what they mean, and a filter that says nothing filters nothing', async () => {
  const { bound } = await start()
  const elsewhere = runInNewContext(`new Date(${AT.getTime()})`) as Date
  expect(elsewhere).not.toBeInstanceOf(Date)
  const later = runInNewContext(`new Date(${AT.getTime() + 86_400_000})`) as Date
  expect(await bound.event.count({ where: { createdAt: { lte: elsewhere } } })).toBe(
    await bound.event.count({ where: { createdAt: { lte: AT } } }),
  )
  expect(await bound.event.count({ where: { createdAt: { gt: later } } })).toBe(0)
  expect(await bound.event.count({ where: { createdAt: later } })).toBe(0)
  expect(await bound.event.count({ where: { author: {} } })).toBe(3)
  expect(await bound.event.count({ where: { author: { email: undefined } } })).toBe(3)
  expect(await bound.event.findMany({ ...byId, ...id, omit: undefined })).toHaveLength(3)
})

test('reads find what is the own tenant’s, through every relation', async () => {
  const { bound } = await start()
  expect(await bound.event.findMany({ ...byId, ...id })).toEqual([{ id: 'e1' }, { id: 'e2' }, { id: 'e3' }])
  expect(await bound.event.count({ where: { OR: [{ size: 1 }, { author: { email: 'u3@example.com' } }] } })).toBe(2)
  expect(await bound.event.aggregate({ _sum: { size: true } })).toEqual({ _sum: { size: 6 } })
  expect(await bound.event.groupBy({ by: 'projectId', _count: true })).toEqual([{ projectId: OWN, _count: 3 }])
  expect(await bound.event.findMany({ cursor: eventKey('e2', OWN), ...byId, ...id })).toEqual([{ id: 'e2' }, { id: 'e3' }])
  expect(
    await bound.event.findUnique({ where: eventKey('e1', OWN), select: { project: { select: { name: true } }, attempts: id } }),
  ).toEqual({
    project: { name: 'Acme' },
    attempts: [{ id: 'a1' }],
  })
  expect(
    await bound.attempt.findFirst({
      select: { event: { select: { id: true, project: id } } },
      orderBy: { event: { project: { name: 'asc' } } },
    }),
  ).toEqual({ event: { id: 'e1', project: { id: OWN } } })
  expect(await bound.project.findMany({ select: { _count: true }, orderBy: { events: { _count: 'asc' } } })).toEqual([
    { _count: { events: 3, attempts: 2, forwarded: 1, handled: 1, memberships: 2, fans: 1, tags: 1 } },
  ])
  expect(
    await bound.user.findMany({
      ...byId,
      select: { events: { ...byId, ...id }, homeProject: id, ownedProject: id, _count: { select: { events: true } } },
    }),
  ).toEqual([
    { events: [{ id: 'e1' }, { id: 'e2' }], homeProject: null, ownedProject: { id: OWN }, _count: { events: 2 } },
    { events: [], homeProject: null, ownedProject: null, _count: { events: 0 } },
    { events: [{ id: 'e3' }], homeProject: { id: OWN }, ownedProject: null, _count: { events: 1 } },
  ])
})

test('a filter by relations counts rows of other tenants as none', async () => {
  const { bound } = await start()
  const users = async (where: object) => ((await bound.user.findMany({ where, ...byId })) as { id: string }[]).map((user) => user.id)
  expect(await users({ events: { some: {} } })).toEqual(['u1', 'u3'])
  expect(await users({ events: { none: {} } })).toEqual(['u2'])
  expect(await users({ events: { every: { size: { lt: 3 } } } })).toEqual(['u1', 'u2'])
  expect(await users({ events: { every: { size: { lt: 3 } }, none: { size: 1 } } })).toEqual(['u2'])
  expect(await users({ homeProject: null })).toEqual(['u1', 'u2'])
  expect(await users({ homeProject: { isNot: null } })).toEqual(['u3'])
  expect(await users({ homeProject: { is: null, isNot: { name: 'x' } } })).toEqual(['u1', 'u2'])
  expect(await users({ homeProject: { name: 'Acme' } })).toEqual(['u3'])
  expect(await users({ homeProject: { isNot: { name: 'Acme' } } })).toEqual(['u1', 'u2'])
  expect(await users({ NOT: { ownedProject: { is: { slug: 'acme-slug' } } } })).toEqual(['u2', 'u3'])
  expect(await users({ manager: { email: 'u1@example.com' } })).toEqual(['u2', 'u3'])
  expect(await users({ manager: null })).toEqual(['u1'])
})

test('new rows are the tenant’s, whichever way they are made', async () => {
  const { bound, unbound } = await start()
  await bound.event.create({ data: { id: 'n1' } })
  await bound.event.create({ data: { id: 'n2', projectId: OWN, attempts: { create: { id: 'na1', handlerId: OWN } } } })
  await bound.event.create({
    data: { id: 'n3', author: { connect: { id: 'u2' } }, attempts: { createMany: { data: [{ id: 'na2', handlerId: OWN }] } } },
  })
  await bound.event.create({ data: { id: 'n4', project: { connect: { id: OWN } }, bookmarks: { create: { userId: 'u2', id: 'nb1' } } } })
  await bound.event.create({ data: { id: 'n5', parent: { connect: eventKey('e1', OWN) } } })
  await bound.event.create({
    data: {
      id: 'n6',
      createdAt: AT,
      children: {
        create: [
          { id: 'n7', author: { connect: { id: 'u2' } } },
          { id: 'n8', author: { connect: { id: 'u3' } } },
        ],
      },
    },
  })
  await bound.event.create({ data: { id: 'n9', parent: { create: { id: 'n10', author: { create: { email: 'u4@example.com' } } } } } })
  expect(await bound.event.createMany({ data: [{ id: 'n11' }, { id: 'n12', projectId: OWN }] })).toEqual({ count: 2 })
  expect(await bound.event.createManyAndReturn({ data: { id: 'n13' }, select: { project: id } })).toEqual([{ project: { id: OWN } }])
  await bound.event.upsert({ where: eventKey('n14', OWN), create: { id: 'n14', createdAt: AT }, update: {} })
  await bound.user.update({ where: { id: 'u2' }, data: { events: { create: { id: 'n15' }, createMany: { data: { id: 'n16' } } } } })
  await bound.user.create({
    data: { email: 'u5@example.com', events: { create: { id: 'n17', parent: { connect: eventKey('e1', OWN) } } } },
  })
  await bound.project.update({
    where: { id: OWN },
    data: { events: { create: [{ id: 'n18' }, { id: 'n19', authorId: 'u3' }] } },
  })
  const made = (await unbound.event.findMany({ where: { id: { startsWith: 'n' } }, select: { projectId: true } })) as {
    projectId: string
  }[]
  expect(made.map(({ projectId }) => projectId)).toEqual(Array.from({ length: 19 }, () => OWN))
  expect(await unbound.attempt.count({ where: { id: { startsWith: 'na' }, projectId: OWN } })).toBe(2)
})

test('own rows are changed, connected and deleted', async () => {
  const { bound, database } = await start()
  const before = await otherTenantsRows(database)
  const where = eventKey('e1', OWN)
  expect(await bound.event.update({ where, data: { body: 'x', projectId: OWN, project: undefined }, select: { body: true } })).toEqual({
    body: 'x',
  })
  expect(
    await bound.event.update({
      where: eventKey('e2', OWN),
      data: { project: { connect: { id: OWN }, update: { name: 'Acme 2' } } },
      include: { project: true },
    }),
  ).toMatchObject({
    project: { name: 'Acme 2' },
  })
  expect(await bound.event.updateMany({ data: { size: { increment: 1 } } })).toEqual({ count: 3 })
  expect(
    await bound.event.updateManyAndReturn({ where: { projectId: { in: [OWN] } }, data: { projectId: { set: OWN } }, ...id }),
  ).toHaveLength(3)
  expect(await bound.event.upsert({ where, create: {}, update: { forwardTo: { disconnect: true } }, select: { forwardTo: true } })).toEqual(
    { forwardTo: null },
  )
  expect(await bound.event.update({ where, data: { forwardTo: { connect: { id: OWN } } }, select: { forwardTo: id } })).toEqual({
    forwardTo: { id: OWN },
  })
  const ofUser = (events: object) => bound.user.update({ where: { id: 'u1' }, data: { events }, select: { events: { ...byId, ...id } } })
  expect(await ofUser({ connect: eventKey('e3', OWN) })).toEqual({ events: [{ id: 'e1' }, { id: 'e2' }, { id: 'e3' }] })
  expect(await ofUser({ disconnect: [eventKey('e3', OWN)], update: { where, data: { body: 'y' } } })).toEqual({
    events: [{ id: 'e1' }, { id: 'e2' }],
  })
  expect(await ofUser({ updateMany: { where: {}, data: { size: 7 } }, deleteMany: { id: 'e2' } })).toEqual({ events: [{ id: 'e1' }] })
  expect(await ofUser({ upsert: { where: eventKey('e4', OWN), create: { id: 'e4' }, update: {} }, delete: where })).toEqual({
    events: [{ id: 'e4' }],
  })
  await bound.user.update({ where: { id: 'u3' }, data: { homeProject: { update: { name: 'Acme 3' } } } })
  await bound.user.update({
    where: { id: 'u1' },
    data: { ownedProject: { update: { where: { slug: 'acme-slug' }, data: { name: 'Acme 4' } } } },
  })
  await bound.tag.update({ where: { id: 't1' }, data: { projects: { disconnect: { id: OWN } } } })
  await bound.tag.update({ where: { id: 't2' }, data: { projects: { connect: { slug: 'acme-slug' } } } })
  expect(
    await bound.project.update({ where: { slug: 'acme-slug' }, data: { tags: { set: [{ id: 't1' }] } }, select: { name: true, tags: id } }),
  ).toEqual({
    name: 'Acme 4',
    tags: [{ id: 't1' }],
  })
  expect(await bound.event.delete({ where: eventKey('e3', OWN), select: { project: id } })).toEqual({ project: { id: OWN } })
  expect(await bound.event.deleteMany()).toEqual({ count: 1 })
  expect(await bound.notice.delete({ where: { id: 'n1' } })).toEqual({ id: 'n1', text: 'to all' })
  expect(await otherTenantsRows(database)).toEqual(before)
})

test('relations of a query can be followed', async () => {
  const { bound } = await start()
  expect(await follow(bound.user.findUnique({ where: { id: 'u1' } }), 'events', { ...byId, ...id })).toEqual([{ id: 'e1' }, { id: 'e2' }])
  expect(await follow(follow(bound.event.findUnique({ where: eventKey('e1', OWN) }), 'author'), 'homeProject')).toBeNull()
  expect(await follow(bound.event.findFirst({ where: { id: 'e1' } }), 'project', id)).toEqual({ id: OWN })
  const [owner, events] = await bound.$transaction([
    follow(bound.project.findUnique({ where: { id: OWN } }), 'owner', id),
    follow(bound.user.findUnique({ where: { id: 'u3' } }), 'events', id),
  ])
  expect([owner, events]).toEqual([{ id: 'u1' }, [{ id: 'e3' }]])
})

test('both kinds of transactions are bound, and roll back', async () => {
  const { bound, unbound } = await start()
  const [made, count] = await bound.$transaction([bound.event.create({ data: { id: 'n1' } }), bound.event.count()])
  expect([made, count]).toEqual([expect.objectContaining({ id: 'n1', projectId: OWN }), 4])
  const failed = bound.$transaction(async (tx) => {
    await tx.event.create({ data: { id: 'n2' } })
    expect(await tx.event.count()).toBe(5)
    await tx.$transaction((nested) => nested.event.deleteMany({ where: { id: 'n1' } }))
    expect(await tx.event.count()).toBe(4)
    throw new Error('no')
  })
  await expect(failed).rejects.toThrow('no')
  expect(await bound.event.count()).toBe(4)
  const counted = await unbound.$transaction(async (tx) => {
    const ofTenant = tx.$partman().forTenant(OTHER)
    await ofTenant.event.updateMany({ data: { body: 'x' } })
    return [await ofTenant.event.count({ where: { body: 'x' } }), await tx.event.count({ where: { body: 'x' } })]
  })
  expect(counted).toEqual([50, 50])
})

test('queries of several tenants that Prisma sends as one stay apart', async () => {
  const { unbound, bound } = await start()
  const other = unbound.$partman().forTenant(OTHER)
  const find = (client: TestClient, event: string, project: string) => client.event.findUnique({ where: eventKey(event, project), ...id })
  expect(
    await Promise.all([
      find(bound, 'e1', OWN),
      find(other, 'r1', OTHER),
      find(bound, 'e2', OWN),
      find(other, 'r2', OTHER),
      find(bound, 'e0', OWN),
    ]),
  ).toEqual([{ id: 'e1' }, { id: 'r1' }, { id: 'e2' }, { id: 'r2' }, null])
  const project = (client: TestClient, slug: string) => client.project.findUnique({ where: { slug }, ...id })
  expect(
    await Promise.all([
      project(bound, 'acme-slug'),
      project(bound, 'FOREIGN-slug'),
      project(other, 'acme-slug'),
      project(other, 'FOREIGN-slug'),
    ]),
  ).toEqual([{ id: OWN }, null, null, { id: OTHER }])
})

test('a tenant signs up by way of its own client', async () => {
  const { unbound } = await start()
  const bound = unbound.$partman().forTenant('newcomer')
  await bound.project.create({ data: { slug: 'newcomer', ownerId: 'u3' } })
  expect(await bound.event.create({ data: { body: 'first' }, select: { project: { select: { slug: true } } } })).toEqual({
    project: { slug: 'newcomer' },
  })
})
