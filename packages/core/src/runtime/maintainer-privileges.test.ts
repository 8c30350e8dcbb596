import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { DATABASE_CHECKS } from '../checks/database-checks.js'
import { retirements, retiringTables } from '../fixtures/retiring-tables.js'
import { PLAIN } from '../fixtures/webhook-tables.js'
import { identifier } from '../sql/sql.js'
import { databaseObservers } from './database-observers.js'
import { pgDatabase } from './pg-database.js'
import { removeTenant } from './remove-tenant.js'
import { runChecks } from './run-checks.js'

test('a role that owns the tables maintains with what doctor says that it lacks, and may not place or delete holds', async () => {
  const { document, test: own, database, clock, maintainer, rows } = await retiringTables()
  const name = `maintainer of ${own.name}`
  const role = identifier(name)
  await own.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`)
  onTestFinished(async () => {
    await own.query(`REASSIGN OWNED BY ${role} TO CURRENT_USER; DROP OWNED BY ${role}; DROP ROLE ${role}`)
  })
  const tables = await rows<{ name: string }>(`SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND n.nspname IN ('public', '${PLAIN.partitionSchema}')`)
  for (const { name: table } of tables) await own.query(`ALTER TABLE ${table} OWNER TO ${role}`)
  const url = new URL(own.url)
  url.username = encodeURIComponent(name)
  url.password = 'secret'
  const pool = new pg.Pool({ connectionString: url.href })
  pool.on('error', () => {})
  const asRole = pgDatabase(pool)
  const missing = async () =>
    (await runChecks(databaseObservers(asRole, document), DATABASE_CHECKS)).filter(({ code }) => code === 'PRIVILEGE_MISSING')
  try {
    for (const { choices } of await missing()) for (const { sql } of choices) await own.query(sql)
    expect(await missing()).toEqual([])

    const run = maintainer({ database: asRole, hooks: { beforeDetach: async () => 'proceed', beforeDrop: async () => 'proceed' } })
    await removeTenant(database, document, { tenants: 'Project', key: 'b', reason: 'left', by: 'somebody' })
    clock.set('2026-04-01T00:00:00Z')
    const detached = retirements(await run.runOnce())
    clock.set('2026-05-02T00:00:00Z')
    const dropped = retirements(await run.runOnce())
    const told = [...detached, ...dropped]
    expect(told.filter((step) => !step.endsWith(' done'))).toEqual([])
    expect([detached, dropped].map((steps, index) => steps.some((step) => step.startsWith(index === 0 ? 'detach' : 'drop')))).toEqual([
      true,
      true,
    ])
    expect(await rows('SELECT outcome FROM partman.run WHERE outcome <> $$done$$')).toEqual([])
    for (const statement of [
      'INSERT INTO partman.hold DEFAULT VALUES',
      'DELETE FROM partman.hold',
      'DELETE FROM partman.audit',
      'DELETE FROM partman.tenant',
    ])
      await expect(pool.query(statement)).rejects.toMatchObject({ code: '42501' })
  } finally {
    await pool.end()
  }
})
