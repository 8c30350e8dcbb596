import { cp, mkdtemp, readdir, readFile, realpath, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { testDatabase } from '@partman/testing/vitest'
import { expect, onTestFinished, test } from 'vitest'
import { projectCommands, succeed } from './commands.js'

const FOLDER = fileURLToPath(new URL('..', import.meta.url))
const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** The migrations of a project by name, without the time that stands before it. */
async function readMigrations(folder: string): Promise<Record<string, string>> {
  const migrations = join(folder, 'prisma', 'migrations')
  const names = (await readdir(migrations)).filter((name) => /^\d{14}_/.test(name)).sort()
  const texts = names.map(async (name) => [name.slice(15), await readFile(join(migrations, name, 'migration.sql'), 'utf8')] as const)
  return Object.fromEntries(await Promise.all(texts))
}

test('the migrations in the repository are what the tools make of the schema', async () => {
  const copy = await realpath(await mkdtemp(join(tmpdir(), 'partman webhooks ')))
  onTestFinished(() => rm(copy, { recursive: true, force: true }))
  for (const name of ['package.json', 'prisma.config.ts', 'prisma']) await cp(join(FOLDER, name), join(copy, name), { recursive: true })
  await rm(join(copy, 'prisma', 'migrations'), { recursive: true })
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'), 'junction')

  const { prisma, partman } = projectCommands(copy, (await testDatabase()).url)
  await succeed('prisma generate', prisma('generate'))
  await succeed('partman migrate dev', partman('migrate', 'dev', '--name', 'init'))

  const committed = await readMigrations(FOLDER)
  expect(Object.keys(committed)).toEqual(['init', 'init_partitions'])
  expect(await readMigrations(copy)).toEqual(committed)
  const generated = (folder: string) => readFile(join(folder, 'generated', 'partman', 'partman.json'), 'utf8')
  expect(await generated(copy)).toBe(await generated(FOLDER))
}, 120_000)
