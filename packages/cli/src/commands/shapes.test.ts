import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { observeState, type PartmanDocument, parseDocument } from '@partman/core'
import { pgDatabase } from '@partman/core/pg'
import { dumpCatalog, type TestDatabase } from '@partman/testing'
import { testDatabase } from '@partman/testing/vitest'
import { beforeAll, expect, test, vi } from 'vitest'
import { type CliProject, createCliProject, SCHEMA } from '../fixtures/cli-project.js'
import { insertLeafRows } from '../fixtures/insert-leaf-rows.js'
import type { CliRun } from '../fixtures/run-here.js'
import { BESIDE, formatShape, SHAPES } from '../fixtures/shapes.js'

// A run of the Prisma CLI takes seconds, more on a busy machine.
vi.setConfig({ testTimeout: 300_000 })

const HEAD = SCHEMA.slice(0, SCHEMA.indexOf('/// @partman.tenants')) + BESIDE
const schemaOf = (shapes: typeof SHAPES) => HEAD + shapes.map(formatShape).join('\n')
/** Every other shape comes with the second migration. */
const FIRST = SHAPES.filter((_, index) => index % 2 === 0)

let project: CliProject
/** What is deployed file by file, and what is deployed statement by statement; the first one gets rows in between. */
let [whole, statements]: TestDatabase[] = []

/** Waits for a run that must succeed; what it printed otherwise is in the failure. */
async function succeed(run: Promise<CliRun>): Promise<string> {
  const { exitCode, stdout, stderr } = await run
  expect([exitCode, exitCode === 0 ? '' : stdout + stderr]).toEqual([0, ''])
  return stdout
}

const on = (database: TestDatabase | undefined) => ({ env: { DATABASE_URL: database?.url } })

async function deploy(): Promise<void> {
  for (const [database, scriptMode] of [
    [whole, 'whole'],
    [statements, 'statements'],
  ] as const) {
    await succeed(project.prisma(['migrate', 'deploy'], { scriptMode, ...on(database) }))
  }
}

async function migrate(name: string, shapes: typeof SHAPES): Promise<void> {
  await project.write('prisma/schema/schema.prisma', schemaOf(shapes))
  await succeed(project.prisma(['generate']))
  await succeed(project.partmanProcess(['migrate', 'dev', '--name', name], on(whole).env))
}

async function document(): Promise<PartmanDocument> {
  return parseDocument(await readFile(join(project.path, 'generated/partman/partman.json'), 'utf8'))
}

async function leavesWithoutRow(database: TestDatabase): Promise<string[]> {
  return insertLeafRows(database, (await observeState(pgDatabase(database), await document())).state)
}

beforeAll(async () => {
  project = await createCliProject(schemaOf(FIRST))
  ;[whole, statements] = [project.database, await testDatabase()]
  return project.remove
})

test('every shape is migrated the same, sent whole or in statements, on an empty database and beside rows', async () => {
  await migrate('init', FIRST)
  await deploy()
  expect(await dumpCatalog(statements!)).toEqual(await dumpCatalog(whole!))

  await whole!.query('INSERT INTO "Project" VALUES (1), (2)')
  expect(await leavesWithoutRow(whole!)).toEqual([])
  await migrate('more', SHAPES)
  await deploy()
  const { tables } = await document()
  expect(tables.map(({ model }) => model).sort()).toEqual(SHAPES.map(({ model }) => model).sort())
})

test('Prisma sees no difference, in whichever direction', async () => {
  const [database, schema] = ['--from-config-datasource', '--from-schema'].map((from, index) =>
    index === 0 ? [from, '--to-schema', 'prisma/schema'] : [from, 'prisma/schema', '--to-config-datasource'],
  )
  for (const [args, one] of [
    [database, whole],
    [schema, whole],
    [database, statements],
  ] as const) {
    const stdout = await succeed(project.prisma(['migrate', 'diff', ...(args ?? []), '--exit-code'], on(one)))
    expect(stdout).toContain('No difference detected')
  }
})

test('a reset makes the same catalog again', async () => {
  const before = await dumpCatalog(statements!)
  await succeed(project.prisma(['migrate', 'reset', '--force'], on(statements)))
  expect(await dumpCatalog(statements!)).toEqual(before)
})

test('a row goes into every partition, those of new tenants included, and nothing is left to do', async () => {
  const url = ['--url', whole!.url]
  await succeed(project.partman(['tenants', 'add', '--set', 'default', 'a', "b's", ...url]))
  // Declared DEFAULT partitions hold a row each, which is told and no more.
  expect(await project.partman(['plan', ...url])).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/(^|\n)Nothing to do\.\n$/) })
  expect(await project.partman(['check', ...url])).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^info /) })

  expect(await leavesWithoutRow(whole!)).toEqual([])
  // Its numbers have come as far as its last partition; time has not moved.
  const { stdout: done } = await project.partman(['maintain', ...url])
  expect(done).toMatch(/^( {2}\+ partman_partitions\.ByNumber_p\d+ {2}\[\d+ \.\. \d+\)\n){2}2 done\.\n$/)
  const { stdout } = await project.partman(['status', ...url])
  const lines = stdout.split('\n').map((line) => line.replace(/ {2,}/g, ' | '))
  expect(lines).toContainEqual(
    expect.stringMatching(/^public\.ByNumber \| RANGE \(id\) \| partitioned \| - \| \d+ \| \d+ \| at id \d+ \| 0 \| 0$/),
  )
  expect(lines).toContainEqual(
    expect.stringMatching(/^public\.ThreeLevels \| LIST \(region\) > RANGE \(at\) > HASH \(owner\) \| partitioned \| - \| 10 \| /),
  )
})

test('what is to come is told for every shape', async () => {
  const { exitCode, stdout } = await project.partman(['plan', '--url', statements!.url, '--sql'])
  expect([exitCode, stdout]).toMatchObject([0, expect.stringMatching(/^-- partman plan of .*\n-- Each/)])
  const until = new Date(Date.now() + 40 * 86_400_000).toISOString()
  const simulated = await project.partman(['simulate', '--until', until, '--empty'])
  expect(simulated).toMatchObject({ exitCode: 0, stderr: '' })
  expect(simulated.stdout).toMatch(
    / {2}public\.ThreeLevels {2}\+ ThreeLevels_\w+ and \d+ more with \d+ leaf partitions: nothing holds "eu" yet\n/,
  )
  expect(simulated.stdout).toContain('public.ByNumber: partitions by id come and go with its numbers, not with time\n')
})
