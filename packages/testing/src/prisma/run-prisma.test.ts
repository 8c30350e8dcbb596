import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { expect, inject, onTestFinished, test } from 'vitest'
import { testDatabase } from '../vitest.js'
import { createPrismaProject } from './prisma-project.js'

const SCHEMA = `
generator client {
  provider = "prisma-client"
  output   = "../../generated"
}

datasource db {
  provider = "postgresql"
}

model Account {
  id     String  @id @default(uuid()) @db.Uuid
  email  String  @unique
  visits Visit[]
}

model Visit {
  accountId String   @db.Uuid
  at        DateTime @default(now()) @db.Timestamptz(3)
  account   Account  @relation(fields: [accountId], references: [id])

  @@id([accountId, at])
}
`

const PARTITIONED_VISIT = /CREATE TABLE "Visit" \(([^;]*)\n\);/
const PARTITIONS = `
CREATE SCHEMA "partitions";
-- A semicolon in a comment; and one in a block:
DO $partman$
BEGIN
  CREATE TABLE "partitions"."visit;2026" PARTITION OF "public"."Visit" FOR VALUES FROM ('2026-01-01T00:00:00Z') TO ('2027-01-01T00:00:00Z');
  PERFORM E'it\\'s; done';
END
$partman$;
`

async function shadowDatabases(): Promise<string[]> {
  const client = new pg.Client({ connectionString: inject('partmanServerUrl') })
  await client.connect()
  const { rows } = await client.query<{ name: string }>(
    "SELECT datname AS name FROM pg_database WHERE datname LIKE 'prisma_migrate_shadow%'",
  )
  await client.end()
  return rows.map(({ name }) => name)
}

test.each(['whole', 'statements'] as const)(
  'the Prisma CLI migrates a partitioned table with scripts sent in mode "%s"',
  async (scriptMode) => {
    const database = await testDatabase()
    const project = await createPrismaProject({ schema: SCHEMA, url: database.url })
    onTestFinished(project.remove)
    const prisma = async (...args: string[]) => {
      const { exitCode, stdout, stderr } = await project.prisma(args, { scriptMode })
      return { exitCode, output: `${stdout}${stderr}` }
    }

    expect(await prisma('migrate', 'dev', '--create-only', '--name', 'init')).toMatchObject({ exitCode: 0 })
    const [folder = ''] = (await readdir(join(project.path, 'prisma/migrations'))).filter((name) => name.endsWith('_init'))
    const file = join('prisma/migrations', folder, 'migration.sql')
    const plain = await readFile(join(project.path, file), 'utf8')
    await project.write(file, plain.replace(PARTITIONED_VISIT, 'CREATE TABLE "Visit" ($1\n) PARTITION BY RANGE ("at");') + PARTITIONS)

    expect(await prisma('migrate', 'status')).toMatchObject({ exitCode: 1, output: expect.stringContaining('have not yet been applied') })
    expect(await prisma('migrate', 'deploy')).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('All migrations have been success'),
    })
    expect(await prisma('migrate', 'status')).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('Database schema is up to date'),
    })
    const inSync = { exitCode: 0, output: expect.stringContaining('No difference detected.') }
    const [source, target] = ['config-datasource', 'schema']
    expect(await prisma('migrate', 'diff', `--from-${source}`, `--to-${target}`, 'prisma/schema', '--exit-code')).toMatchObject(inSync)
    expect(await prisma('migrate', 'diff', `--from-${target}`, 'prisma/schema', `--to-${source}`, '--exit-code')).toMatchObject(inSync)
    expect(await prisma('migrate', 'dev')).toMatchObject({ exitCode: 0, output: expect.stringContaining('Already in sync') })
    expect(await prisma('db', 'pull', '--print')).toMatchObject({ exitCode: 0, output: expect.stringContaining('@@id([accountId, at])') })

    const partitions = () =>
      database.query('SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = \'"Visit"\'::regclass')
    expect((await partitions()).rows).toEqual([{ name: 'partitions."visit;2026"' }])
    await project.write('drop.sql', 'ALTER TABLE "Account" ADD COLUMN extra int; DROP SCHEMA "partitions" CASCADE;')
    expect(await prisma('db', 'execute', '--file', 'drop.sql')).toMatchObject({ exitCode: 0 })
    const different = { exitCode: 2, output: expect.stringContaining('[-] Removed column `extra`') }
    expect(await prisma('migrate', 'diff', `--from-${source}`, `--to-${target}`, 'prisma/schema', '--exit-code')).toMatchObject(different)
    expect(await prisma('migrate', 'reset', '--force')).toMatchObject({ exitCode: 0 })
    expect((await partitions()).rows).toEqual([{ name: 'partitions."visit;2026"' }])
    await project.write('prisma/migrations/99990101000000_pending/migration.sql', 'COMMENT ON TABLE "Visit" IS NULL;')
    expect(await prisma('migrate', 'dev')).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('is now in sync with your schema'),
    })
    expect(await shadowDatabases()).toEqual([])
  },
  // Some fourteen runs of the CLI, each of which takes seconds to load.
  300_000,
)
