import { randomBytes } from 'node:crypto'
import { cp, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createMaintainer, formatReport, type MaintainerOptions } from '@partman/core'
import { pgDatabase } from '@partman/core/pg'
import { startPostgres } from '@partman/testing'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { blocks, ROOT, readPage } from './fixtures/read-page.js'
import { type ReadmeProject, readmeProject } from './fixtures/readme-project.js'

const PAGE = await readPage('docs/troubleshooting.md')
const DAY_MS = 86_400_000
const TENANT = 'DeliveryAttempt_acme_822b33ad87'
const PARENT = `"partman_partitions"."${TENANT}"`
const [ID, NEW_ROW] = ['019ac000-0000-7000-8000-000000000000', `INSERT INTO "DeliveryAttempt" VALUES (gen_random_uuid(), 'acme', `]

let project: ReadmeProject
/** All that was printed and thrown while everything on the page happened. */
const seen: string[] = []

const tell = (error: unknown): void => {
  const { message, detail, hint } = error as pg.DatabaseError
  seen.push(message, String(detail), String(hint))
}

/** What is expected to fail. */
async function fails(run: () => Promise<unknown>): Promise<void> {
  const error = await run().then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(Error)
  tell(error)
}

const query = (text: string) => project.database.query(text)

async function partman(...args: string[]): Promise<void> {
  const { stdout, stderr } = await project.partman(args)
  seen.push(stdout, stderr)
}

async function prisma(...args: string[]): Promise<void> {
  const { stdout, stderr } = await project.prisma(args)
  seen.push(stdout, stderr)
}

/** One impatient run of a maintainer, which the reports of all its steps are taken from. */
async function maintain(options: Partial<MaintainerOptions> = {}): Promise<void> {
  const pool = new pg.Pool({ connectionString: project.url, max: 3 })
  const { document } = project
  const report = await createMaintainer({ document, database: pgDatabase(pool), lockAttempts: 1, ...options }).runOnce()
  await pool.end()
  if ('steps' in report) seen.push(...report.steps.map(({ error }) => String(error)))
}

/** Runs while another session is in a transaction that has said this. */
async function beside(statement: string, run: () => Promise<void>): Promise<void> {
  const session = new pg.Client({ connectionString: project.url })
  await session.connect()
  await session.query('BEGIN')
  await session.query(statement)
  await run()
  await session.end()
}

const dayOf = (days: number) => new Date(Math.floor(Date.now() / DAY_MS + days) * DAY_MS).toISOString()
const old = (days: number) => `"partman_partitions"."old_${days}"`

async function throughTheClient(): Promise<void> {
  const { connect } = await import(pathToFileURL(join(project.path, 'prisma/app/client.ts')).href)
  const [client, strict] = [connect(project.url, 'off'), connect(project.url, 'error')]
  const { deliveryAttempt } = client
  await client.project.create({ data: { id: 'acme', slug: 'acme' } })
  await fails(() => deliveryAttempt.create({ data: { projectId: 'acme', status: 200, createdAt: new Date('2030-01-01') } }))
  await fails(() => deliveryAttempt.create({ data: { projectId: 'globex', status: 200 } }))
  await fails(() => client.$transaction([client.project.create({ data: { id: 'batch', slug: 'batch' } })]))
  await fails(() => deliveryAttempt.findUnique({ where: { id: ID } }))
  const key = { id: ID, projectId: 'acme', createdAt: new Date() }
  const create = { id: ID, projectId: 'acme', status: 200 }
  await fails(() => deliveryAttempt.upsert({ where: { id_projectId_createdAt: key }, create, update: {} }))
  await fails(() => strict.deliveryAttempt.count())
  // A first retention that takes nothing is in force from here on.
  await partman('maintain')
  await partman('tenants', 'add', 'initech')
  await partman('tenants', 'remove', 'initech', '--reason', 'has left')
  await fails(() => client.project.create({ data: { id: 'initech', slug: 'initech' } }))
  await Promise.all([client.$disconnect(), strict.$disconnect()])
}

async function whatPostgresSays(): Promise<void> {
  await fails(() => query(`INSERT INTO "DeliveryAttempt" VALUES (gen_random_uuid(), 'globex', now(), 200)`))
  await fails(() => query(`${NEW_ROW} now(), 200) ON CONFLICT (id) DO NOTHING`))
  await fails(() => query('CREATE UNIQUE INDEX ON "DeliveryAttempt" (id)'))
  const role = `nobody_${randomBytes(6).toString('hex')}`
  await query(`CREATE ROLE ${role}`)
  await query(`SET ROLE ${role}`)
  await fails(() => query('ALTER TABLE "DeliveryAttempt" ADD COLUMN more int'))
  await fails(() => query('CREATE TABLE partman_partitions.mine ()'))
  await query('RESET ROLE')
  await query(`DROP ROLE ${role}`)
  await query('BEGIN READ ONLY')
  await fails(() => query('UPDATE partman.lease SET token = token'))
  await query('ROLLBACK')
  seen.push(`Nothing done: ${formatReport({ outcome: 'standby' })}.`)
}

async function whatIsKept(): Promise<void> {
  for (const days of [-60, -59, -58]) {
    await query(`CREATE TABLE ${old(days)} PARTITION OF ${PARENT} FOR VALUES FROM ('${dayOf(days)}') TO ('${dayOf(days + 1)}')`)
    await query(`${NEW_ROW} '${dayOf(days)}', 200)`)
  }
  await query(`${NEW_ROW} now(), 200)`)
  await partman('plan')
  const shorter = JSON.stringify(project.document).replace('"after":"30 days"', '"after":"29 days"')
  expect(shorter).toContain('29 days')
  await writeFile(join(project.path, 'shorter.json'), shorter)
  await partman('plan', '--document', 'shorter.json')
  await partman('hold', 'add', 'DeliveryAttempt', '--reason', 'case 4711', '--to', dayOf(-59))
  await partman('plan')
  const hooks: MaintainerOptions['hooks'] = {
    async beforeDetach({ name }) {
      if (name === 'old_-58') throw new Error('no space left on device')
      return { decision: 'keep', reason: 'a lawsuit' }
    },
  }
  await maintain({ hooks })
  await maintain({ hooks })
  await maintain()
  await query('DELETE FROM partman.hook_call')
}

async function whatIsInTheWay(): Promise<void> {
  await beside(`LOCK TABLE ${PARENT} IN SHARE UPDATE EXCLUSIVE MODE`, () => maintain())
  await beside(`SELECT FROM ${PARENT}`, async () => {
    await maintain({ longTransactionMs: 0 })
    await maintain({ longTransactionMs: DAY_MS, detachWaitMs: 100 })
    expect((await query('SELECT FROM pg_inherits WHERE inhdetachpending')).rows).toHaveLength(1)
    await fails(() => query(`ALTER TABLE ${PARENT} DETACH PARTITION ${old(-58)} CONCURRENTLY`))
  })
  await partman('maintain')
  expect((await query('SELECT FROM pg_inherits WHERE inhdetachpending')).rows).toEqual([])
  await query(`UPDATE partman.lease SET holder = 'another', token = token + 1, expires_at = now() + interval '1 minute'`)
  await partman('maintain')
  await query(`UPDATE partman.lease SET expires_at = now() - interval '1 minute'`)
}

async function besideADefault(): Promise<void> {
  const last = `partman_partitions."${TENANT}_p${dayOf(10).slice(0, 10).replaceAll('-', '')}"`
  await query(`DROP TABLE ${last}`)
  await query(`CREATE TABLE "DeliveryAttempt_default" PARTITION OF ${PARENT} DEFAULT`)
  await query(`${NEW_ROW} '${dayOf(10)}', 200)`)
  await partman('plan')
  const bound = `FOR VALUES FROM ('${dayOf(10)}') TO ('${dayOf(11)}')`
  await fails(() => query(`CREATE TABLE ${last} PARTITION OF ${PARENT} ${bound}`))
  await query('DROP TABLE "DeliveryAttempt_default"')
  await query('CREATE INDEX "DeliveryAttempt_status_idx" ON ONLY "DeliveryAttempt" (status)')
  await partman('status')
  await query('DROP INDEX "DeliveryAttempt_status_idx"')
}

async function migrations(): Promise<void> {
  const folder = join(project.path, 'prisma/migrations')
  const [first = ''] = (await readdir(folder)).sort()
  await project.write('prisma/migrations/99990101000000_renamed/migration.sql', 'DROP TABLE "DeliveryAttempt";\n')
  await cp(join(folder, first, 'migration.sql'), join(project.path, 'first.sql'))
  await partman('check')
  await query('CREATE INDEX by_hand ON "DeliveryAttempt" (status)')
  await prisma('migrate', 'dev')
  await project.write(`prisma/migrations/${first}/migration.sql`, `${await readFile(join(project.path, 'first.sql'), 'utf8')}-- more\n`)
  await prisma('migrate', 'dev')
  const schema = join(project.path, 'prisma/schema/schema.prisma')
  await writeFile(schema, (await readFile(schema, 'utf8')).replace('premake: 10', 'premake: 11'))
  await partman('plan')
}

/** With as few places for locks as a server can have. */
async function outOfLocks(): Promise<void> {
  const server = await startPostgres({ settings: { max_locks_per_transaction: 10, max_connections: 10 } })
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  const tables = 'DO $$ BEGIN FOR n IN 1..3000 LOOP EXECUTE format($s$CREATE TABLE t%s ()$s$, n); END LOOP; END $$'
  await fails(() => client.query(tables))
  await client.end()
  await server.stop()
}

beforeAll(async () => {
  project = await readmeProject()
  await throughTheClient()
  await whatPostgresSays()
  await whatIsKept()
  await whatIsInTheWay()
  await besideADefault()
  await migrations()
  await outOfLocks()
}, 400_000)
afterAll(() => project?.remove())

/** Numbers are others each time, and names of settings have quotes only since PostgreSQL 17. */
const alike = (text: string) => text.replaceAll(/\d+/g, '0').replaceAll(/\s+/g, ' ').replaceAll('"', '')

/** What the sources say: texts as they are, and those with something put in. */
async function sourceTexts(): Promise<{ readonly text: string; readonly templates: readonly RegExp[] }> {
  const files = await Promise.all(
    ['core', 'cli', 'generator', 'prisma-extension'].map(async (name) => {
      const folder = join(ROOT, 'packages', name, 'src')
      const paths = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith('.ts') && !path.includes('.test'))
      return Promise.all(paths.map((path) => readFile(join(folder, path), 'utf8')))
    }),
  )
  const text = files.flat().join('\n')
  const templates = [...text.matchAll(/`([^`\n]{20,})`/g)].map(([, template = '']) => {
    const constant = template.split(/\$\{[^}]*\}/)
    return new RegExp(`^${constant.map((part) => alike(part).replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.+')}$`)
  })
  return { text: alike(text), templates: templates.filter(({ source }) => source.replaceAll('.+', '').length > 30) }
}

it('quotes what is said, word by word', async () => {
  const { text, templates } = await sourceTexts()
  const all = alike(seen.join('\n'))
  const lines = blocks(PAGE, 'text').flatMap((block) => block.trim().split('\n').map(alike))
  expect(lines.length).toBeGreaterThan(35)
  const unseen = lines.filter((line) => !all.includes(line))
  const plain = unseen.map((line) => line.replace(/ \([A-Z_]+\)$/, ''))
  expect(plain.filter((line) => !text.includes(line) && !templates.some((template) => template.test(line)))).toEqual([])
  // Those of the clocks cannot be seen without setting one, nor what only another release or a race brings about.
  expect(unseen.length).toBeLessThanOrEqual(8)
})

it('shows queries that PostgreSQL answers', async () => {
  for (const statements of blocks(PAGE, 'sql')) await query(statements)
})
