import { simulatedClock } from '@partman/testing'
import { skip } from '@prisma/client/runtime/client'
import { describe, expect, test } from 'vitest'
import { type ApplicationClient, useApplication } from './fixtures/application.js'
import { registered, tenantsFound } from './fixtures/tenants-found.js'
import { partman } from './partman.js'

const application = useApplication()

/** What the registration of projects leaves: four days and three months each. */
function partitionsOf(...ids: string[]): string[] {
  const sorted = [...ids].sort()
  return [...sorted.map((id) => `"Attempt" FOR VALUES IN ('${id}'): 3`), ...sorted.map((id) => `"Event" FOR VALUES IN ('${id}'): 4`)]
}

async function start() {
  const { prisma, database } = await application.start()
  return { prisma, database, found: () => tenantsFound(database, '"Event"', '"Attempt"') }
}

/** The ways an application has to run a piece of work. */
const contexts: [string, (prisma: ApplicationClient, work: (client: ApplicationClient) => Promise<unknown>) => Promise<unknown>][] = [
  ['outside a transaction', (prisma, work) => work(prisma)],
  ['in an interactive transaction', (prisma, work) => prisma.$transaction((tx) => work(tx))],
  ['in a nested transaction', (prisma, work) => prisma.$transaction((tx) => tx.$transaction((nested) => work(nested)))],
]

describe.each(contexts)('%s', (_, within) => {
  test('create makes the partitions with the row, and rows of the project land in them', async () => {
    const { prisma, database, found } = await start()
    const made = await within(prisma, async (client) => {
      const project = await client.project.create({ data: { id: 'acme', slug: 'acme' }, select: { id: true } })
      await client.event.create({ data: { projectId: 'acme' } })
      return project
    })
    expect(made).toEqual({ id: 'acme' })
    expect(await found()).toEqual(partitionsOf('acme'))
    expect(await registered(database)).toEqual(['Project acme'])
    expect(await prisma.event.count()).toBe(1)
  })

  test('create makes the key where the schema has a default for it', async () => {
    const { prisma, found } = await start()
    const made = await within(prisma, (client) => client.project.create({ data: { slug: 'acme' } }))
    const { id } = made as { id: string }
    expect(id).toMatch(/^c[0-9a-z]{24}$/)
    expect(made).toEqual({ id, slug: 'acme', name: '' })
    expect(await found()).toEqual(partitionsOf(id))
  })

  test('create takes nested rows, whose partitions are there before them', async () => {
    const { prisma, found } = await start()
    const made = await within(prisma, (client) =>
      client.project.create({
        data: { id: 'acme', slug: 'acme', events: { create: [{ id: 'e1' }, { id: 'e2' }] } },
        include: { _count: true },
      }),
    )
    expect(made).toEqual({ id: 'acme', slug: 'acme', name: '', _count: { events: 2, attempts: 0 } })
    expect(await found()).toEqual(partitionsOf('acme'))
  })

  test('createMany makes the partitions of every row, with and without a key', async () => {
    const { prisma, found } = await start()
    const data = [{ id: 'b', slug: 'b' }, { slug: 'made' }, { id: 'a', slug: 'a' }]
    expect(await within(prisma, (client) => client.project.createMany({ data }))).toEqual({ count: 3 })
    const rows = await prisma.project.findMany({ orderBy: { id: 'asc' } })
    expect(rows.map(({ slug }) => slug).sort()).toEqual(['a', 'b', 'made'])
    expect(await found()).toEqual(partitionsOf(...rows.map(({ id }) => id as string)))
  })

  test('createManyAndReturn returns what Prisma returns', async () => {
    const { prisma, found } = await start()
    const data = [
      { id: 'b', slug: 'b' },
      { id: 'a', slug: 'a' },
    ]
    const made = await within(prisma, (client) => client.project.createManyAndReturn({ data, select: { id: true } }))
    expect(made).toEqual([{ id: 'b' }, { id: 'a' }])
    expect(await found()).toEqual(partitionsOf('a', 'b'))
  })

  test('createMany of no rows makes nothing', async () => {
    const { prisma, found } = await start()
    expect(await within(prisma, (client) => client.project.createMany({ data: [] }))).toEqual({ count: 0 })
    expect(await found()).toEqual([])
  })

  test('upsert makes the partitions of a new row, and leaves an existing one as it is', async () => {
    const { prisma, found } = await start()
    const upsert = (name: string) =>
      within(prisma, (client) => client.project.upsert({ where: { slug: 'acme' }, create: { slug: 'acme', name }, update: { name } }))
    const { id } = (await upsert('first')) as { id: string }
    expect(await found()).toEqual(partitionsOf(id))
    expect(await upsert('second')).toEqual({ id, slug: 'acme', name: 'second' })
    expect(await found()).toEqual(partitionsOf(id))
  })

  test('a unique violation leaves neither row nor partition', async () => {
    const { prisma, database, found } = await start()
    await prisma.project.create({ data: { id: 'first', slug: 'taken' } })
    const before = await found()
    const failed = within(prisma, (client) => client.project.create({ data: { id: 'second', slug: 'taken' } }))
    await expect(failed).rejects.toMatchObject({ code: 'P2002' })
    expect(await found()).toEqual(before)
    expect(await registered(database)).toEqual(['Project first'])
    expect(await prisma.project.count()).toBe(1)
  })

  test('a key that is no tenant key is refused before anything is sent', async () => {
    const { prisma, database } = await start()
    for (const id of ['', 'nul\0']) {
      const failed = within(prisma, (client) => client.project.create({ data: { id, slug: 'acme' } }))
      await expect(failed).rejects.toMatchObject({ code: 'TENANT_KEY_INVALID' })
    }
    expect(await registered(database)).toEqual([])
    expect(await prisma.project.count()).toBe(0)
  })
})

test('the rollback of an interactive transaction leaves neither row nor partition', async () => {
  const { prisma, database, found } = await start()
  const failed = prisma.$transaction(async (tx) => {
    await tx.project.create({ data: { id: 'acme', slug: 'acme' } })
    await tx.event.create({ data: { projectId: 'acme' } })
    throw new Error('no')
  })
  await expect(failed).rejects.toThrow('no')
  expect(await found()).toEqual([])
  expect(await registered(database)).toEqual([])
  expect(await prisma.project.count()).toBe(0)
})

test('the rollback of a nested transaction leaves what the outer one did', async () => {
  const { prisma, found } = await start()
  await prisma.$transaction(async (tx) => {
    await tx.project.create({ data: { id: 'outer', slug: 'outer' } })
    const inner = tx.$transaction(async (nested) => {
      await nested.project.create({ data: { id: 'inner', slug: 'inner' } })
      throw new Error('no')
    })
    await expect(inner).rejects.toThrow('no')
  })
  expect(await found()).toEqual(partitionsOf('outer'))
  expect(await prisma.project.findMany({ select: { id: true } })).toEqual([{ id: 'outer' }])
})

test('a key that is undefined, or skipped, counts as left out', async () => {
  const { prisma, database } = await start()
  expect(skip).toBeDefined()
  for (const [index, id] of [undefined, skip].entries()) {
    const made = await prisma.project.create({ data: { id, slug: String(index) } })
    expect(await registered(database)).toContain(`Project ${made['id']}`)
  }
})

test('arguments that Prisma refuses are refused in the name of the query that has them, and leave nothing', async () => {
  const { prisma, database } = await start()
  const where = { name: 'no unique field' }
  await expect(prisma.project.upsert({ where, create: { slug: 'a' }, update: {} })).rejects.toThrow('prisma.project.upsert()')
  await expect(prisma.project.create({ data: { id: 'acme', nope: 1 } })).rejects.toThrow('prisma.project.create()')
  await expect(prisma.project.create({})).rejects.toThrow('prisma.project.create()')
  await expect(prisma.project.createMany({})).rejects.toThrow('prisma.project.createMany()')
  expect(await registered(database)).toEqual([])
})

describe('in $transaction([...])', () => {
  test('a new tenant is refused, and nothing of the batch is done', async () => {
    const { prisma, database, found } = await start()
    const batches = [
      () => [prisma.auditLog.create({ data: {} }), prisma.project.create({ data: { id: 'acme', slug: 'acme' } })],
      () => [prisma.project.create({ data: { slug: 'acme' } }), prisma.auditLog.create({ data: {} })],
      () => [prisma.project.createMany({ data: [{ id: 'acme', slug: 'acme' }, { slug: 'other' }] })],
      () => [prisma.project.upsert({ where: { slug: 'acme' }, create: { slug: 'acme' }, update: {} })],
    ]
    for (const batch of batches) {
      await expect(prisma.$transaction(batch())).rejects.toMatchObject({
        code: 'TRANSACTION_BATCHED',
        hint: 'Use an interactive transaction, $transaction(async (tx) => ...), or call $partman().ensureTenant(key) before and pass id.',
      })
    }
    expect(await found()).toEqual([])
    expect(await registered(database)).toEqual([])
    expect([await prisma.project.count(), await prisma.auditLog.count()]).toEqual([0, 0])
  })

  test('a tenant that is registered is created like any row', async () => {
    const { prisma, found } = await start()
    await prisma.$partman().ensureTenant('acme', { tenants: 'Project' })
    await prisma.$transaction([
      prisma.project.create({ data: { id: 'acme', slug: 'acme' } }),
      prisma.event.create({ data: { projectId: 'acme' } }),
    ])
    expect(await found()).toEqual(partitionsOf('acme'))
    expect(await prisma.event.count()).toBe(1)
  })
})

test('20 sign-ups at once, with foreign keys to the tenant table, all succeed', async () => {
  const { prisma, found } = await start()
  const ids = Array.from({ length: 20 }, (_, index) => `tenant-${index}`)
  await Promise.all(
    ids.map((id, index) => {
      const work = async (client: ApplicationClient) => {
        await client.project.create({ data: { id, slug: id } })
        await client.event.create({ data: { projectId: id } })
      }
      return index % 2 === 0 ? work(prisma) : prisma.$transaction(work)
    }),
  )
  expect(await found()).toEqual(partitionsOf(...ids))
  expect([await prisma.project.count(), await prisma.event.count()]).toEqual([20, 20])
})

test('partitions are made around the instant of the clock that is given', async () => {
  const { prisma } = await application.start({ clock: simulatedClock('2031-05-10T12:00:00Z') })
  await prisma.project.create({ data: { id: 'acme', slug: 'acme' } })
  await prisma.event.create({ data: { projectId: 'acme', createdAt: '2031-05-13T23:59:59Z' } })
  await expect(prisma.event.create({ data: { projectId: 'acme', createdAt: '2031-05-14T00:00:00Z' } })).rejects.toThrow('no partition')
})

test('queries of a tenant model are left to extensions before and after', async () => {
  const { database } = await start()
  const seen: string[] = []
  const watch = (name: string) => ({
    query: {
      project: {
        async create({ args, query }: { args: object; query: (args: object) => Promise<unknown> }) {
          seen.push(name)
          return query(args)
        },
      },
    },
  })
  const prisma = application
    .plainClient(database.url)
    .$extends(watch('before'))
    .$extends(partman(application.config))
    .$extends(watch('after'))
  await prisma.project.create({ data: { id: 'a', slug: 'a' } })
  await prisma.$transaction((tx) => tx.project.create({ data: { id: 'b', slug: 'b' } }))
  expect(seen).toEqual(['before', 'after', 'before', 'after'])
  expect(await tenantsFound(database, '"Event"', '"Attempt"')).toEqual(partitionsOf('a', 'b'))
})
