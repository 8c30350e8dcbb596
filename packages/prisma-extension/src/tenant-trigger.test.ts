import { expect, test } from 'vitest'
import { useApplication } from './fixtures/application.js'
import { SCHEMA, TABLES } from './fixtures/schema.js'
import { type Kind, type Row, SEEN_OPERATIONS, type SignUpOperation, signUpInEveryWay } from './fixtures/sign-up-matrix.js'
import { tenantsFound } from './fixtures/tenants-found.js'

/** Every tenant model has a trigger, and no partitioned one a foreign key to it. */
const application = useApplication({
  schema: SCHEMA.replaceAll('@partman.tenants(key: id)', '@partman.tenants(key: id, trigger: true)')
    .replaceAll('tenant: projectId)', 'tenant: projectId, tenants: Project)')
    .replaceAll(/^ +project +Project +@relation.*\n/gm, '')
    .replace('  events   Event[]\n  attempts Attempt[]\n', ''),
  tables: TABLES.replaceAll(' REFERENCES "Project" (id)', ''),
})

const literal = (value: unknown) => `'${String(value).replaceAll("'", "''")}'`
const columnsOf = (row: Row) => Object.keys(row).map((name) => `"${name}"`)
const valuesOf = (row: Row) => Object.values(row).map(literal)
/** Where the client makes no key. */
const isComplete = ({ set, name }: Kind) => set !== 'Project' || name.includes('given')
const isWorkspace = ({ set }: Kind) => set === 'Workspace'

const raw = (name: string, write: (table: string, row: Row) => string, failure: SignUpOperation['failure'] = 'P2010'): SignUpOperation => ({
  name,
  run: ({ table }, client, row) => client.$executeRawUnsafe(write(table, row)),
  failure,
  suits: isComplete,
})

/** What the extension does not see. */
const UNSEEN_OPERATIONS: readonly SignUpOperation[] = [
  {
    name: 'nested create',
    run: (_, client, row) => client.owner.create({ data: { workspaces: { create: row } } }),
    failure: 'P2002',
    suits: isWorkspace,
  },
  {
    name: 'nested createMany',
    run: (_, client, row) => client.owner.create({ data: { workspaces: { createMany: { data: [row] } } } }),
    failure: 'P2002',
    suits: isWorkspace,
  },
  raw('INSERT', (table, row) => `INSERT INTO ${table} (${columnsOf(row)}) VALUES (${valuesOf(row)})`),
  raw('INSERT SELECT', (table, row) => `INSERT INTO ${table} (${columnsOf(row)}) SELECT ${valuesOf(row)}`),
  raw(
    'INSERT ON CONFLICT DO NOTHING',
    (table, row) => `INSERT INTO ${table} (${columnsOf(row)}) VALUES (${valuesOf(row)}) ON CONFLICT DO NOTHING`,
    null,
  ),
  raw('COPY', (table, row) => `COPY ${table} (${columnsOf(row)}) FROM PROGRAM $$echo "${Object.values(row).join('\t')}"$$`),
]

test('whatever way a tenant is inserted, with the extension and without it, its row and its partitions come together or not at all', {
  timeout: 600_000,
}, async () => {
  const { prisma, database } = await application.start()
  const plain = application.plainClient(database.url)
  await signUpInEveryWay(database, [prisma, plain], [...SEEN_OPERATIONS, ...UNSEEN_OPERATIONS])
})

test('a batch may hold new tenants, whose partitions the trigger makes, or none of it happens', async () => {
  const { prisma, database } = await application.start()
  await prisma.$transaction([prisma.project.create({ data: { slug: 'new' } }), prisma.ledger.create({ data: { id: 1n } })])
  expect(await tenantsFound(database, '"Event"', '"Entry"')).toHaveLength(2)
  const again = prisma.$transaction([prisma.ledger.create({ data: { id: 2n } }), prisma.ledger.create({ data: { id: 1n } })])
  await expect(again).rejects.toMatchObject({ code: 'P2002' })
  expect(await tenantsFound(database, '"Entry"')).toEqual(['"Entry" FOR VALUES IN (\'1\'): 2'])
})

test('the same tenant by several at once, in every way, is one tenant, and nobody deadlocks', async () => {
  const { prisma, database } = await application.start()
  const plain = application.plainClient(database.url)
  const ways: readonly ((id: bigint) => Promise<unknown>)[] = [
    (id) => prisma.ledger.create({ data: { id } }),
    (id) => plain.ledger.create({ data: { id } }),
    (id) => prisma.$transaction((tx) => tx.ledger.createMany({ data: [{ id }], skipDuplicates: true })),
    (id) => prisma.$partman().ensureTenant(id, { tenants: 'Ledger' }),
    (id) => prisma.ledger.upsert({ where: { id }, create: { id }, update: { name: 'again' } }),
    (id) => plain.$executeRawUnsafe(`INSERT INTO "Ledger" (id) VALUES (${id}) ON CONFLICT DO NOTHING`),
    (id) => plain.$transaction((tx) => tx.ledger.upsert({ where: { id }, create: { id }, update: { name: 'again' } })),
    (id) => prisma.$transaction([prisma.ledger.create({ data: { id } })]),
  ]
  const ids = Array.from({ length: 20 }, (_, n) => BigInt(n))
  for (const id of ids) {
    const outcomes = await Promise.allSettled(ways.map((insert) => insert(id)))
    const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.code] : []))
    expect(failures.filter((code) => code !== 'P2002')).toEqual([])
  }
  expect(await tenantsFound(database, '"Entry"')).toHaveLength(ids.length)
  const { rows } = await database.query(`SELECT deadlocks::int, (SELECT count(*)::int FROM "Ledger") AS ledgers
    FROM pg_stat_database WHERE datname = current_database()`)
  expect(rows).toEqual([{ deadlocks: 0, ledgers: ids.length }])
})
