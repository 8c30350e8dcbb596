import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createPrismaProject, type PrismaProject } from '@partman/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { QUEUE_TYPES } from './fixtures/queue-types.js'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const PAGES = [
  ...['core', 'generator', 'prisma-extension', 'dashboard', 'testing'].map((name) => `packages/${name}/README.md`),
  'docs/running.md',
  'docs/alerts.md',
  'docs/metrics.md',
  'docs/for-tenant.md',
]

const TSCONFIG = JSON.stringify({
  compilerOptions: { target: 'es2023', module: 'nodenext', strict: true, noEmit: true, skipLibCheck: true, types: ['node'] },
  include: ['prisma'],
})

function blocks(markdown: string, language: string): string[] {
  return [...markdown.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'gm'))].map(([, body]) => body ?? '')
}

/** The schema that a page shows, with the blocks that it leaves out. */
function wholeSchema(shown: string): string {
  const partman = 'generator partman {\n  provider = "partman-generator"\n  output = "../generated/partman"\n}\n'
  return `generator client {
  provider = "prisma-client"
  output = "../generated/prisma"
}
datasource db {
  provider = "postgresql"
}
${shown.includes('generator partman') ? shown.replace('provider = "partman-generator"', '$&\n  output = "../generated/partman"') : partman + shown}`
}

/** What TypeScript says of the code of each page, by its file. */
const complaints = new Map<string, string>()
const projects: PrismaProject[] = []

const fileOf = (page: string) => `${page.replaceAll(/\W+/g, '-')}.ts`

/** Generates one project for the pages that show the same schema, and compiles the code of all of them at once. */
async function compile(schema: string, pages: readonly { page: string; code: string }[]): Promise<void> {
  const sources = pages.map(({ page, code }) => [`prisma/${fileOf(page)}`, code])
  const project = await createPrismaProject({
    schema: wholeSchema(schema),
    url: 'postgresql://localhost/none',
    files: { 'tsconfig.json': TSCONFIG, ...Object.fromEntries(sources), 'prisma/queues.d.ts': QUEUE_TYPES },
  })
  projects.push(project)
  const path = `${join(ROOT, 'node_modules', '.bin')}:${process.env['PATH']}`
  expect(await project.prisma(['generate'], { env: { PATH: path } })).toMatchObject({ exitCode: 0 })
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', project.path, '--pretty', 'false'], { encoding: 'utf8' })
  for (const { page } of pages) {
    const own = stdout.split('\n').filter((line) => line.includes(fileOf(page)))
    complaints.set(page, own.join('\n'))
  }
  const told = pages.some(({ page }) => complaints.get(page) !== '')
  if (status !== 0 && !told) throw new Error(stdout)
}

beforeAll(async () => {
  const read = (page: string) => readFile(join(ROOT, page), 'utf8')
  const fallback = blocks(await read('README.md'), 'prisma')[0] ?? ''
  const bySchema = new Map<string, { page: string; code: string }[]>()
  for (const page of PAGES) {
    const text = await read(page)
    const code = blocks(text, 'ts').join('\n')
    if (code === '') throw new Error(`${page} shows no code`)
    const schema = blocks(text, 'prisma')[0] ?? fallback
    bySchema.set(schema, [...(bySchema.get(schema) ?? []), { page, code }])
  }
  for (const [schema, pages] of bySchema) await compile(schema, pages)
}, 300_000)
afterAll(() => Promise.all(projects.map((project) => project.remove())))

it.each(PAGES)('the examples of %s generate and compile', (page) => {
  expect(complaints.get(page)).toBe('')
})
