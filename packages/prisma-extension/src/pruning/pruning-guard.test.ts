import { describe, expect, it } from 'vitest'
import { useApplication } from '../fixtures/application.js'
import { acrossPartitions } from './across-partitions.js'
import type { UnprunedQuery } from './pruning-guard.js'

const application = useApplication()
const LONG_AGO = { createdAt: { lt: new Date(0) } }

/** An identifier of version 7 whose time is this. */
function uuid7(instant: number, random = '7abc-8def-0123456789ab'): string {
  const time = Math.floor(instant).toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-${random}`
}

describe('a query that binds no key', () => {
  it('is told of once for each place, and counted each time', async () => {
    const seen: UnprunedQuery[] = []
    const { prisma } = await application.start({ pruning: 'warn', onUnpruned: (query) => seen.push(query) })
    for (let n = 0; n < 3; n++) await prisma.event.findFirst({ where: { body: `${n}` } })
    await prisma.event.count()
    expect(seen).toEqual([
      {
        model: 'Event',
        operation: 'findFirst',
        callSite: expect.stringMatching(/pruning-guard\.test\.ts:\d+:\d+$/),
        keys: ['projectId', 'createdAt'],
      },
      {
        model: 'Event',
        operation: 'count',
        callSite: expect.stringMatching(/pruning-guard\.test\.ts:\d+:\d+$/),
        keys: ['projectId', 'createdAt'],
      },
    ])
    expect(prisma.$partman().pruningCounts()['Event']).toEqual({ pruned: 0, derived: 0, unpruned: 4, allowed: 0 })
  })

  it('is refused where that is wanted, before anything is sent, and in a transaction too', async () => {
    const { prisma, database } = await application.start({ pruning: 'error' })
    await prisma.auditLog.create({ data: {} })
    await expect(prisma.auditLog.deleteMany()).rejects.toMatchObject({
      code: 'QUERY_UNPRUNED',
      message: expect.stringMatching(
        /^AuditLog\.deleteMany at .*:\d+:\d+ binds none of createdAt, so PostgreSQL looks into all partitions$/,
      ),
      hint: expect.stringContaining('acrossPartitions'),
    })
    await expect(prisma.$transaction((tx) => tx.auditLog.deleteMany({ where: { id: 'x' } }))).rejects.toMatchObject({
      code: 'QUERY_UNPRUNED',
    })
    await expect(prisma.$transaction([prisma.auditLog.count()])).rejects.toMatchObject({ code: 'QUERY_UNPRUNED' })
    expect((await database.query('SELECT count(*)::int AS rows FROM "AuditLog"')).rows).toEqual([{ rows: 1 }])
  })

  it('may be meant', async () => {
    const { prisma } = await application.start({ pruning: 'error' })
    await prisma.auditLog.create({ data: {} })
    expect(await acrossPartitions(() => prisma.auditLog.count())).toBe(1)
    expect(await acrossPartitions(() => prisma.$transaction([prisma.auditLog.count()]))).toEqual([1])
    await expect(prisma.auditLog.count()).rejects.toMatchObject({ code: 'QUERY_UNPRUNED' })
    expect(prisma.$partman().pruningCounts()['AuditLog']).toEqual({ pruned: 0, derived: 0, unpruned: 1, allowed: 2 })
  })

  it('is sent, and said nothing of, by default', async () => {
    const { prisma } = await application.start()
    expect(await prisma.auditLog.count()).toBe(0)
    expect(prisma.$partman().pruningCounts()['AuditLog']).toMatchObject({ unpruned: 1 })
  })
})

describe('a query that binds a key', () => {
  it('of any level is sent as it is, whatever the operation', async () => {
    const { prisma, database } = await application.start({ pruning: 'error' })
    await prisma.project.create({ data: { id: 'acme', slug: 'acme' } })
    const data = { id: 'a', projectId: 'acme', createdAt: new Date() }
    await prisma.event.create({ data })
    const where = { id_projectId_createdAt: data }
    expect(await prisma.event.findUnique({ where })).toMatchObject({ id: 'a' })
    await prisma.event.update({ where, data: { body: 'b' } })
    await prisma.event.upsert({ where, create: data, update: { body: 'c' } })
    expect(await prisma.event.findMany({ where: { projectId: 'acme' } })).toMatchObject([{ body: 'c' }])
    expect(await prisma.event.updateMany({ where: { AND: [LONG_AGO] }, data: { body: 'd' } })).toEqual({ count: 0 })
    expect((await database.query('SELECT body FROM "Event"')).rows).toEqual([{ body: 'c' }])
    expect(prisma.$partman().pruningCounts()['Event']).toEqual({ pruned: 5, derived: 0, unpruned: 0, allowed: 0 })
  })
})

describe('an id that tells its time', () => {
  it('is looked for in the range of the key that follows', async () => {
    const { prisma, database } = await application.start({ pruning: 'error' })
    const now = Date.now()
    const ids = [uuid7(now - 4 * 60_000), uuid7(now), uuid7(now + 4 * 60_000)]
    for (const id of ids) await prisma.delivery.create({ data: { id, createdAt: new Date(now) } })
    for (const id of ids) expect(await prisma.delivery.findFirst({ where: { id } })).toMatchObject({ id })
    expect(await prisma.delivery.findMany({ where: { id: { in: ids.slice(1) } } })).toHaveLength(2)
    expect(await prisma.delivery.findFirst({ where: { id: ids[0]?.toUpperCase(), AND: { id: ids[0] } } })).toMatchObject({ id: ids[0] })
    expect(await prisma.delivery.deleteMany({ where: { id: ids[2] } })).toEqual({ count: 1 })
    expect((await database.query('SELECT count(*)::int AS rows FROM "Delivery"')).rows).toEqual([{ rows: 2 }])
    expect(prisma.$partman().pruningCounts()['Delivery']).toEqual({ pruned: 6, derived: 6, unpruned: 0, allowed: 0 })
  })

  it('is found everywhere where it tells none, and where the key is bound already, that stays', async () => {
    const { prisma } = await application.start()
    const now = Date.now()
    const [random, early] = ['f47ac10b-58cc-4372-a567-0e02b2c3d479', uuid7(now - 86_400_000)]
    for (const id of [random, early]) await prisma.delivery.create({ data: { id, createdAt: new Date(now) } })
    expect(await prisma.delivery.findFirst({ where: { id: random } })).toMatchObject({ id: random })
    expect(await prisma.delivery.findFirst({ where: { id: { in: [random, early] } } })).not.toBeNull()
    // The promise of the annotation is broken.
    expect(await prisma.delivery.findFirst({ where: { id: early } })).toBeNull()
    expect(await prisma.delivery.findFirst({ where: { id: early, createdAt: new Date(now) } })).toMatchObject({ id: early })
    expect(prisma.$partman().pruningCounts()['Delivery']).toEqual({ pruned: 2, derived: 1, unpruned: 2, allowed: 0 })
  })

  it('needs one partition, as PostgreSQL plans it', async () => {
    const { prisma, database } = await application.start()
    const sent: string[] = []
    const logged = prisma.$extends({
      query: {
        delivery: {
          findFirst: ({
            args,
            query,
          }: {
            args: { where: { AND: { createdAt: { gte: Date; lt: Date } }[] } }
            query(args: object): unknown
          }) => {
            const { gte, lt } = args.where.AND[0]!.createdAt
            sent.push(`"createdAt" >= '${gte.toISOString()}' AND "createdAt" < '${lt.toISOString()}'`)
            return query(args)
          },
        },
      },
    })
    const noon = new Date().setUTCHours(12, 0, 0, 0)
    await logged.delivery.findFirst({ where: { id: uuid7(noon) } })
    const { rows } = await database.query(`EXPLAIN SELECT FROM "Delivery" WHERE id = '${uuid7(noon)}' AND ${sent[0]}`)
    expect(rows.filter((row) => /Delivery_p/.test(Object.values(row)[0] as string))).toHaveLength(1)
  })
})
