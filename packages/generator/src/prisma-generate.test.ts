import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
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
  await project.write(
    'tsconfig.json',
    '{ "compilerOptions": { "strict": true, "module": "nodenext", "noEmit": true, "types": [] }, "files": ["usage.ts"] }\n',
  )
  const tsc = spawnSync(process.execPath, [join(project.path, 'node_modules/typescript/bin/tsc'), '-p', project.path], { encoding: 'utf8' })
  expect({ status: tsc.status, output: `${tsc.stdout}${tsc.stderr}` }).toEqual({ status: 0, output: '' })
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
      'prisma/schema/attempt.prisma:1:48: Unknown argument "retain" of @partman\n  @partman takes by, interval, premake, retention, keep, maxSize, grace, tenant, tenants, layout, partitions, timeZone, origin, weekStart, start, encoding, epoch, default.',
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
