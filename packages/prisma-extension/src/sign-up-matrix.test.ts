import { expect, test } from 'vitest'
import { type ApplicationClient, type ModelAccess, useApplication } from './fixtures/application.js'

const application = useApplication()

/** Sign-ups at the same time. */
const AT_ONCE = 8
/** Each combination comes so often that there are at least as many sign-ups; PARTMAN_SIGN_UPS asks for more. */
const SIGN_UPS = Number(process.env['PARTMAN_SIGN_UPS'] ?? 1)

type Row = Readonly<Record<string, unknown>>

/** A tenant model, the table of its tenants, and how a new row is written; `taken`: what a row of it cannot be, as there is one. */
interface Kind {
  readonly name: string
  readonly model: (client: ApplicationClient) => ModelAccess
  readonly table: string
  readonly partitioned: readonly string[]
  readonly set: string
  readonly row: (n: number) => Row
  readonly taken: Row
}

const KINDS: readonly Kind[] = [
  {
    name: 'a key that the client makes, with a foreign key to the tenants',
    model: (client) => client.project,
    table: '"Project"',
    partitioned: ['"Event"', '"Attempt"'],
    set: 'Project',
    row: (n) => ({ slug: `slug ${n}` }),
    taken: { slug: 'taken' },
  },
  {
    name: 'a key that is given, with a foreign key to the tenants',
    model: (client) => client.project,
    table: '"Project"',
    partitioned: ['"Event"', '"Attempt"'],
    set: 'Project',
    row: (n) => ({ id: `it's ${n}`, slug: `slug ${n}` }),
    taken: { id: 'another', slug: 'taken' },
  },
  {
    name: 'a sequence',
    model: (client) => client.workspace,
    table: 'workspaces',
    partitioned: ['visits'],
    set: 'Workspace',
    row: () => ({ name: 'new' }),
    taken: { id: 1_000_000, name: 'taken' },
  },
  {
    name: 'a uuid that the database makes',
    model: (client) => client.region,
    table: '"Region"',
    partitioned: ['"Reading"'],
    set: 'Region',
    row: (n) => ({ name: `${n}` }),
    taken: { id: '00000000-0000-4000-8000-000000000000', name: 'taken' },
  },
  {
    name: 'a bigint that is given',
    model: (client) => client.ledger,
    table: '"Ledger"',
    partitioned: ['"Entry"'],
    set: 'Ledger',
    row: (n) => ({ id: BigInt(n) - 1_000n }),
    taken: { id: 1_000_000n },
  },
]

/** What never matches: an upsert that is to create. */
const NOBODY: Readonly<Record<string, Row>> = {
  Project: { slug: 'nobody' },
  Workspace: { id: -1 },
  Region: { id: '11111111-1111-4111-8111-111111111111' },
  Ledger: { id: -1_000_000n },
}

const OPERATIONS: Readonly<Record<string, (kind: Kind, client: ApplicationClient, data: Row) => Promise<unknown>>> = {
  create: ({ model }, client, data) => model(client).create({ data }),
  createMany: ({ model }, client, data) => model(client).createMany({ data: [data] }),
  createManyAndReturn: ({ model }, client, data) => model(client).createManyAndReturn({ data: [data] }),
  upsert: ({ model, set }, client, create) => model(client).upsert({ where: NOBODY[set], create, update: {} }),
}

type Within = (prisma: ApplicationClient, work: (client: ApplicationClient) => Promise<unknown>) => Promise<unknown>

const CONTEXTS: Readonly<Record<string, Within>> = {
  alone: (prisma, work) => work(prisma),
  transaction: (prisma, work) => prisma.$transaction((tx) => work(tx)),
  'nested transaction': (prisma, work) => prisma.$transaction((tx) => tx.$transaction((nested) => work(nested))),
  'transaction that has read': (prisma, work) =>
    prisma.$transaction(async (tx) => {
      await tx.project.count()
      return work(tx)
    }),
  'transaction that has written': (prisma, work) =>
    prisma.$transaction(async (tx) => {
      await tx.owner.create({ data: {} })
      return work(tx)
    }),
  'nested transaction after one that was rolled back': (prisma, work) =>
    prisma.$transaction(async (tx) => {
      const first = tx.$transaction(async (nested) => {
        await work(nested)
        throw new Error('first')
      })
      await expect(first).rejects.toThrow()
      return tx.$transaction((nested) => work(nested))
    }),
}

const OUTCOMES = ['success', 'failure', 'rollback'] as const

const COMBINATIONS = KINDS.flatMap((kind) =>
  Object.keys(OPERATIONS).flatMap((operation) =>
    Object.keys(CONTEXTS).flatMap((context) => OUTCOMES.map((outcome) => ({ kind, operation, context, outcome }))),
  ),
)

/** In a transaction of its own, or not, whatever is thrown takes all back but what stands by itself. */
async function signUp(prisma: ApplicationClient, { kind, operation, context, outcome }: (typeof COMBINATIONS)[number], n: number) {
  const work = (client: ApplicationClient) => OPERATIONS[operation]!(kind, client, outcome === 'failure' ? kind.taken : kind.row(n))
  if (outcome === 'success') return CONTEXTS[context]!(prisma, work)
  if (outcome === 'failure') return expect(CONTEXTS[context]!(prisma, work)).rejects.toMatchObject({ code: 'P2002' })
  const undone = CONTEXTS[context]!(prisma, (client) =>
    client.$transaction(async (tx) => {
      await work(tx)
      throw new Error('rolled back')
    }),
  )
  return expect(undone).rejects.toThrow(/^(rolled back|first)$/)
}

test('whatever way a tenant signs up, its row and its partitions come together or not at all', { timeout: 600_000 }, async () => {
  const { prisma, database } = await application.start()
  for (const kind of new Set(KINDS.map(({ set }) => KINDS.find((one) => one.set === set)!))) {
    await kind.model(prisma).create({ data: kind.taken })
  }
  const count = COMBINATIONS.length * Math.max(1, Math.ceil(SIGN_UPS / COMBINATIONS.length))
  const failures: string[] = []
  const numbers = Array.from({ length: count }, (_, n) => n).values()
  const wanted = new Map<string, number>(KINDS.map(({ set }) => [set, 1]))
  const work = async () => {
    for (const n of numbers) {
      const one = COMBINATIONS[(n * 7) % COMBINATIONS.length]!
      try {
        await signUp(prisma, one, n)
        if (one.outcome === 'success') wanted.set(one.kind.set, wanted.get(one.kind.set)! + 1)
      } catch (error) {
        failures.push(`${one.kind.name}, ${one.operation}, ${one.context}, ${one.outcome}: ${(error as Error).message}`)
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  expect(failures).toEqual([])
  for (const { set, table, partitioned } of KINDS) {
    const { rows } = await database.query(
      `SELECT (SELECT count(*)::int FROM ${table}) AS rows,
        (SELECT count(*)::int FROM partman.tenant t WHERE tenants = '${set}' AND EXISTS (SELECT FROM ${table} s WHERE s.id::text = t.key)) AS registered,
        (SELECT count(*)::int FROM partman.tenant t WHERE tenants = '${set}') AS in_all,
        ${partitioned.map((one, index) => `(SELECT count(*)::int FROM pg_inherits WHERE inhparent = '${one}'::regclass) AS partitions_${index}`).join(', ')}`,
    )
    const all = wanted.get(set)
    expect(Object.values(rows[0] as object)).toEqual([all, all, all, ...partitioned.map(() => all)])
  }
  const [{ deadlocks }] = (await database.query('SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()')).rows as [
    { deadlocks: number },
  ]
  expect(deadlocks).toBe(0)
  process.stdout.write(`${count} sign-ups, ${AT_ONCE} at a time, of ${COMBINATIONS.length} kinds\n`)
})
