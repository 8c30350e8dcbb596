import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseDocument, renderRegistration } from '@partman/core'
import { createPrismaProject, type PrismaProject, schemaEnginePath } from '@partman/testing'
import { testDatabase } from '@partman/testing/vitest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const README = await readFile(join(ROOT, 'README.md'), 'utf8')

function blocks(language: string): string[] {
  return [...README.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'gm'))].map(([, body]) => body ?? '')
}

const [models = '', generator = '', shapes = ''] = blocks('prisma')
const [createTable = '', partitions = ''] = blocks('sql')
const [client = '', maintainer = ''] = blocks('ts')
const [, , , migrate = '', maintain = ''] = blocks('sh')

const SCHEMA = `generator client {
  provider = "prisma-client"
  output   = "../generated/prisma"
  generatedFileExtension = "ts"
  importFileExtension = "js"
}
${generator}
datasource db {
  provider = "postgresql"
}
${models}
${shapes}`

const TSCONFIG = JSON.stringify({
  compilerOptions: { target: 'es2023', module: 'nodenext', strict: true, noEmit: true, skipLibCheck: true, types: ['node'] },
  include: ['prisma/app'],
})

describe('a newcomer who follows the README', () => {
  let project: PrismaProject

  async function shell(line: string): Promise<{ exitCode: number; output: string }> {
    const [npx, program, ...args] = line.split(' ')
    if (npx !== 'npx' || program === undefined) throw new Error(`not a command of the quick start: ${line}`)
    if (program === 'prisma') {
      const { exitCode, stdout, stderr } = await project.prisma(args)
      return { exitCode, output: stdout + stderr }
    }
    const child = spawn(process.execPath, [join(ROOT, 'packages', 'cli', 'bin', 'partman.js'), ...args], {
      cwd: project.path,
      env: {
        ...process.env,
        DATABASE_URL: project.url,
        PRISMA_SCHEMA_ENGINE_BINARY: schemaEnginePath(),
        CHECKPOINT_DISABLE: '1',
        NO_COLOR: '1',
      },
    })
    const [stdout, stderr, [exitCode]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
    return { exitCode, output: stdout + stderr }
  }

  async function follow(lines: string): Promise<void> {
    for (const line of lines.trim().split('\n')) {
      const { exitCode, output } = await shell(line)
      expect(exitCode, `${line}\n${output}`).toBe(0)
    }
  }

  beforeAll(async () => {
    const database = await testDatabase()
    project = await createPrismaProject({
      schema: SCHEMA,
      url: database.url,
      files: { 'tsconfig.json': TSCONFIG, 'prisma/app/client.ts': client, 'prisma/app/maintainer.ts': maintainer },
    })
    await follow(migrate)
  })
  afterAll(() => project.remove())

  it('gets the migration that it shows', async () => {
    const folder = join(project.path, 'prisma', 'migrations')
    const [first] = (await readdir(folder)).sort()
    expect(await readFile(join(folder, first ?? '', 'migration.sql'), 'utf8')).toContain(createTable.trim())
  })

  it('gets the partitions that it shows', async () => {
    const document = parseDocument(await readFile(join(project.path, 'prisma', 'generated', 'partman', 'partman.json'), 'utf8'))
    const rendered = renderRegistration(document, 'Project', 'acme', { now: Date.parse('2026-11-22T12:00:00Z'), lockTimeoutMs: 2000 })
    const statements = partitions.split('\n').filter((line) => line !== '' && !line.startsWith('--'))
    expect(statements).toHaveLength(3)
    for (const statement of statements) expect(rendered.split('\n').map((line) => line.trim())).toContain(statement)
  })

  it('writes code that compiles', () => {
    const { status, stdout } = spawnSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', project.path], {
      encoding: 'utf8',
    })
    expect([status, stdout]).toEqual([0, ''])
  })

  it('signs up a project, whose rows find their partition, and maintains', async () => {
    const before = process.env['DATABASE_URL']
    process.env['DATABASE_URL'] = project.url
    try {
      const app = await import(pathToFileURL(join(project.path, 'prisma', 'app', 'client.ts')).href)
      const { id } = await app.signUp('acme')
      expect(await app.prisma.deliveryAttempt.count({ where: { projectId: id } })).toBe(1)
      expect(await app.prisma.$partman().partitions('DeliveryAttempt')).toHaveLength(11)
      await expect(app.signUp('acme')).rejects.toMatchObject({ code: 'P2002' })
      expect(await app.prisma.$partman().tenants()).toEqual([id])
      await app.prisma.$disconnect()
      await follow(maintain)
    } finally {
      process.env['DATABASE_URL'] = before
    }
  })
})
