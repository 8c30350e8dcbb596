import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CheckFinding } from '@partman/core'
import { dumpCatalog, findPgBouncer, startPgBouncer } from '@partman/testing'
import pg from 'pg'
import { afterEach, beforeEach, expect, inject, onTestFinished, test, vi } from 'vitest'
import { type CliProject, HOSTILE_TABLE, SCHEMA } from '../fixtures/cli-project.js'
import { createDeployedProject } from '../fixtures/deployed-project.js'

// The first of the run makes the project by the Prisma CLI, which is slow on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 240_000 })

let project: CliProject

beforeEach(async () => {
  project = await createDeployedProject()
  expect(await project.partman(['maintain'])).toMatchObject({ exitCode: 0 })
})
afterEach(() => project.remove())

type Finding = Omit<CheckFinding, 'page'> & { readonly link: string }

/** The age of the server itself is not that of the project. */
async function doctor(...args: string[]): Promise<{ exitCode: number | null; findings: Finding[]; checks: string[] }> {
  const { exitCode, stdout, stderr } = await project.partman(['--json', 'doctor', ...args])
  expect(stderr).toBe('')
  const { version, findings, checks } = JSON.parse(stdout)
  expect(version).toBe(1)
  return { exitCode, findings: findings.filter(({ code }: Finding) => code !== 'SERVER_VERSION_OLD'), checks }
}

const codes = (findings: readonly Finding[]) => findings.map(({ code, severity }) => `${severity} ${code}`).sort()

test('a project that is well has nothing to tell, and nothing is changed by the look', async () => {
  const rows = async () =>
    (await project.database.query('SELECT l.*, (SELECT count(*) FROM partman.run) AS runs FROM partman.lease l')).rows
  const before = [await dumpCatalog(project.database), await rows()]
  const { exitCode, findings, checks } = await doctor()
  expect({ exitCode, findings }).toEqual({ exitCode: 0, findings: [] })
  expect(new Set(checks).size).toBe(checks.length)
  expect([await dumpCatalog(project.database), await rows()]).toEqual(before)
})

test('everything that is wrong is told at once, the worst first, each once', async () => {
  const { database } = project
  await database.query(`CREATE TABLE partman_partitions."by hand \u001b[2J" (LIKE "AuditLog")`)
  await database.query(`INSERT INTO "Project" VALUES ('late')`)
  await database.query(`INSERT INTO partman.tenant VALUES ('Project', 'odd', now(), '{"retention": "long"}')`)
  await database.query(`UPDATE partman.lease SET last_run_at = now() - interval '2 days'`)
  await project.write('prisma/migrations/29990101000000_later/migration.sql', 'DROP TABLE "AuditLog";\n')
  await project.write('prisma/migrations/29990101000001_last/migration.sql', 'SELECT 1;\n')
  const { exitCode, findings } = await doctor()
  expect(exitCode).toBe(2)
  expect(codes(findings)).toEqual([
    'error PENDING_DROP',
    'error PRESENT_NOT_COVERED',
    'error PRESENT_NOT_COVERED',
    'error TENANT_SETTINGS_INVALID',
    'info MIGRATIONS_PENDING',
    'warning MAINTAINER_UNSEEN',
    'warning PARTITION_UNATTACHED',
  ])
  expect(findings.find(({ code }) => code === 'MIGRATIONS_PENDING')).toEqual({
    code: 'MIGRATIONS_PENDING',
    severity: 'info',
    check: 'history of migrations',
    declaredAt: null,
    message: '2 migrations of this folder are not applied to the database: 29990101000000_later, 29990101000001_last',
    reason: 'The database is behind the schema: whatever the annotations say of new tables and columns is not there yet.',
    nextStep: 'Look through them with `partman check`; where it finds no error, deploy them (`prisma migrate deploy`).',
    statements: ['partman check'],
    choices: [],
    link: 'docs/doctor.md#migrations_pending',
  })
  expect(findings.find(({ code }) => code === 'PENDING_DROP')).toEqual({
    code: 'PENDING_DROP',
    severity: 'error',
    check: 'pending migrations',
    declaredAt: expect.stringMatching(/_later\/migration\.sql:1:1$/),
    message: 'drops the partitioned table public.AuditLog with all its rows',
    reason: 'The deploy deletes rows.',
    nextStep: 'Where it is to have another name, write ALTER TABLE ... RENAME TO in its place.',
    statements: [],
    choices: [],
    link: 'docs/findings.md#pending_drop',
  })
  const { stdout } = await project.partman(['doctor'])
  const lines = stdout.split('\n')
  expect(lines.at(-2)).toMatch(/^4 errors, 2 warnings, [12] info\.$/)
  const heads = lines.filter((line) => /^(error|warning|info) /.test(line)).map((line) => line.split(' ')[0])
  expect(heads.slice(0, 7)).toEqual(['error', 'error', 'error', 'error', 'warning', 'warning', 'info'])
  expect(stdout).toContain(
    [
      'warning PARTITION_UNATTACHED',
      '  partman_partitions.by hand \\u001b[2J is no partition and bears no mark of a retirement; it has an unknown number of rows and the columns of public.AuditLog',
      '  No query on the partitioned table sees its rows, and no maintenance ever drops them.',
      '  Look at its rows. Attach it, with the bound that they lie in, or keep it elsewhere; it may be dropped where nobody wants them.',
      '    -- where its rows belong to public.AuditLog:',
      '    --   ALTER TABLE "public"."AuditLog" ATTACH PARTITION "partman_partitions"."by hand \\u001b[2J" FOR VALUES <bound>;',
      '    -- where nobody wants its rows:',
      '    --   DROP TABLE "partman_partitions"."by hand \\u001b[2J";',
      '  docs/doctor.md#partition_unattached',
      '',
    ].join('\n'),
  )
})

test('without a document, or with one that is old, the rest is told all the same', async () => {
  await project.database.query(`CREATE TABLE partman_partitions.stray (id int)`)
  await project.write('prisma/schema/schema.prisma', `${SCHEMA}\nmodel Added {\n  id Int @id\n}\n`)
  const stale = await doctor()
  expect(codes(stale.findings)).toEqual(['error DOCUMENT_STALE', 'warning PARTITION_UNATTACHED'])
  expect(stale.findings[0]).toMatchObject({ check: 'document', statements: ['prisma generate'], link: 'docs/errors.md#document_stale' })

  await project.write('generated/partman/partman.json', '{')
  const invalid = await doctor()
  expect(codes(invalid.findings)).toEqual(['error DOCUMENT_INVALID', 'warning PARTITION_UNATTACHED'])
  expect(invalid.findings[0]!.message).toMatch(/\. Not looked at: document, plan of maintenance, pending migrations$/)

  // What has no schema at all still has a database.
  await project.write('prisma.config.ts', `throw new Error('broken')`)
  const broken = await project.partman(['--json', 'doctor', '--url', project.database.url])
  expect(codes(JSON.parse(broken.stdout).findings).filter((code) => !code.includes('SERVER_VERSION'))).toEqual([
    'error PRISMA_CONFIG_INVALID',
    'warning PARTITION_UNATTACHED',
  ])
})

test('without a database, or an address of one, what the project tells is told', async () => {
  await project.write(
    'prisma/schema/schema.prisma',
    SCHEMA.replace('provider = "postgresql"', 'provider = "postgresql"\n  schemas = ["public", "partman"]'),
  )
  const { exitCode, findings } = await doctor('--url', 'postgresql://nobody:top-secret@127.0.0.1:1/none')
  expect(exitCode).toBe(2)
  expect(codes(findings)).toEqual(['error DATABASE_UNREACHABLE', 'error DATASOURCE_MANAGES_PARTITIONS', 'error DOCUMENT_STALE'])
  expect(JSON.stringify(findings)).not.toContain('top-secret')
  expect(codes((await doctor('--url', 'mysql://x')).findings)).toEqual(['error CONNECTION_INVALID', 'error DOCUMENT_STALE'])
})

test('without bookkeeping it says so, and tells the rest', async () => {
  await project.database.query('DROP SCHEMA partman CASCADE')
  await project.database.query(`CREATE TABLE partman_partitions.stray (id int)`)
  const { findings } = await doctor()
  expect(codes(findings)).toEqual(['error BOOKKEEPING_MISSING', 'warning PARTITION_UNATTACHED'])
})

test('a schema of partman that Prisma Migrate would look after is found', async () => {
  const schemas = (names: string) =>
    SCHEMA.replace('provider = "postgresql"', `provider = "postgresql"\n  // schemas = ["partman"]\n  schemas = [${names}]`)
  const found = async (...args: string[]) => (await doctor(...args)).findings.filter(({ code }) => code === 'DATASOURCE_MANAGES_PARTITIONS')
  await project.write('prisma/schema/schema.prisma', schemas('"public", "app"'))
  expect(await found()).toEqual([])
  await project.write('prisma/schema/schema.prisma', schemas('"public",\n "partman_partitions", // "x"\n "partman"'))
  expect(await found()).toMatchObject([
    { severity: 'error', message: 'schemas of the datasource names partman, where partman keeps its bookkeeping' },
    { severity: 'error', message: 'schemas of the datasource names partman_partitions, where partman keeps its partitions' },
  ])
  await project.write('prisma/schema/schema.prisma', SCHEMA)
  expect(await found('--url', `${project.database.url}?schema=partman_partitions`)).toMatchObject([
    { message: 'The schema= of the connection url is partman_partitions, where partman keeps its partitions' },
  ])
})

test('a migration that failed is found, also without a document', async () => {
  await project.database.query(
    `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at) VALUES ('x', 'x', '20990101000000_half', now())`,
  )
  await project.write('generated/partman/partman.json', '{')
  const { findings } = await doctor()
  expect(codes(findings)).toEqual(['error DOCUMENT_INVALID', 'error MIGRATION_FAILED'])
  // Nobody but a person can say whether the database was repaired.
  expect(findings.find(({ code }) => code === 'MIGRATION_FAILED')).toMatchObject({
    nextStep: expect.stringContaining('`prisma migrate resolve --rolled-back 20990101000000_half`'),
    statements: [],
  })
})

test('it waits for no lock: what cannot be read at once is told of, with all the rest', async () => {
  const { rows } = await project.database.query<{ name: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND n.nspname IN ('public', 'partman', 'partman_partitions') ORDER BY c.oid`,
  )
  await project.write(
    'prisma/migrations/29990101000000_later/migration.sql',
    `ALTER TABLE "${HOSTILE_TABLE}" ALTER COLUMN "projectId" TYPE varchar(9);\n`,
  )
  const holder = new pg.Client({ connectionString: project.database.url })
  await holder.connect()
  onTestFinished(() => holder.end())
  await holder.query('BEGIN')
  await holder.query(`LOCK TABLE ${rows.map(({ name }) => name).join(', ')} IN ACCESS EXCLUSIVE MODE`)
  await holder.query('CREATE TABLE partman_partitions.unseen (id int)')
  const run = await doctor()
  expect(run.exitCode).toBe(2)
  expect([...new Set(codes(run.findings))]).toEqual(['warning CHECK_FAILED'])
  expect(run.findings.map(({ message }) => message)).toEqual([
    expect.stringMatching(
      /^canceling statement due to lock timeout\. Not looked at: .*plan of maintenance.*last maintenance.*history of migrations.*pending migrations/,
    ),
  ])
  await holder.query('ROLLBACK')
  expect(codes((await doctor()).findings)).toEqual(['error PENDING_KEY_TYPE', 'info MIGRATIONS_PENDING'])
})

test('a table that is locked keeps nobody from planning for the others, and what it hides is told of', async () => {
  const holder = new pg.Client({ connectionString: project.database.url })
  await holder.connect()
  onTestFinished(() => holder.end())
  await project.database.query(`CREATE TABLE partman_partitions.stray (id int)`)
  await holder.query(`BEGIN; LOCK TABLE "Project", ${pg.escapeIdentifier(HOSTILE_TABLE)}, "AuditLog" IN ACCESS EXCLUSIVE MODE`)
  const { findings } = await doctor()
  expect(codes(findings)).toEqual(['warning CHECK_FAILED', 'warning PARTITION_UNATTACHED', 'warning TENANTS_UNREADABLE'])
  expect(findings[0]!.message).toBe('canceling statement due to lock timeout. Not looked at: pending migrations')
})

test('what a plan finds by looking at rows is found without writing anything', async () => {
  await project.database.query(`CREATE TABLE partman_partitions.rest PARTITION OF "AuditLog" DEFAULT`)
  await project.database.query(`INSERT INTO "AuditLog" (at) SELECT '2001-01-01' FROM generate_series(1, 5)`)
  const status = JSON.parse((await project.partman(['--json', 'status'])).stdout).findings as Finding[]
  const { findings } = await doctor()
  expect(codes(findings)).toEqual(['warning DEFAULT_HOLDS_ROWS', 'warning DEFAULT_PARTITION_PRESENT'])
  expect(findings.map(({ message }) => message).sort()).toEqual(status.map(({ message }) => message).sort())
})

test('a role that does not own the tables is told so, and one that does not exist cannot look', async () => {
  const { database } = project
  const role = `reader "of" ${database.name}`
  await database.query(`CREATE ROLE ${pg.escapeIdentifier(role)} LOGIN PASSWORD 'top-secret'`)
  try {
    const url = new URL(database.url)
    url.username = encodeURIComponent(role)
    url.password = 'top-secret'
    for (const schema of ['partman', 'partman_partitions']) {
      await database.query(`GRANT ALL ON SCHEMA ${schema} TO ${pg.escapeIdentifier(role)}`)
      await database.query(`GRANT ALL ON ALL TABLES IN SCHEMA ${schema} TO ${pg.escapeIdentifier(role)}`)
    }
    await database.query(`GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${pg.escapeIdentifier(role)}`)
    expect([...new Set(codes((await doctor('--url', url.href)).findings))]).toEqual(['info ACTIVITY_HIDDEN', 'warning RELATION_ALIEN'])
    url.password = 'not-this-one'
    const { findings } = await doctor('--url', url.href)
    expect(codes(findings)).toEqual(['error DATABASE_UNREACHABLE'])
    expect(JSON.stringify(findings)).not.toContain('not-this-one')
  } finally {
    await database.query(`DROP OWNED BY ${pg.escapeIdentifier(role)}`)
    await database.query(`DROP ROLE ${pg.escapeIdentifier(role)}`)
  }
})

test('a deployed application needs a document and an address, and nothing of Prisma', async () => {
  const document = join(project.path, 'generated/partman/partman.json')
  expect(JSON.parse(await readFile(document, 'utf8')).version).toBeDefined()
  await project.write('prisma.config.ts', `throw new Error('is not there')`)
  const { exitCode, findings, checks } = await doctor('--document', document, '--url', project.database.url)
  expect({ exitCode, findings }).toEqual({ exitCode: 0, findings: [] })
  expect(checks).not.toContain('versions of Prisma')
})

test('through a pooler it finds the same, and the pooler', async ({ skip }) => {
  skip(findPgBouncer() === undefined, 'PgBouncer is not installed')
  const pooler = await startPgBouncer(inject('partmanServerUrl'), { poolSize: 3 })
  onTestFinished(() => pooler.stop())
  const url = pooler.through(project.database.url)
  const healthy = await doctor('--url', url)
  expect(healthy).toMatchObject({
    exitCode: 0,
    findings: [{ code: 'CONNECTION_POOLED', severity: 'info', message: expect.stringMatching(/by transaction$/) }],
  })
  await project.database.query(`CREATE TABLE partman_partitions.stray (id int)`)
  expect(codes((await doctor('--url', url)).findings)).toEqual(['info CONNECTION_POOLED', 'warning PARTITION_UNATTACHED'])
})

test('the age of a transaction that is told of can be chosen', async () => {
  const session = new pg.Client({ connectionString: project.database.url })
  await session.connect()
  onTestFinished(() => session.end())
  await session.query('BEGIN; SELECT 1')
  await expect
    .poll(async () => codes((await doctor('--transaction-age', '1s')).findings), { timeout: 30_000 })
    .toEqual(['warning TRANSACTION_OLD'])
  expect(await doctor()).toMatchObject({ exitCode: 0, findings: [] })
  expect(await project.partman(['doctor', '--transaction-age', 'long'])).toMatchObject({
    exitCode: 1,
    stderr: 'error: "long" is not how old a transaction is\nWrite a number of seconds, minutes or hours, at most a day: 30s, 1m, 1h.\n',
  })
})
