import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { useApplication } from '../fixtures/application.js'
import { partman } from '../partman.js'
import type { TestClient } from './fixtures/attempt.js'
import { OTHER, OWN, otherTenantsRows, ROWS } from './fixtures/rows.js'
import { SCHEMA, TABLES } from './fixtures/schema.js'
import { forTenant } from './for-tenant.js'

const application = useApplication({ schema: SCHEMA, tables: TABLES })

async function start() {
  const { prisma, database } = await application.start()
  const unbound = prisma as unknown as TestClient
  await unbound.$partman().registerTenants([OWN, OTHER])
  await database.query(ROWS)
  return { database, unbound, bound: unbound.$partman().forTenant(OWN) }
}

const foreign = { code: 'TENANT_FOREIGN' }
const unbindable = { code: 'TENANT_UNBINDABLE' }

test('a refusal says what is wrong and what to do, and is a query that fails when it is awaited', async () => {
  const { bound } = await start()
  const refused = bound.event.findMany({ where: { projectId: OTHER } })
  await expect(refused).rejects.toMatchObject({
    name: 'PartmanError',
    ...foreign,
    message: 'Event.projectId names another tenant than the one that the client is bound to',
    hint: 'Where it is meant, use the client that forTenant() was called on, which is bound to no tenant.',
  })
  await expect(bound.$queryRaw(Object.assign(['SELECT 1'], { raw: ['SELECT 1'] }))).rejects.toMatchObject({
    ...unbindable,
    message: '$queryRaw() cannot be bound to a tenant: what it does is not known before it is done',
  })
  expect(await refused.catch(() => 'caught')).toBe('caught')
  await expect(refused.finally(() => {})).rejects.toMatchObject(foreign)
  // Not awaited, it is refused all the same, and is no unhandled rejection.
  bound.event.deleteMany({ where: { projectId: OTHER } })
})

test('a refusal takes the whole of $transaction([...]) with it', async () => {
  const { bound, database } = await start()
  const batch = bound.$transaction([bound.notice.create({ data: {} }), bound.event.findMany({ where: { projectId: OTHER } })])
  await expect(batch).rejects.toMatchObject(foreign)
  expect((await database.query('SELECT 1 FROM "Notice"')).rows).toHaveLength(1)
})

test('what is not understood is refused', async () => {
  const { bound } = await start()
  const refused: [string, PromiseLike<unknown>][] = [
    ['an argument of another version', bound.event.findMany({ union: {} })],
    ['an argument of a relation', bound.user.findMany({ include: { events: { union: {} } } })],
    ['a write of a relation', bound.user.update({ where: { id: 'u1' }, data: { events: { replace: {} } } })],
    ['an operator of a list', bound.user.findMany({ where: { events: { most: {} } } })],
    ['a field', bound.event.create({ data: { tenant: OTHER } })],
    ['arguments that are none', bound.event.findMany('all')],
    ['a filter that is null', bound.event.findMany({ where: null })],
    ['data that is null', bound.user.update({ where: { id: 'u1' }, data: { events: null } })],
    ['a key that is changed by a number', bound.event.updateMany({ data: { projectId: { increment: 1 } } })],
  ]
  for (const [name, query] of refused) {
    await expect(query, name).rejects.toMatchObject({ code: expect.stringMatching(/^TENANT_(FOREIGN|UNBINDABLE)$/) })
  }
})

test('what names no row stays an error of Prisma, or says which part of the key is lacking', async () => {
  const { bound } = await start()
  const name = { name: 'PrismaClientValidationError' }
  await expect(bound.project.delete({ where: {} })).rejects.toMatchObject(unbindable)
  await expect(bound.project.findUnique({ where: {} })).rejects.toMatchObject(name)
  await expect(bound.project.update({ where: { id: undefined }, data: {} })).rejects.toMatchObject(name)
  await expect(bound.event.findUnique({})).rejects.toMatchObject(name)
  await expect(bound.event.update({ where: { projectId: OWN }, data: {} })).rejects.toMatchObject({
    code: 'UNIQUE_KEY_MISSING',
    cause: name,
  })
})

test('a key is refused that is none, and a set of tenants that is not there', async () => {
  const { unbound } = await start()
  expect(() => unbound.$partman().forTenant('')).toThrow(expect.objectContaining({ code: 'TENANT_KEY_INVALID' }))
  expect(() => unbound.$partman().forTenant(OWN, { tenants: 'Projects' })).toThrow(expect.objectContaining({ code: 'TENANT_SET_UNKNOWN' }))
})

test('$partman() of a bound client is about its tenant alone', async () => {
  const { bound } = await start()
  const own = bound.$partman()
  expect(own.forTenant(OWN)).toBe(bound)
  expect(() => own.forTenant(OTHER)).toThrow(expect.objectContaining(foreign))
  await own.ensureTenant(OWN)
  await expect(own.ensureTenant('third')).rejects.toMatchObject(foreign)
  await expect(own.registerTenants([OWN])).rejects.toMatchObject(unbindable)
  await expect(own.tenants()).rejects.toMatchObject(unbindable)
  await expect(own.partitions('Event')).rejects.toMatchObject(unbindable)
  await expect(own.maintain()).rejects.toMatchObject(unbindable)
})

test('extensions of before and after have bound arguments, and methods of theirs a bound client', async () => {
  const { database } = await start()
  const seen: unknown[] = []
  const watch = (name: string) => ({
    query: {
      event: {
        findMany: ({ args, query }: { args: { where: unknown }; query: (args: object) => unknown }) => {
          seen.push([name, args.where])
          return query(args)
        },
      },
    },
    model: {
      event: {
        async [name](this: TestClient['event']) {
          return this.findMany({ select: { id: true } })
        },
      },
    },
    result: { event: { [`${name}Length`]: { needs: { body: true }, compute: ({ body }: { body: string }) => body.length } } },
  })
  const plain = application.plainClient(database.url) as unknown as TestClient
  const extended = plain.$extends(watch('before')).$extends(partman(application.config)).$extends(watch('between'))
  const bound = extended.$partman().forTenant(OWN).$extends(watch('after'))
  const own = { AND: [{ projectId: OWN }, { size: 1 }] }
  const [found] = (await bound.event.findMany({ where: { size: 1 }, select: { beforeLength: true, afterLength: true } })) as object[]
  expect({ ...found }).toMatchObject({ beforeLength: 5, afterLength: 5 })
  expect(seen).toEqual([
    ['before', own],
    ['between', own],
    ['after', own],
  ])
  for (const name of ['before', 'between', 'after']) {
    const { [name]: method } = bound.event as unknown as Record<string, () => Promise<object[]>>
    expect(await method?.call(bound.event)).toHaveLength(3)
  }
  const other = extended.$partman().forTenant(OTHER)
  expect(await other.event.count()).toBe(50)
})

test('a client that an extension gives back is bound too', async () => {
  const { unbound } = await start()
  const replicas = unbound.$extends({ client: { $replica: () => unbound } })
  const { $replica } = replicas.$partman().forTenant(OWN) as unknown as { $replica(): TestClient }
  expect(await $replica().event.count()).toBe(3)
})

test('a bound client looks like the one it was made of, and leaves it as it was', async () => {
  const { unbound, bound, database } = await start()
  expect(Object.keys(bound)).toEqual(Object.keys(unbound))
  expect(Object.getPrototypeOf(bound)).toBe(Object.getPrototypeOf(unbound))
  expect('event' in bound && '$transaction' in bound && !('nothing' in bound)).toBe(true)
  expect(bound.event).toBe(bound.event)
  expect(Object.prototype.toString.call(bound)).toBe(Object.prototype.toString.call(unbound))
  expect(bound.constructor).toBe(unbound.constructor)
  expect(inspect(bound)).toContain('findMany')
  expect(await bound).toBe(bound)
  expect(() => Object.assign(bound, { event: null })).toThrow(TypeError)
  expect(() => Object.assign(bound.event, { findMany: null })).toThrow(TypeError)
  const before = await otherTenantsRows(database)
  expect(await unbound.event.updateMany({ data: { size: 1 } })).toEqual({ count: 53 })
  expect(await otherTenantsRows(database)).not.toEqual(before)
  await bound.$disconnect()
})

test('a client without a data model is bound to no tenant', () => {
  const set = application.config.tenantSets[0]!
  expect(() => forTenant({ project: {} }, application.config, set, 'acme')).toThrow(
    expect.objectContaining({
      code: 'CLIENT_UNSUPPORTED',
      message: 'This version of @prisma/client does not let an extension see the relations of its models',
    }),
  )
})
