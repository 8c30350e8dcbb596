import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { testDatabase } from '@partman/testing/vitest'
import { PrismaPg } from '@prisma/adapter-pg'
import { expect, onTestFinished, test } from 'vitest'
import { type ApplicationClient, useApplication } from './fixtures/application.js'
import { tenantsFound } from './fixtures/tenants-found.js'
import { withPartman } from './with-partman.js'

const application = useApplication()

test('a class that extends PrismaClient is one still, with its methods, its events and its partitions', async () => {
  const { database } = await application.start()
  const { config, project } = application
  const { PrismaClient } = (await import(pathToFileURL(join(project.path, 'generated/prisma/client.ts')).href)) as {
    PrismaClient: new (options: object) => ApplicationClient & { $on(event: string, listener: (event: { query: string }) => void): void }
  }
  class PrismaService extends PrismaClient {
    readonly queries: string[] = []

    constructor() {
      super({ adapter: new PrismaPg({ connectionString: database.url }), log: [{ emit: 'event', level: 'query' }] })
      this.$on('query', ({ query }) => this.queries.push(query))
      // biome-ignore lint/correctness/noConstructorReturn: what is asked of the class is asked of its extended self.
      return withPartman(this, config)
    }

    isEnabled(): boolean | undefined {
      return (this as { enabled?: boolean }).enabled
    }

    async signUp(id: string): Promise<void> {
      await this.project.create({ data: { id, slug: id } })
    }
  }

  const service = new PrismaService()
  onTestFinished(() => service.$disconnect())
  // Of a client that is only extended, Prisma takes it away.
  service.$on('query', () => {})
  expect(service.signUp).toBe(service.signUp)
  expect(service.constructor.name).toBe('PrismaService')
  Object.assign(service, { enabled: true })
  expect([(service as { enabled?: boolean }).enabled, service.isEnabled()]).toEqual([true, true])
  class PlainService extends PrismaClient {}
  const plain = new PlainService({ adapter: new PrismaPg({ connectionString: database.url }) })
  // What a client is an instance of is up to Prisma, whose constructor returns something else than it was called for.
  expect([service instanceof PrismaService, service instanceof PrismaClient]).toEqual([
    plain instanceof PlainService,
    plain instanceof PrismaClient,
  ])
  await service.signUp('acme')
  expect(await tenantsFound(database, '"Event"')).toEqual([`"Event" FOR VALUES IN ('acme'): 4`])
  expect(service.queries.join('\n')).toContain('INSERT INTO "public"."Project"')
  expect(await service.$partman().tenants({ tenants: 'Project' })).toEqual(['acme'])
})

test('extensions before and after it go on working', async () => {
  const { database } = await application.start()
  const seen: string[] = []
  const noting = (name: string) => ({
    query: {
      project: {
        create: ({ args, query }: { args: { data: { id?: string } }; query(args: object): unknown }) => {
          seen.push(`${name} ${args.data.id}`)
          return query(args)
        },
      },
    },
  })
  const before = application.plainClient(database.url).$extends(noting('before'))
  const prisma = withPartman(before as ApplicationClient & { $extends(extension: never): unknown }, application.config).$extends(
    noting('after'),
  )
  await prisma.$transaction((tx) => tx.project.create({ data: { id: 'acme', slug: 'acme' } }))
  await prisma.project.create({ data: { id: 'globex', slug: 'globex' } })
  expect(seen).toEqual(['before acme', 'after acme', 'before globex', 'after globex'])
  expect(await tenantsFound(database, '"Event"')).toHaveLength(2)
})

test('a second database of the same client is another client', async () => {
  const other = await testDatabase()
  const { prisma } = await application.start()
  const replica = withPartman(
    application.plainClient(other.url) as ApplicationClient & { $extends(extension: never): unknown },
    application.config,
  )
  await expect(replica.$partman().ensureTenant('acme', { tenants: 'Project' })).rejects.toMatchObject({ code: 'BOOKKEEPING_MISSING' })
  await prisma.$partman().ensureTenant('acme', { tenants: 'Project' })
})
