import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createPrismaProject, type PrismaProject } from '@partman/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const PAGES = [
  ...['core', 'generator', 'prisma-extension', 'dashboard', 'testing'].map((name) => `packages/${name}/README.md`),
  'docs/running.md',
  'docs/alerts.md',
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

const projects: PrismaProject[] = []
let fallback = ''
beforeAll(async () => {
  fallback = blocks(await readFile(join(ROOT, 'README.md'), 'utf8'), 'prisma')[0] ?? ''
})
afterAll(() => Promise.all(projects.map((project) => project.remove())))

it.each(PAGES)('the examples of %s generate and compile', async (page) => {
  const readme = await readFile(join(ROOT, page), 'utf8')
  const code = blocks(readme, 'ts').join('\n')
  expect(code).not.toBe('')
  const project = await createPrismaProject({
    schema: wholeSchema(blocks(readme, 'prisma')[0] ?? fallback),
    url: 'postgresql://localhost/none',
    files: { 'tsconfig.json': TSCONFIG, 'prisma/readme.ts': code },
  })
  projects.push(project)
  const path = `${join(ROOT, 'node_modules', '.bin')}:${process.env['PATH']}`
  expect(await project.prisma(['generate'], { env: { PATH: path } })).toMatchObject({ exitCode: 0 })
  const { status, stdout } = spawnSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', project.path], {
    encoding: 'utf8',
  })
  expect([status, stdout]).toEqual([0, ''])
})
