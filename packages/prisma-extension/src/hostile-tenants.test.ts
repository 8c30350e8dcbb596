import { expect, test } from 'vitest'
import { useApplication } from './fixtures/application.js'
import { registered } from './fixtures/tenants-found.js'

const application = useApplication()

const HOSTILE = [
  ...["'", "''", "o'brien", '"', '"quoted"', '`', ';', '; --', '--', '/* */', '/*', '$$', '$partman$', '$partman1$', '$1', '%', '%I%s%L'],
  ...['\\', "\\'", "E'\\n'", '\\u0000', '\n', '\r\n', '\t', 'two\nlines', ' ', '  acme  ', '\u200b', '\u00a0', '\ufeff'],
  ...[
    'ACME',
    'acme',
    'Acme',
    'é',
    'e\u0301',
    'ß',
    'İstanbul',
    '株式会社',
    '🦊',
    '👨‍👩‍👧‍👦',
    'مرحبا',
    '\u202eacme',
    'x'.repeat(200),
    '🦊'.repeat(100),
  ],
  ...['6f1c2a52-4b0e-4d5e-9f0a-1b2c3d4e5f60', '6F1C2A52-4B0E-4D5E-9F0A-1B2C3D4E5F60', '{"id":1}', '[]', '{}', '{a,b}', '0', '-1', '1e3'],
  ...[
    'NULL',
    'null',
    'DEFAULT',
    'MINVALUE',
    'true',
    '../..',
    'a/b',
    'a.b',
    '__proto__',
    'constructor',
    '(',
    ')',
    ',',
    "a','b",
    'x'.repeat(63),
  ],
  ...["'); DROP SCHEMA public CASCADE; --", "' OR '1'='1", "acme'); DELETE FROM partman.tenant; --", 'x\' COLLATE "C', '\u0001', '\u007f'],
]

interface Landed {
  tenant: string
  alone: boolean
}

test('every text but the empty one is a tenant with partitions of its own, and its rows land there', async () => {
  const { prisma, database } = await application.start()
  expect(new Set(HOSTILE).size).toBe(HOSTILE.length)
  for (const [index, id] of HOSTILE.entries()) {
    const work = async (client: typeof prisma) => {
      await client.project.create({ data: { id, slug: String(index) } })
      await client.event.create({ data: { projectId: id, body: String(index) } })
    }
    await (index % 2 === 0 ? work(prisma) : prisma.$transaction(work))
  }

  // Where each row is: whether the tenant's bound names just this tenant, and no other tenant's row is in the same partition.
  const { rows } = await database.query<Landed>(`
    SELECT e."projectId" AS tenant,
      pg_get_expr(c.relpartbound, c.oid) = 'FOR VALUES IN (' || quote_literal_plain || ')' AND count(*) OVER (PARTITION BY i.inhparent) = 1 AS alone
    FROM "Event" e
    JOIN pg_inherits i ON i.inhrelid = e.tableoid
    JOIN pg_class c ON c.oid = i.inhparent
    CROSS JOIN LATERAL (SELECT '''' || replace(e."projectId", '''', '''''') || '''' AS quote_literal_plain) AS quoted
    ORDER BY e.body::int`)
  expect(rows).toEqual(HOSTILE.map((tenant) => ({ tenant, alone: true })))

  const sorted = [...HOSTILE].sort()
  expect(await prisma.$partman().tenants({ tenants: 'Project' })).toEqual(sorted)
  const partitions = await prisma.$partman().partitions('Event')
  expect([...new Set(partitions.map(({ tenant }) => tenant))].sort()).toEqual(sorted)
  expect(new Set(partitions.map(({ name }) => name)).size).toBe(HOSTILE.length * 4)
  expect(Math.max(...partitions.map(({ name }) => Buffer.byteLength(name)))).toBeLessThanOrEqual(63)

  const again = await prisma.$partman().registerTenants(HOSTILE, { tenants: 'Project' })
  expect(again).toEqual(HOSTILE.map((tenant) => ({ tenant, outcome: 'existing' })))
  expect(await prisma.$partman().partitions('Event')).toEqual(partitions)
})

test('the empty text, NUL and a lone surrogate are refused everywhere', async () => {
  const { prisma, database } = await application.start()
  const refused = { code: 'TENANT_KEY_INVALID' }
  for (const id of ['', '\0', 'a\0b', '\ud83e']) {
    await expect(prisma.project.create({ data: { id, slug: 'x' } })).rejects.toMatchObject(refused)
    await expect(
      prisma.project.createMany({
        data: [
          { id: 'fine', slug: 'y' },
          { id, slug: 'x' },
        ],
      }),
    ).rejects.toMatchObject(refused)
    await expect(prisma.$partman().ensureTenant(id, { tenants: 'Project' })).rejects.toMatchObject(refused)
    await expect(prisma.$transaction((tx) => tx.$partman().ensureTenant(id, { tenants: 'Project' }))).rejects.toMatchObject(refused)
  }
  expect(await registered(database)).toEqual([])
  expect(await prisma.project.count()).toBe(0)
})
