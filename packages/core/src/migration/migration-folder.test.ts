import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readMigrations, replaceMigration, writeMigration } from './migration-folder.js'

const now = new Date('2026-03-01T10:20:30.999Z')
let project: string
let folder: string

beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'partman-migrations-'))
  folder = join(project, 'migrations')
})
afterEach(() => rm(project, { recursive: true }))

async function addMigration(name: string, sql = 'SELECT 1;'): Promise<void> {
  await mkdir(join(folder, name), { recursive: true })
  await writeFile(join(folder, name, 'migration.sql'), sql)
}

test('a folder that does not exist has no migrations', async () => {
  expect(await readMigrations(folder)).toEqual([])
})

test('migrations are read in the order of their names, files beside them ignored', async () => {
  await addMigration('20260102000000_second', 'SELECT 2;')
  await addMigration('20260101000000_first', 'SELECT 1;')
  await writeFile(join(folder, 'migration_lock.toml'), 'provider = "postgresql"')
  expect(await readMigrations(folder)).toEqual([
    { name: '20260101000000_first', path: join(folder, '20260101000000_first', 'migration.sql'), sql: 'SELECT 1;' },
    { name: '20260102000000_second', path: join(folder, '20260102000000_second', 'migration.sql'), sql: 'SELECT 2;' },
  ])
})

test('a folder without a script is an error that names it', async () => {
  await mkdir(join(folder, '20260101000000_first'), { recursive: true })
  await expect(readMigrations(folder)).rejects.toMatchObject({
    code: 'MIGRATION_UNREADABLE',
    message: 'The migration "20260101000000_first" has no readable migration.sql',
  })
})

test('a new migration is named for the time in UTC and leaves nothing else behind', async () => {
  const written = await writeMigration(folder, 'Add Événements', 'SELECT 1;', now)
  expect(written).toEqual({
    name: '20260301102030_add_evenements',
    path: join(folder, '20260301102030_add_evenements', 'migration.sql'),
    sql: 'SELECT 1;',
  })
  expect(await readMigrations(folder)).toEqual([written])
  expect(await readdir(project)).toEqual(['migrations'])
  const modes = await Promise.all([folder, join(folder, written.name)].map(async (path) => (await stat(path)).mode))
  expect(modes[1]).toBe(modes[0])
})

test('a new migration sorts behind the newest, also when that one is of this second or from the future', async () => {
  await writeMigration(folder, 'z', 'SELECT 1;', now)
  await writeMigration(folder, 'a', 'SELECT 2;', now)
  await addMigration('20301231235959_from_a_fast_clock')
  await writeMigration(folder, 'b', 'SELECT 3;', now)
  expect((await readMigrations(folder)).map(({ name }) => name)).toEqual([
    '20260301102030_z',
    '20260301102031_a',
    '20301231235959_from_a_fast_clock',
    '20310101000000_b',
  ])
})

test.each(['zz_last', '99999999999999_last', '99991231235959_last'])('nothing sorts behind %s, so nothing is written', async (name) => {
  await addMigration(name)
  await expect(writeMigration(folder, 'b', 'SELECT 3;', now)).rejects.toMatchObject({ code: 'MIGRATION_NAME_INVALID' })
  expect(await readdir(folder)).toEqual([name])
})

test('of two that write the same migration at once one is refused', async () => {
  const results = await Promise.allSettled([
    writeMigration(folder, 'same', 'SELECT 1;', now),
    writeMigration(folder, 'same', 'SELECT 1;', now),
  ])
  expect((await readMigrations(folder)).map(({ name }) => name).length).toBe(results.filter(({ status }) => status === 'fulfilled').length)
  expect(await readdir(project)).toEqual(['migrations'])
})

test.each(['', '  ', '事件', '../..'])('the name %j is refused', async (name) => {
  await expect(writeMigration(folder, name, 'SELECT 1;', now)).rejects.toMatchObject({ code: 'MIGRATION_NAME_INVALID' })
})

test('a script is replaced whole', async () => {
  const written = await writeMigration(folder, 'x', 'SELECT 1;', now)
  await replaceMigration(written, 'SELECT 2;')
  expect(await readFile(written.path, 'utf8')).toBe('SELECT 2;')
  expect(await readdir(project)).toEqual(['migrations'])
})
