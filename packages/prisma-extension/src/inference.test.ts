import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { useApplication } from './fixtures/application.js'

const application = useApplication()

/** An application's code: every line that is wrong is marked as wrong, so that the compiler has nothing to say. */
const APPLICATION = `
import { createMaintainer } from '@partman/core'
import { partman, prismaDatabase } from '@partman/prisma-extension'
import { PrismaClient } from './generated/prisma/client.ts'
import { config } from './generated/partman/partman.ts'

declare const plain: PrismaClient
const prisma = plain.$extends(partman(config))

export async function selectAndIncludeAreInferred() {
  const picked: { slug: string; events: { body: string }[] } = await prisma.project.create({
    data: { slug: 'acme' },
    select: { slug: true, events: { select: { body: true } } },
  })
  // @ts-expect-error name was not selected
  picked.name
  const included = await prisma.project.findUniqueOrThrow({ where: { slug: 'acme' }, include: { events: true } })
  const bodies: string[] = included.events.map((event) => event.body)
  // @ts-expect-error attempts were not included
  included.attempts
  // @ts-expect-error slug is missing
  await prisma.project.create({ data: {} })
  // @ts-expect-error no such field
  await prisma.project.create({ data: { slug: 'acme', nope: 1 } })
  return bodies
}

export async function partmanIsTyped() {
  await prisma.$partman().ensureTenant('acme', { tenants: 'Project' })
  const workspaces: number[] = await prisma.$partman().tenants({ tenants: 'Workspace' })
  const entries: { tenant: bigint | null; from: Date | null }[] = await prisma.$partman().partitions('Entry')
  // @ts-expect-error Project is not partitioned
  await prisma.$partman().partitions('Project')
  // @ts-expect-error keys of ledgers are bigints
  await prisma.$partman().ensureTenant('acme', { tenants: 'Ledger' })
  return [workspaces, entries]
}

export async function boundClientsAreInferredAsUnbound() {
  const bound = prisma.$partman().forTenant('acme', { tenants: 'Project' })
  const same: typeof prisma = bound
  const picked: { slug: string; events: { body: string }[] } | null = await bound.project.findUnique({
    where: { slug: 'acme' },
    select: { slug: true, events: { select: { body: true } } },
  })
  // @ts-expect-error name was not selected
  picked?.name
  const included = await bound.event.findMany({ include: { project: true } })
  const names: string[] = included.map(({ project }) => project.name)
  // @ts-expect-error no such field
  await bound.event.findMany({ where: { nope: 1 } })
  const followed: { body: string }[] | null = await bound.project.findUnique({ where: { slug: 'acme' } }).events()
  const [count, made] = await bound.$transaction([bound.event.count(), bound.event.create({ data: { projectId: 'acme' }, select: { id: true } })])
  const both: [number, { id: string }] = [count, made]
  await prisma.$transaction(async (tx) => {
    const inTransaction: typeof tx = tx.$partman().forTenant('acme', { tenants: 'Project' })
    // @ts-expect-error a transaction's client cannot connect
    inTransaction.$connect
    return inTransaction.event.count()
  })
  const extended = bound.$extends({ model: { event: { async latest() { return 'one' } } } })
  const latest: string = await extended.event.latest()
  const later: string = await extended.$partman().forTenant('acme', { tenants: 'Project' }).event.latest()
  // @ts-expect-error keys of ledgers are bigints
  prisma.$partman().forTenant('acme', { tenants: 'Ledger' })
  // @ts-expect-error the set has to be named where there are several
  prisma.$partman().forTenant('acme')
  return [same, names, followed, both, latest, later]
}

export const maintainer = createMaintainer({ document: config, database: prismaDatabase(prisma) })

export async function transactionsHaveItToo() {
  await prisma.$transaction(async (tx) => {
    await tx.$partman().ensureTenant('acme', { tenants: 'Project' })
    const made: { id: string } = await tx.project.create({ data: { slug: 'acme' }, select: { id: true } })
    // @ts-expect-error no such model
    await tx.$partman().partitions('Projects')
    return made
  })
}
`

const STRICT = `
import { type PartmanClient, strictClient, withPartman } from '@partman/prisma-extension'
import { PrismaClient } from './generated/prisma/client.ts'
import { config } from './generated/partman/partman.ts'

class PrismaService extends PrismaClient {
  declare $partman: () => PartmanClient<typeof config, PrismaService>
  constructor() {
    super({} as never)
    return withPartman(this, config)
  }
}
export const ofService = async (service: PrismaService) => {
  const found: { id: string }[] = await service.$partman().forTenant('acme', { tenants: 'Project' }).event.findMany({ select: { id: true } })
  return found
}

declare const plain: PrismaClient
const kept: PrismaClient = withPartman(plain, config)
const strict = strictClient(withPartman(plain, config), config)

export async function aKeyHasToBeBound() {
  const found: { id: string; body: string }[] = await strict.event.findMany({ where: { projectId: 'acme' } })
  const [picked] = await strict.event.findMany({ where: { createdAt: { gte: new Date() } }, select: { id: true, project: { select: { slug: true } } } })
  const slug: string | undefined = picked?.project.slug
  // @ts-expect-error body was not selected
  picked?.body
  const total: number = await strict.event.count({ where: { projectId: 'acme' } })
  const first: { id: string } | null = await strict.delivery.findFirst({ where: { id: 'a', createdAt: new Date() } })
  // @ts-expect-error nothing binds a key
  await strict.event.findMany()
  // @ts-expect-error nothing binds a key
  await strict.event.findMany({ where: { body: 'a' } })
  // @ts-expect-error nothing binds a key
  await strict.event.deleteMany({})
  // @ts-expect-error nothing binds a key
  await strict.auditLog.findFirst({ where: { id: 'a' } })
  // @ts-expect-error an undefined key binds nothing
  await strict.event.count({ where: { projectId: undefined } })
  // @ts-expect-error a key is a string
  await strict.event.count({ where: { projectId: 1 } })
  // @ts-expect-error no such argument
  await strict.event.findMany({ where: { projectId: 'acme' }, nope: 1 })
  return [found, slug, total, first]
}

export async function whatBindsItselfAndWhatIsNotPartitionedIsAsEver() {
  await strict.project.findMany()
  await strict.event.findUnique({ where: { id_projectId_createdAt: { id: 'a', projectId: 'acme', createdAt: new Date() } } })
  await strict.event.create({ data: { projectId: 'acme' } })
  await strict.$transaction(async (tx) => tx.event.count())
  await strict.$partman().partitions('Event')
  await kept.event.count()
}
`

const TSCONFIG = {
  compilerOptions: {
    target: 'es2023',
    module: 'nodenext',
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    types: ['node'],
  },
  files: ['application.ts', 'strict.ts'],
}

test('the generated client keeps its types, and $partman() has those of the configuration', async () => {
  const { project } = application
  await project.write('application.ts', APPLICATION)
  await project.write('strict.ts', STRICT)
  await project.write('tsconfig.json', JSON.stringify(TSCONFIG))
  const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc')
  const output = await new Promise<string>((resolve) => {
    execFile(process.execPath, [compiler, '-p', project.path], (_, stdout, stderr) => resolve(`${stdout}${stderr}`))
  })
  expect(output).toBe('')
})
