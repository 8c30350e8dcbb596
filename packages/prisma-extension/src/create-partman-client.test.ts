import { simulatedClock } from '@partman/testing'
import { testDatabase } from '@partman/testing/vitest'
import { expect, test } from 'vitest'
import { useApplication } from './fixtures/application.js'
import { registered, tenantsFound } from './fixtures/tenants-found.js'
import { partman } from './partman.js'

const application = useApplication()
const PROJECTS = { tenants: 'Project' }
const LEDGERS = { tenants: 'Ledger' }
const CLOCK = simulatedClock('2031-05-10T12:00:00Z')

const acme = ['"Attempt" FOR VALUES IN (\'acme\'): 3', '"Event" FOR VALUES IN (\'acme\'): 4']

test('a tenant is ensured twice, and by several at once, as once', async () => {
  const { prisma, database } = await application.start()
  await Promise.all(Array.from({ length: 8 }, () => prisma.$partman().ensureTenant('acme', PROJECTS)))
  await prisma.$partman().ensureTenant('acme', PROJECTS)
  expect(await tenantsFound(database, '"Event"', '"Attempt"')).toEqual(acme)
  expect(await registered(database)).toEqual(['Project acme'])
})

test('a tenant that is ensured in a transaction goes with its rollback', async () => {
  const { prisma, database } = await application.start()
  const failed = prisma.$transaction(async (tx) => {
    await tx.$partman().ensureTenant('acme', PROJECTS)
    expect(await tx.$partman().tenants(PROJECTS)).toEqual(['acme'])
    throw new Error('no')
  })
  await expect(failed).rejects.toThrow('no')
  expect(await tenantsFound(database, '"Event"', '"Attempt"')).toEqual([])
  await prisma.$transaction((tx) => tx.$transaction((nested) => nested.$partman().ensureTenant('acme', PROJECTS)))
  expect(await tenantsFound(database, '"Event"', '"Attempt"')).toEqual(acme)
})

test('tenants are registered one by one, and the failure of one stops no other', async () => {
  const { prisma, database } = await application.start()
  await prisma.$partman().ensureTenant('old', PROJECTS)
  const results = await prisma.$partman().registerTenants(['new', '', 'old', 'new', 'other'], PROJECTS)
  expect(results).toEqual([
    { tenant: 'new', outcome: 'created' },
    { tenant: '', outcome: 'failed', error: expect.objectContaining({ code: 'TENANT_KEY_INVALID' }) },
    { tenant: 'old', outcome: 'existing' },
    { tenant: 'new', outcome: 'existing' },
    { tenant: 'other', outcome: 'created' },
  ])
  expect(await registered(database)).toEqual(['Project new', 'Project old', 'Project other'])

  const failed = prisma.$transaction((tx) => tx.$partman().registerTenants(['third', ''], PROJECTS))
  await expect(failed).rejects.toMatchObject({ code: 'TENANT_KEY_INVALID' })
  expect(await registered(database)).toEqual(['Project new', 'Project old', 'Project other'])
})

test('many tenants take few statements, and where one of a batch fails, only that one does', async () => {
  const { prisma, database } = await application.start()
  const sent: string[] = []
  const logged = prisma.$extends({
    query: {
      $queryRawUnsafe: ({ args, query }: { args: [string]; query(args: unknown): unknown }) => {
        sent.push(args[0])
        return query(args)
      },
    },
  })
  // What is in the way of one tenant's partition, and is no partition.
  await prisma.$partman().ensureTenant('k07', PROJECTS)
  const [taken] = await prisma.$partman().partitions('Attempt')
  const name = taken!.name.replace(/_p\d+$/, '')
  await database.query(`ALTER TABLE "Attempt" DETACH PARTITION partman_partitions."${name}"; DELETE FROM partman.tenant`)
  await database.query(
    `CREATE TABLE partman_partitions."Attempt_old" PARTITION OF "Attempt" FOR VALUES IN ('k01') PARTITION BY RANGE ("createdAt")`,
  )
  const keys = Array.from({ length: 40 }, (_, n) => `k${String(n).padStart(2, '0')}`)
  const results = await logged.$partman().registerTenants([...keys, 'k00'], PROJECTS)
  expect(results.filter(({ outcome }) => outcome !== 'created')).toEqual([
    { tenant: 'k01', outcome: 'imported' },
    { tenant: 'k07', outcome: 'failed', error: expect.objectContaining({ message: expect.stringContaining('already exists') }) },
    { tenant: 'k00', outcome: 'existing' },
  ])
  // 9 tables a tenant, 50 in a batch: 8 batches of 5, one of which is tried one by one; and two looks at what there is.
  expect(sent).toHaveLength(8 + 5 + 2)
  expect(await registered(database)).toEqual(keys.filter((key) => key !== 'k07').map((key) => `Project ${key}`))
  expect(await tenantsFound(database, '"Attempt"')).toHaveLength(39)
})

test('tenants that have a row or partitions and are not registered are imported', async () => {
  const { prisma, database } = await application.start()
  await database.query(`
    INSERT INTO "Ledger" (id) VALUES (5), (6);
    CREATE TABLE partman_partitions.entries PARTITION OF "Entry" FOR VALUES IN (7) PARTITION BY RANGE (at);
  `)
  await prisma.$partman().ensureTenant(6n, LEDGERS)
  expect(await prisma.$partman().importTenants(LEDGERS)).toEqual([
    { tenant: 5n, outcome: 'created' },
    { tenant: 7n, outcome: 'imported' },
  ])
  expect(await prisma.$partman().importTenants(LEDGERS)).toEqual([])
  expect(await registered(database)).toEqual(['Ledger 5', 'Ledger 6', 'Ledger 7'])
})

test('a tenant gets a retention and a premake of its own, until they are taken away', async () => {
  const { prisma, database } = await application.start()
  const settings = async () => (await database.query(`SELECT key, settings FROM partman.tenant WHERE tenants = 'Project'`)).rows
  await prisma.$partman().ensureTenant('acme', PROJECTS)
  await prisma.$partman().setTenant('acme', { retention: '90 days', premake: 6 }, PROJECTS)
  expect(await settings()).toEqual([{ key: 'acme', settings: { retention: '90 days', premake: 6 } }])
  await prisma.$partman().maintain()
  expect(await tenantsFound(database, '"Event"')).toEqual([`"Event" FOR VALUES IN ('acme'): 7`])
  await expect(prisma.$partman().setTenant('acme', { retention: 'soon' }, PROJECTS)).rejects.toMatchObject({
    code: 'TENANT_SETTINGS_INVALID',
    message: expect.stringContaining('The settings of tenant "acme" cannot be understood: retention: '),
  })
  await prisma.$partman().setTenant('acme', null, PROJECTS)
  expect(await settings()).toEqual([{ key: 'acme', settings: null }])
})

test('tenants are those registered, those with a row and those with partitions, in the type of their keys', async () => {
  const { prisma, database } = await application.start()
  await database.query(`
    INSERT INTO "Ledger" (id) VALUES (-5);
    CREATE TABLE partman_partitions.entries PARTITION OF "Entry" FOR VALUES IN (7, 8) PARTITION BY RANGE (at);
  `)
  await prisma.$partman().registerTenants([2n ** 60n], LEDGERS)
  expect(await prisma.$partman().tenants(LEDGERS)).toEqual([-5n, 7n, 8n, 2n ** 60n])
  expect(await prisma.$partman().tenants({ tenants: 'Workspace' })).toEqual([])
})

test('partitions are listed tenant by tenant with their windows', async () => {
  const { prisma, database } = await application.start({ clock: CLOCK })
  await database.query(`CREATE TABLE partman_partitions.rest PARTITION OF "Entry" FOR VALUES IN (7, 8)`)
  await prisma.$partman().ensureTenant(1n, LEDGERS)
  const entries = await prisma.$partman().partitions('Entry')
  expect(entries).toEqual([
    {
      schema: 'partman_partitions',
      name: expect.stringMatching(/^Entry_1_\w{10}_p20310510$/),
      tenant: 1n,
      from: new Date('2031-05-10T00:00:00Z'),
      to: new Date('2031-05-11T00:00:00Z'),
      bound: '[2031-05-10 .. 2031-05-11)',
      attached: true,
    },
    {
      schema: 'partman_partitions',
      name: expect.stringMatching(/^Entry_1_\w{10}_p20310511$/),
      tenant: 1n,
      from: new Date('2031-05-11T00:00:00Z'),
      to: new Date('2031-05-12T00:00:00Z'),
      bound: '[2031-05-11 .. 2031-05-12)',
      attached: true,
    },
    { schema: 'partman_partitions', name: 'rest', tenant: null, from: null, to: null, bound: '"7", "8"', attached: true },
  ])
  const logs = await prisma.$partman().partitions('AuditLog')
  expect(logs.map(({ tenant, attached }) => ({ tenant, attached }))).toEqual(
    Array.from({ length: 3 }, () => ({ tenant: null, attached: true })),
  )
  await expect(prisma.$partman().partitions('Project')).rejects.toMatchObject({
    code: 'MODEL_UNKNOWN',
    hint: 'Known: Event, Attempt, AuditLog, Delivery, Visit, Reading, Entry.',
  })
})

test('a look within a transaction leaves its settings as they were', async () => {
  const { prisma } = await application.start()
  const settings = "SELECT current_setting('TimeZone') AS zone, current_setting('DateStyle') AS style"
  await prisma.$transaction(async (tx) => {
    await tx.$executeRawUnsafe("SET LOCAL TimeZone TO 'Asia/Seoul'")
    await tx.$executeRawUnsafe("SET LOCAL DateStyle TO 'German, DMY'")
    await tx.$partman().ensureTenant('acme', PROJECTS)
    expect(await tx.$partman().partitions('Event')).toHaveLength(4)
    expect(await tx.$queryRawUnsafe(settings)).toEqual([{ zone: 'Asia/Seoul', style: 'German, DMY' }])
  })
})

test('maintenance makes what is coming, detaches what is old, and drops it after its grace period', async () => {
  const clock = simulatedClock('2031-05-10T12:00:00Z')
  const { prisma } = await application.start({ clock })
  await prisma.$partman().ensureTenant('acme', PROJECTS)
  const report = async () => {
    const run = await prisma.$partman().maintain()
    const steps = 'steps' in run ? run.steps : []
    const count = (kind: string) => steps.filter((step) => step.model === 'Event' && step.kind === kind).length
    return [run.outcome, count('create-partition'), count('detach-partition'), count('drop-partition')]
  }
  expect(await report()).toEqual(['done', 0, 0, 0])
  clock.set('2031-05-11T12:00:00Z')
  expect(await report()).toEqual(['done', 1, 0, 0])
  clock.set('2031-06-11T12:00:00Z')
  // No row of this month tells that the clock is right: the present and the next window are made, and no more.
  expect(await report()).toEqual(['done', 2, 2, 0])
  const retired = (await prisma.$partman().partitions('Event')).filter(({ attached }) => !attached)
  expect(retired.map(({ tenant, from }) => ({ tenant, from }))).toEqual([
    { tenant: 'acme', from: new Date('2031-05-10T00:00:00Z') },
    { tenant: 'acme', from: new Date('2031-05-11T00:00:00Z') },
  ])
  clock.advance({ days: 1 })
  expect(await report()).toEqual(['done', 1, 1, 2])
})

test('maintenance within a transaction is refused', async () => {
  const { prisma } = await application.start()
  await expect(prisma.$transaction((tx) => tx.$partman().maintain())).rejects.toMatchObject({ code: 'TRANSACTION_OPEN' })
})

test('a tenant set has to be named where there are several, and known', async () => {
  const { prisma } = await application.start()
  const hint = 'Known: Project, Workspace, Region, Ledger.'
  await expect(prisma.$partman().ensureTenant('acme')).rejects.toMatchObject({ code: 'TENANT_SET_UNKNOWN', hint })
  await expect(prisma.$partman().tenants({ tenants: 'Projects' })).rejects.toMatchObject({ code: 'TENANT_SET_UNKNOWN', hint })
})

test('a database without bookkeeping is told from one without the table of the application', async () => {
  const database = await testDatabase()
  await database.query('CREATE TABLE "Project" (id text PRIMARY KEY, slug text NOT NULL UNIQUE, name text NOT NULL DEFAULT \'\')')
  const prisma = application.plainClient(database.url).$extends(partman(application.config))
  const data = { id: 'acme', slug: 'acme' }
  const attempts = [
    prisma.project.create({ data }),
    prisma.$transaction((tx) => tx.project.create({ data })),
    prisma.$transaction([prisma.project.create({ data })]),
    prisma.$partman().ensureTenant('acme', PROJECTS),
    prisma.$partman().registerTenants(['acme'], PROJECTS),
    prisma.$partman().maintain(),
  ]
  for (const attempt of await Promise.allSettled(attempts)) {
    expect(attempt).toMatchObject({ status: 'rejected', reason: { code: 'BOOKKEEPING_MISSING' } })
  }
  const prepared = await application.start()
  await prepared.database.query('DROP TABLE "Project" CASCADE')
  await expect(prepared.prisma.project.create({ data })).rejects.toMatchObject({ code: 'P2021' })
})

test('a client that has no such model, or keeps its transactions to itself, is refused at once', () => {
  const unsent = { requestTransaction: () => Promise.resolve(0) }
  expect(() => partman(application.config)({ $executeRawUnsafe: () => unsent })).toThrow(expect.objectContaining({ code: 'MODEL_UNKNOWN' }))
  expect(() => partman(application.config)({ $executeRawUnsafe: () => ({}) })).toThrow(
    expect.objectContaining({ code: 'CLIENT_UNSUPPORTED' }),
  )
})
