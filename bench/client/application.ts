import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type PartmanDocument, parseDocument, renderBookkeeping, renderFirstPartitions } from '@partman/core'
import { partman } from '@partman/prisma-extension'
import { createPrismaProject, createTestDatabase, type TestDatabase } from '@partman/testing'
import { PrismaPg } from '@prisma/adapter-pg'
import type pg from 'pg'

/** Tables of one project each, partitioned by tenant and by day. */
const TENANT_TABLES = ['Attempt', 'Audit', 'Event', 'Usage']

/** What of the application differs from one benchmark to the next. */
interface Tables {
  /** Tables of one project each. Default: four. */
  readonly tenantTables?: readonly string[]
  /** How many partitions each project has in each of them. Default 10. */
  readonly tenantDays?: number
}

function schema(days: number, { tenantTables = TENANT_TABLES, tenantDays = 10 }: Tables): string {
  const tables = tenantTables.map(
    (name) => `
/// @partman(by: createdAt, interval: "1 day", premake: ${tenantDays - 1}, tenant: projectId)
model ${name} {
  id        String   @default(uuid(7)) @db.Uuid
  projectId String
  createdAt DateTime @default(now()) @db.Timestamptz(6)

  @@id([id, projectId, createdAt])
}
`,
  )
  return `
generator client {
  provider = "prisma-client-js"
  output   = "../../generated/prisma"
}

generator partman {
  provider = "partman-generator"
  output   = "../../generated/partman"
}

datasource db {
  provider = "postgresql"
}

/// @partman.tenants(key: id)
model Project {
  id String @id @default(cuid())
}

model Plain {
  id Int @id
}
${tables.join('')}
/// @partman(by: createdAt, interval: "1 day", premake: ${days - 1}, orderedId: id, skew: "5 minutes")
model Delivery {
  id        String   @default(uuid(7)) @db.Uuid
  createdAt DateTime @default(now()) @db.Timestamptz(6)

  @@id([id, createdAt])
}
`
}

function createTables({ tenantTables = TENANT_TABLES }: Tables): string {
  return `
CREATE TABLE "Project" (id text PRIMARY KEY);
CREATE TABLE "Plain" (id int PRIMARY KEY);
INSERT INTO "Plain" SELECT generate_series(1, 100);
${tenantTables.map((name) => `CREATE TABLE "${name}" (id uuid NOT NULL DEFAULT gen_random_uuid(), "projectId" text NOT NULL, "createdAt" timestamptz(6) NOT NULL DEFAULT now(), PRIMARY KEY (id, "projectId", "createdAt")) PARTITION BY LIST ("projectId");`).join('\n')}
CREATE TABLE "Delivery" (id uuid NOT NULL, "createdAt" timestamptz(6) NOT NULL DEFAULT now(), PRIMARY KEY (id, "createdAt")) PARTITION BY RANGE ("createdAt");
`
}

/** What the benchmarks call on a model. */
export interface ModelAccess {
  create(args: object): Promise<unknown>
  findFirst(args: object): Promise<object | null>
  findUnique(args: object): Promise<object | null>
}

export interface PlainClient {
  readonly project: ModelAccess
  readonly plain: ModelAccess
  readonly event: ModelAccess
  readonly delivery: ModelAccess
  $executeRawUnsafe(statement: string): Promise<number>
  $transaction(queries: Promise<unknown>[]): Promise<unknown[]>
  $extends(extension: unknown): PlainClient
  $connect(): Promise<void>
  $disconnect(): Promise<void>
}

/** A client that knows its tenants. */
export interface ExtendedClient extends PlainClient {
  $partman(): { registerTenants(keys: readonly string[]): Promise<readonly { readonly outcome: string }[]> }
}

/** A generated client, and a database that has its tables. */
export interface Application {
  readonly document: PartmanDocument
  readonly test: TestDatabase
  readonly tenantTables: readonly string[]
  /** As an application makes it, with one connection. */
  plainClient(): PlainClient
  extendedClient(pool?: pg.Pool): ExtendedClient
  drop(): Promise<void>
}

/** Generates a client as an application does, in a folder of its own. `days`: how many partitions the table without tenants has. */
export async function createApplication(server: string, days: number, tables: Tables = {}): Promise<Application> {
  const project = await createPrismaProject({ schema: schema(days, tables), url: 'postgresql://localhost/none' })
  const run = await project.prisma(['generate'], { env: { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath } })
  if (run.exitCode !== 0) throw new Error(`${run.stdout}${run.stderr}`)
  const require = createRequire(join(project.path, 'package.json'))
  const { PrismaClient } = require('./generated/prisma') as { PrismaClient: new (options: object) => PlainClient }
  const document = parseDocument(readFileSync(join(project.path, 'generated', 'partman', 'partman.json'), 'utf8'))
  const test = await createTestDatabase(server)
  await test.query(createTables(tables))
  await test.query(renderBookkeeping())
  await test.query(renderFirstPartitions(document, document.tables))
  const plainClient = (pool?: pg.Pool) => new PrismaClient({ adapter: new PrismaPg(pool ?? { connectionString: test.url, max: 1 }) })
  return {
    document,
    test,
    tenantTables: tables.tenantTables ?? TENANT_TABLES,
    plainClient: () => plainClient(),
    extendedClient: (pool) => plainClient(pool).$extends(partman(document)) as ExtendedClient,
    async drop() {
      await test.drop()
      await project.remove()
    },
  }
}
