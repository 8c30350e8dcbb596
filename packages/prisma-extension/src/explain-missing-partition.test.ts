import { describe, expect, it } from 'vitest'
import { useApplication } from './fixtures/application.js'
import { partman } from './partman.js'
import { withPartman } from './with-partman.js'

const application = useApplication()
const DAY_MS = 86_400_000

describe('a row without a partition', () => {
  it('of a tenant that is not registered says so, and what to do', async () => {
    const { prisma, database } = await application.start()
    await database.query(`INSERT INTO "Project" VALUES ('acme', 'acme'), ('it''s', 'its')`)
    await expect(prisma.event.create({ data: { projectId: 'acme' } })).rejects.toMatchObject({
      code: 'PARTITION_MISSING',
      message: 'Event has no partition for projectId = acme of tenant "acme": the tenant is not registered',
      hint: 'Create its row through the extended client, or call $partman().ensureTenant("acme").',
      cause: { code: 'P2039' },
    })
    const inTransaction = prisma.$transaction((tx) => tx.event.createMany({ data: [{ projectId: "it's" }] }))
    await expect(inTransaction).rejects.toMatchObject({
      code: 'PARTITION_MISSING',
      message: expect.stringMatching(/of tenant "it's": its tenant is not registered, or its key is beyond/),
    })
    await database.query(`INSERT INTO partman.tenant (tenants, key) VALUES ('Project', 'acme')`)
    await expect(prisma.event.create({ data: { projectId: 'acme' } })).rejects.toMatchObject({
      message: expect.stringMatching(/: the tenant is registered, and its partitions are not made yet$/),
    })
  })

  it('beyond those that are made ahead, or before the oldest, says where they end and begin', async () => {
    const { prisma } = await application.start()
    await prisma.project.create({ data: { id: 'acme', slug: 'acme' } })
    const attempt = (days: number) => prisma.event.create({ data: { projectId: 'acme', createdAt: new Date(Date.now() + days * DAY_MS) } })
    await expect(attempt(10)).rejects.toMatchObject({
      code: 'PARTITION_MISSING',
      message: expect.stringMatching(
        /^Event has no partition for createdAt = .* of tenant "acme": the partitions that are made ahead end at \d{4}-.*T00:00:00\.000Z$/,
      ),
      hint: expect.stringContaining('premake'),
    })
    await expect(attempt(-40)).rejects.toMatchObject({
      message: expect.stringMatching(/: its partitions begin at .* \(retention: 30 days\)$/),
      hint: 'Older rows are past their retention.',
    })
    const upsert = { where: { id_createdAt: { id: 'x', createdAt: new Date(0) } }, create: { createdAt: new Date(0) }, update: {} }
    await expect(prisma.auditLog.upsert(upsert)).rejects.toMatchObject({
      message: expect.stringMatching(/^AuditLog has no partition for createdAt = 1970-01-01/),
      hint: expect.stringContaining('Declare `start:`'),
    })
  })

  it('whose partition is missing among others, or retired, says that', async () => {
    const { prisma, database } = await application.start()
    await prisma.project.create({ data: { id: 'acme', slug: 'acme' } })
    const tomorrow = new Date(Date.now() + DAY_MS)
    const leaf = (await prisma.$partman().partitions('Event')).find(({ from, to }) => from! <= tomorrow && tomorrow < to!)!
    const create = () => prisma.event.create({ data: { projectId: 'acme', createdAt: tomorrow } })
    const [{ parent }] = (
      await database.query(
        `SELECT inhparent::regclass::text AS parent FROM pg_inherits WHERE inhrelid = '${leaf.schema}."${leaf.name}"'::regclass`,
      )
    ).rows as [{ parent: string }]
    await database.query(`ALTER TABLE ${parent} DETACH PARTITION ${leaf.schema}."${leaf.name}"`)
    await expect(create()).rejects.toMatchObject({ message: expect.stringMatching(/: there is a gap between its partitions$/) })
    const [name, of] = [
      { schema: leaf.schema, name: leaf.name },
      { schema: leaf.schema, name: parent.split('.')[1]!.replaceAll('"', '') },
    ]
    const bound = { kind: 'range', from: [{ value: leaf.from!.toISOString() }], to: [{ value: leaf.to!.toISOString() }] }
    const marker = { table: { schema: 'public', name: 'Event' }, partition: name, parent: of, bound, retiredAt: '2026-01-01T00:00:00.000Z' }
    await database.query(`COMMENT ON TABLE ${leaf.schema}."${leaf.name}" IS 'partman:retired ${JSON.stringify(marker)}'`)
    // What was seen explains other failures for some seconds.
    const later = application.plainClient(database.url).$extends(partman(application.config))
    await expect(later.event.create({ data: { projectId: 'acme', createdAt: tomorrow } })).rejects.toMatchObject({
      message: expect.stringContaining(`: ${leaf.schema}.${leaf.name}, which held it, is retired`),
      hint: expect.stringContaining('restore-detached'),
    })
  })
})

it('of another table than the query is of is told of as Prisma does', async () => {
  const { prisma, database } = await application.start()
  await database.query(`CREATE TABLE "Strange" (id text, "createdAt" timestamptz) PARTITION BY RANGE ("createdAt");
    CREATE FUNCTION copy() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO "Strange" VALUES (NEW.id, NEW."createdAt"); RETURN NEW; END';
    CREATE TRIGGER copy AFTER INSERT ON "AuditLog" FOR EACH ROW EXECUTE FUNCTION copy()`)
  await expect(prisma.auditLog.create({ data: {} })).rejects.toMatchObject({ code: 'P2039' })
})

it('with the only connection of a pool in a transaction is explained without another one', async () => {
  const { database } = await application.start()
  const plain = application.plainClient(database.url, { max: 1 })
  const prisma = withPartman(plain as typeof plain & { $extends(extension: never): unknown }, application.config)
  await database.query(`INSERT INTO "Project" VALUES ('acme', 'acme')`)
  const failed = prisma.$transaction((tx) => tx.event.create({ data: { projectId: 'acme' } }))
  await expect(failed).rejects.toMatchObject({ code: 'PARTITION_MISSING' })
})

it('a CHECK that fails, and a unique key, are told of as Prisma does', async () => {
  const { prisma, database } = await application.start()
  await database.query(`ALTER TABLE "AuditLog" ADD CONSTRAINT short CHECK (length(id) < 3)`)
  await expect(prisma.auditLog.create({ data: { id: 'long' } })).rejects.toMatchObject({ code: 'P2039' })
  const data = { id: 'a', createdAt: new Date() }
  await prisma.auditLog.create({ data })
  await expect(prisma.auditLog.create({ data })).rejects.toMatchObject({ code: 'P2002' })
})
