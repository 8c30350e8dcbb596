import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { parseDocument, policyLevels } from '@partman/core'
import { createPrismaProject, type PrismaProject } from '@partman/testing'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'

const BASE = `datasource db {
  provider = "postgresql"
}

generator partman {
  provider = "partman-generator"
  output   = "../../generated/partman"
}
`
const PROJECT = '/// @partman.tenants\nmodel Project {\n  id String @id @default(cuid())\n}\n'
const ATTEMPT = `/// @partman(by: createdAt, interval: "1 day", retention: "30 days", tenant: projectId)
model Attempt {
  id        String
  projectId String
  createdAt DateTime @db.Timestamptz(6)
  sentAt    DateTime
  @@id([id, projectId, createdAt])
}
`

/** `prisma generate` is run without a database; nothing connects. */
const NO_DATABASE = 'postgresql://nobody@localhost/none'

const makeProject = (schema: Record<string, string>) =>
  createPrismaProject({ url: NO_DATABASE, schema: { 'base.prisma': BASE, ...schema } })

async function prismaGenerate(project: PrismaProject) {
  const PATH = `${join(project.path, 'node_modules', '.bin')}${delimiter}${process.env['PATH'] ?? ''}`
  const { exitCode, stdout, stderr } = await project.prisma(['generate'], { env: { PATH } })
  return { exitCode, output: `${stdout}${stderr}`.replaceAll('\r\n', '\n') }
}

const outputs = (project: PrismaProject) =>
  ['partman.json', 'partman.ts'].map((name) => {
    const path = join(project.path, 'generated', 'partman', name)
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined
  })

const TSCONFIG = '{ "compilerOptions": { "strict": true, "module": "nodenext", "noEmit": true, "types": [] }, "files": ["usage.ts"] }\n'

/** Checks `usage.ts` of a project, and what it imports, with TypeScript. */
async function compile(project: PrismaProject) {
  await project.write('tsconfig.json', TSCONFIG)
  const tsc = spawnSync(process.execPath, [join(project.path, 'node_modules/typescript/bin/tsc'), '-p', project.path], { encoding: 'utf8' })
  return { status: tsc.status, output: `${tsc.stdout}${tsc.stderr}` }
}

test('a schema of several files is generated beside prisma-client, warns, and gives a module whose literal types compile', async () => {
  const client = 'generator client {\n  provider = "prisma-client"\n  output   = "../../generated/client"\n}\n'
  const project = await makeProject({
    'client.prisma': client,
    'project.prisma': PROJECT,
    'traffic/attempt.prisma': ATTEMPT.replace('@db.Timestamptz(6)', ''),
  })
  onTestFinished(project.remove)
  const { exitCode, output } = await prismaGenerate(project)
  expect({ exitCode, output }).toEqual({
    exitCode: 0,
    output:
      expect.stringContaining(`prisma/schema/traffic/attempt.prisma:5:3: warning: Attempt.createdAt has no time zone: a row that raw SQL inserts may land hours off, in another partition
  Add @db.Timestamptz(6).
`),
  })
  expect(output).toContain('Generated partman to ./generated/partman')
  const [document] = outputs(project)
  expect(JSON.parse(document ?? '')).toMatchObject({
    tenantSets: [{ name: 'Project' }],
    tables: [{ model: 'Attempt', declaredAt: 'prisma/schema/traffic/attempt.prisma:1:5' }],
  })

  await project.write(
    'usage.ts',
    `import type { PartmanDocument } from '@partman/core'
import { config, type PartitionedModel, type TenantKeys, type TenantModel } from './generated/partman/partman.js'

export const document: PartmanDocument = config
export const model: PartitionedModel = config.tables[0].model
export const tenant: TenantModel = config.tenantSets[0].source.model
export const key: TenantKeys['Project']['value'] = 'acme'
export const literal: 'createdAt' = config.tables[0].policy.subpartition.by.field
// @ts-expect-error there is no such model
export const none: PartitionedModel = 'Project'
`,
  )
  expect(await compile(project)).toEqual({ status: 0, output: '' })
}, 120_000)

const EVERY_FORM = `/// @partman.tenants(key: slug)
model Account {
  id   Int    @id
  slug String @unique
}

/// @partman(by: at, interval: "1 week", weekStart: sunday, timeZone: "Asia/Tokyo", retention: "1 year", grace: "2 days")
model ByTime {
  at DateTime @id @db.Timestamptz(6)
}

/// @partman(by: at, interval: "1 year", origin: "2024-04-01", start: "2024-04-01", keep: 3, tenant: account)
model ByTenant {
  account String
  at      DateTime @db.Date
  @@id([account, at])
}

/// @partman(by: at, interval: "1 month", maxSize: "50 GB", tenant: account, tenants: Account, layout: range)
model Flat {
  account String
  at      DateTime @db.Timestamptz(6)
  @@id([account, at])
}

/// @partman(by: id, interval: "1 month", tenant: account, layout: hash, partitions: 16, default: true)
model Spread {
  id      String @default(uuid(7)) @db.Uuid
  account BigInt
  @@id([id, account])
}

/// @partman(by: id, interval: 1000000, start: 1, keep: 9)
model ByNumber {
  id BigInt @id @default(autoincrement())
}

/// @partman(by: id, interval: "1 day", encoding: snowflake, epoch: 1288834974657)
model Post {
  id BigInt @id
}

/// @partman.list(by: account, tenants: default, default: true)
/// @partman.list(by: kind, values: [NEW, [OLD]])
/// @partman.hash(by: [id, flag], partitions: 2)
/// @partman.range(by: id, interval: "1 month", encoding: ulid)
/// @partman.retention(after: "30 days")
/// @partman.list(by: flag)
model Deep {
  account BigInt
  kind    Kind
  id      String  @db.VarChar(26)
  flag    Boolean
  @@id([account, kind, id, flag])
}

enum Kind {
  NEW @map("new")
  OLD
}
`

test('a schema that uses every form is generated, and its module is a document to TypeScript', async () => {
  const project = await makeProject({ 'every.prisma': EVERY_FORM })
  onTestFinished(project.remove)
  expect(await prismaGenerate(project)).toEqual({ exitCode: 0, output: expect.stringContaining('Generated partman') })
  const [document] = outputs(project)
  const { tables } = parseDocument(document)
  const kinds = tables.map(({ model, policy }) => [model, ...policyLevels(policy).map(({ kind }) => kind)].join(' '))
  expect(kinds).toEqual([
    'ByTime range',
    'ByTenant tenants range',
    'Flat range',
    'Spread hash range',
    'ByNumber number-range',
    'Post range',
    'Deep tenants list hash range list',
  ])

  await project.write(
    'usage.ts',
    `import type { PartmanDocument } from '@partman/core'
import { config, type TenantPartitionedModel } from './generated/partman/partman.js'

export const document: PartmanDocument = config
export const models: Record<TenantPartitionedModel, true> = { ByTenant: true, Flat: true, Deep: true }
export const prefix: 'Account' = config.tables[2].policy.prefix.tenants
export const values: readonly [readonly ['new'], readonly ['OLD']] = config.tables[6].policy.subpartition.values
export const retention: 'age' = config.tables[6].policy.subpartition.subpartition.subpartition.retention.kind
`,
  )
  expect(await compile(project)).toEqual({ status: 0, output: '' })
}, 120_000)

describe('a broken annotation', () => {
  let project: PrismaProject
  let before: (string | undefined)[]

  beforeAll(async () => {
    project = await makeProject({ 'project.prisma': PROJECT, 'attempt.prisma': ATTEMPT })
    expect((await prismaGenerate(project)).exitCode).toBe(0)
    before = outputs(project)
  })
  afterAll(() => project.remove())

  test.each<[string, string, string]>([
    [
      'that is misspelt',
      ATTEMPT.replace('@partman(', '@partmn('),
      'prisma/schema/attempt.prisma:1:5: Unknown annotation @partmn\n  Did you mean @partman?',
    ],
    [
      'with an unknown argument',
      ATTEMPT.replace('retention:', 'retain:'),
      'prisma/schema/attempt.prisma:1:48: Unknown argument "retain" of @partman\n  @partman takes by, interval, premake, retention, keep, maxSize, grace, drop, moveTo, tenant, tenants, layout, partitions, timeZone, origin, weekStart, start, encoding, epoch, orderedId, skew, default.',
    ],
    [
      'that is not closed',
      ATTEMPT.replace('projectId)', 'projectId'),
      'prisma/schema/attempt.prisma:1:13: The parenthesis is never closed\n  Close it on this `///` line, or on a `///` line that follows without a gap.',
    ],
    [
      'that names no field',
      ATTEMPT.replace('by: createdAt', 'by: createAt'),
      'prisma/schema/attempt.prisma:1:18: Attempt has no field "createAt"\n  Did you mean "createdAt"?',
    ],
    [
      'whose key is no part of the primary key',
      ATTEMPT.replace('by: createdAt', 'by: sentAt').replace('sentAt    DateTime', 'sentAt    DateTime @db.Timestamptz(6)'),
      'prisma/schema/attempt.prisma:7:3: @@id([id, projectId, createdAt]) of Attempt lacks sentAt: PostgreSQL needs the whole partition key in every unique constraint\n  Write @@id([id, projectId, createdAt, sentAt]).',
    ],
  ])('%s prints one message, exits 1 and leaves the files alone', async (_, schema, message) => {
    await project.write('prisma/schema/attempt.prisma', schema)
    const { exitCode, output } = await prismaGenerate(project)
    expect({ exitCode, output }).toEqual({
      exitCode: 1,
      output: expect.stringContaining(`partman found 1 problem in the schema and wrote nothing.\n\n${message}\n`),
    })
    expect(outputs(project)).toEqual(before)
  })
})

test('a schema of 200 models is generated', async () => {
  const models = Array.from({ length: 199 }, (_, index) => ATTEMPT.replace('model Attempt', `model Attempt${index}`))
  const project = await makeProject({ 'models.prisma': [PROJECT, ...models].join('\n') })
  onTestFinished(project.remove)
  expect((await prismaGenerate(project)).exitCode).toBe(0)
  const [document] = outputs(project)
  const { tables } = JSON.parse(document ?? '') as { tables: { model: string; declaredAt: string }[] }
  expect(tables.map(({ model, declaredAt }) => `${model} ${declaredAt}`)).toEqual(
    models.map((_, index) => `Attempt${index} prisma/schema/models.prisma:${6 + index * 9}:5`),
  )
}, 120_000)
