import { describe, expect, it } from 'vitest'
import { observeTenantTriggers } from '../catalog/observe-tenant-triggers.js'
import { triggerDatabase, triggerDocument } from '../fixtures/tenant-trigger-database.js'
import { HOSTILE, PLAIN, webhookDocument, webhookTables } from '../fixtures/webhook-tables.js'
import { pgDatabase } from '../runtime/pg-database.js'
import { removeTenant } from '../runtime/remove-tenant.js'
import { renderRegistration } from '../sql/render-registration.js'
import { constantSql, identifier, literal, qualified } from '../sql/sql.js'
import { renderFirstPartitions } from './first-partitions.js'
import { renderCreateTrigger, renderDropTrigger, wantTriggers } from './tenant-trigger.js'

const OPTIONS = { now: Date.now(), lockTimeoutMs: 60_000 }

const KEYS = [
  ...[
    "'",
    "''",
    `it's`,
    '"',
    '\\',
    "\\'",
    '$$',
    '$make_tenants$',
    '$partman$',
    '%',
    '%I%s%L',
    '; --',
    '/*',
    '\n',
    '\t',
    ' ',
    '(',
    ', ',
    "a', 'b",
  ],
  ...[
    'ACME',
    'acme',
    'é',
    'e\u0301',
    'ß',
    'İ',
    '株式会社',
    '🦊',
    '\u202eacme',
    '\u0001',
    'NULL',
    'DEFAULT',
    '{a,b}',
    "'); DROP SCHEMA public; --",
  ],
  // Names that are the same once PostgreSQL has cut them.
  ...['x'.repeat(200), `${'x'.repeat(199)}y`, '🦊'.repeat(100), `${'🦊'.repeat(99)}🐻`, 'x'.repeat(63), 'x'.repeat(64)],
]

describe.each([PLAIN, HOSTILE])('a trigger with $label', (names) => {
  it('makes the partitions of whatever tenant, in one statement and again without effect', async () => {
    const { tenants, registered, insert, test } = await triggerDatabase(names)
    await insert(...KEYS)
    const bounds = KEYS.map((key) => ({ bound: `FOR VALUES IN ('${key.replaceAll("'", "''")}')`, leaves: 4 }))
    const inOrder = (one: readonly { bound: string }[]) => [...one].sort((a, b) => (a.bound < b.bound ? -1 : 1))
    expect(inOrder(await tenants())).toEqual(inOrder(bounds))
    expect(await registered()).toEqual([...KEYS].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))))
    await test.query(`DELETE FROM ${qualified(names.projects)}`)
    await insert(...KEYS)
    expect(await tenants()).toHaveLength(KEYS.length)
  })

  it('lets a role insert tenants that has no right to anything else', async () => {
    const { test, tenants } = await triggerDatabase(names)
    const role = identifier(`app_${test.name}`)
    await test.query(`CREATE ROLE ${role}`)
    try {
      await test.query(`GRANT USAGE ON SCHEMA ${identifier(names.projects.schema)} TO ${role}`)
      await test.query(`GRANT INSERT ON ${qualified(names.projects)} TO ${role}`)
      await test.query(`SET ROLE ${role}`)
      await test.query(`INSERT INTO ${qualified(names.projects)} (id) VALUES ('acme')`)
      await test.query('RESET ROLE')
      expect(await tenants()).toHaveLength(1)
      const { rows } = await test.query(
        `SELECT DISTINCT c.relowner = p.relowner AS "ownedAsTheParent"
         FROM pg_class p, pg_partition_tree(p.oid) t JOIN pg_class c ON c.oid = t.relid WHERE p.oid = ${literal(qualified(names.attempts))}::regclass`,
      )
      expect(rows).toEqual([{ ownedAsTheParent: true }])
    } finally {
      await test.query('RESET ROLE')
      await test.query(`DROP OWNED BY ${role}`)
      await test.query(`DROP ROLE ${role}`)
    }
  })
})

it('nobody but its owner can put the function on a table of their own', async () => {
  const { test } = await triggerDatabase()
  const role = identifier(`other_${test.name}`)
  await test.query(`CREATE ROLE ${role}`)
  try {
    await test.query(`GRANT USAGE ON SCHEMA partman TO ${role}`)
    await test.query(`CREATE SCHEMA other AUTHORIZATION ${role}`)
    const name = (await test.query<{ name: string }>(`SELECT oid::regprocedure AS name FROM pg_proc WHERE proname LIKE 'make_tenants_%'`))
      .rows[0]!.name
    await test.query(`SET ROLE ${role}`)
    await test.query('CREATE TABLE other.mine (id text)')
    await expect(
      test.query(
        `CREATE TRIGGER t AFTER INSERT ON other.mine REFERENCING NEW TABLE AS partman_inserted FOR EACH STATEMENT EXECUTE FUNCTION ${name}`,
      ),
    ).rejects.toMatchObject({ code: '42501' })
  } finally {
    await test.query('RESET ROLE')
    await test.query(`DROP OWNED BY ${role} CASCADE`)
    await test.query(`DROP ROLE ${role}`)
  }
})

it('what a session has made to look like something else changes nothing', async () => {
  const { test, tenants, insert } = await triggerDatabase()
  await test.query(`CREATE SCHEMA lure`)
  await test.query(`CREATE FUNCTION lure.never(text, text) RETURNS text LANGUAGE sql AS $$ SELECT (1 / 0)::text $$`)
  await test.query(`CREATE OPERATOR lure.|| (LEFTARG = text, RIGHTARG = text, FUNCTION = lure.never)`)
  await test.query(`CREATE TEMP TABLE partman_inserted (id text)`)
  await test.query(`SET search_path = lure, pg_catalog`)
  await test.query(`SET standard_conforming_strings = off`)
  await test.query(`SET "TimeZone" = 'Asia/Kathmandu'`)
  await test.query(`SET "DateStyle" = 'German, DMY'`)
  await test.query(`INSERT INTO public."Project" (id) VALUES (concat(chr(92), chr(39)))`)
  await test.query('RESET ALL')
  await insert('acme')
  expect(await tenants()).toEqual([
    { bound: "FOR VALUES IN ('\\''')", leaves: 4 },
    { bound: "FOR VALUES IN ('acme')", leaves: 4 },
  ])
  expect((await test.query(`INSERT INTO "DeliveryAttempt" (id, "projectId") VALUES (1, 'acme'), (2, chr(92) || chr(39))`)).rowCount).toBe(2)
})

it('a tenant and its partitions come together or not at all', async () => {
  const { test, tenants, registered, insert } = await triggerDatabase()
  await test.query('BEGIN')
  await insert('acme')
  expect(await tenants()).toHaveLength(1)
  await test.query('ROLLBACK')
  await insert('taken')
  await expect(insert('new', 'taken')).rejects.toMatchObject({ code: '23505' })
  await test.query(`INSERT INTO "Project" (id) VALUES ('taken'), ('other') ON CONFLICT DO NOTHING`)
  await test.query(`INSERT INTO "Project" (id) VALUES ('taken'), ('third') ON CONFLICT (id) DO UPDATE SET slug = 'changed'`)
  expect(await registered()).toEqual(['other', 'taken', 'third'])
  expect((await tenants()).map(({ bound }) => bound)).toEqual([
    "FOR VALUES IN ('other')",
    "FOR VALUES IN ('taken')",
    "FOR VALUES IN ('third')",
  ])
  const { rows } = await test.query('SELECT id FROM "Project" ORDER BY id')
  expect(rows.map(({ id }) => id)).toEqual(['other', 'taken', 'third'])
})

it('passes over a row whose key is no tenant', async () => {
  const { test, tenants, registered, insert } = await triggerDatabase()
  await test.query('BEGIN')
  await insert('')
  expect((await test.query(`SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()`)).rowCount).toBe(0)
  await insert('acme')
  await test.query('COMMIT')
  expect(await registered()).toEqual(['acme'])
  expect(await tenants()).toHaveLength(1)
})

it('a tenant that was removed gets nothing, and no row', async () => {
  const { test, insert, tenants } = await triggerDatabase(PLAIN)
  await insert('acme')
  await removeTenant(pgDatabase(test), triggerDocument(PLAIN), { tenants: 'Project', key: 'acme', reason: 'has left', by: 'us' })
  await test.query(`DELETE FROM ${qualified(PLAIN.projects)}`)
  await expect(insert('globex', 'acme')).rejects.toMatchObject({ code: 'PTM05', message: expect.stringContaining('"acme"') })
  expect(await tenants()).toHaveLength(1)
})

it('waits for whoever registers the same tenant, and takes what that one has made', async () => {
  const { document, connect, tenants, waiting, insert } = await triggerDatabase()
  const [client, other] = [await connect(), await connect()]
  await client.query('BEGIN')
  await client.query(renderRegistration(document, 'Project', 'acme', OPTIONS))
  const inserted = insert('acme').then(
    () => 'inserted',
    (error: { code: string }) => error.code,
  )
  // The client has its row still to insert: would the trigger hold one of its own by now, each would wait for the other.
  await expect.poll(() => waiting(other)).toBe(1)
  await client.query(`INSERT INTO "Project" (id) VALUES ('acme')`)
  await client.query('COMMIT')
  expect(await inserted).toBe('23505')
  expect(await tenants()).toEqual([{ bound: "FOR VALUES IN ('acme')", leaves: 4 }])
})

it('has whoever registers the same tenant wait, who takes what it has made', async () => {
  const { document, database, connect, tenants, waiting } = await triggerDatabase()
  const [client, other] = [await connect(), await connect()]
  await client.query('BEGIN')
  await client.query(`INSERT INTO "Project" (id) VALUES ('acme')`)
  const registered = database.query(renderRegistration(document, 'Project', 'acme', OPTIONS))
  await expect.poll(() => waiting(other)).toBe(1)
  await client.query('COMMIT')
  await registered
  expect(await tenants()).toEqual([{ bound: "FOR VALUES IN ('acme')", leaves: 4 }])
})

it('deadlocks beside a foreign key to its table, which is why that is refused', async () => {
  const { connect, waiting } = await triggerDatabase(PLAIN, { foreignKey: true })
  const [one, two, observer] = [await connect(), await connect(), await connect()]
  await two.query('BEGIN')
  await two.query('UPDATE "Project" SET slug = slug')
  const outcome = (query: Promise<unknown>) =>
    query.then(
      () => 'inserted',
      ({ code }: { code: string }) => code,
    )
  const first = outcome(one.query(`INSERT INTO "Project" (id) VALUES ('a')`))
  await expect.poll(() => waiting(observer)).toBe(1)
  const second = outcome(two.query(`INSERT INTO "Project" (id) VALUES ('b')`).then(() => two.query('COMMIT')))
  expect((await Promise.all([first, second])).sort()).toEqual(['40P01', 'inserted'])
  await two.query('ROLLBACK')
})

it('takes the partition that a tenant already has under another name, and no name that is in its way', async () => {
  const { test, tenants, insert, registered } = await triggerDatabase()
  await test.query(
    `CREATE TABLE other_name PARTITION OF "DeliveryAttempt" FOR VALUES IN ('other', E'it''s \\\\ [a]') PARTITION BY RANGE ("createdAt")`,
  )
  // PostgreSQL prints a bound as this setting of the session has it.
  await test.query('SET standard_conforming_strings = off')
  await insert(`it's \\ [a]`, 'acme')
  await test.query('RESET standard_conforming_strings')
  expect((await tenants()).map(({ leaves }) => leaves)).toEqual([4, 0])
  await test.query('ALTER TABLE "DeliveryAttempt" DETACH PARTITION other_name')
  const name = (
    await test.query<{ name: string }>(`SELECT inhrelid::regclass AS name FROM pg_inherits WHERE inhparent = '"DeliveryAttempt"'::regclass`)
  ).rows[0]!.name
  await test.query(`ALTER TABLE "DeliveryAttempt" DETACH PARTITION ${name}`)
  await test.query(`DELETE FROM "Project" WHERE id = 'acme'`)
  await expect(insert('acme')).rejects.toMatchObject({ code: '42P07' })
  expect(await registered()).toEqual(['acme', `it's \\ [a]`])
})

it('waits for a lock as long as its session says, or five seconds, and leaves the setting as it was', async () => {
  const { test, document, connect, insert } = await triggerDatabase()
  const limit = async () => (await test.query<{ lock_timeout: string }>('SHOW lock_timeout')).rows[0]?.lock_timeout
  await test.query('BEGIN')
  await insert('first')
  expect(await limit()).toBe('0')
  await test.query(`SET LOCAL lock_timeout = '7s'`)
  await insert('second')
  expect(await limit()).toBe('7s')
  await test.query('ROLLBACK')
  const other = await connect()
  await other.query('BEGIN')
  await other.query('LOCK TABLE ONLY "DeliveryAttempt" IN SHARE UPDATE EXCLUSIVE MODE')
  await expect(insert('acme')).rejects.toMatchObject({ code: '55P03' })
  expect(await limit()).toBe('0')
  await other.query('ROLLBACK')
  await other.query('BEGIN')
  await other.query(renderRegistration(document, 'Project', 'acme', OPTIONS))
  await expect(insert('acme')).rejects.toMatchObject({ code: '55P03', where: expect.stringContaining('pg_advisory_xact_lock') })
  await other.query('ROLLBACK')
  await insert('acme')
})

it('makes for one statement as many tenants as a transaction has locks for, and tells of more', async () => {
  const { test, tenants } = await triggerDatabase()
  const { rows } = await test.query<{ room: number }>(
    `SELECT (current_setting('max_locks_per_transaction')::int * current_setting('max_connections')::int / 8 / 5)::int AS room`,
  )
  const { room } = rows[0]!
  const many = (count: number) => test.query(`INSERT INTO "Project" (id) SELECT 'many ' || n FROM generate_series(1, ${count}) AS n`)
  await expect(many(room + 1)).rejects.toMatchObject({ code: '53400', hint: expect.stringContaining('max_locks_per_transaction') })
  expect(await tenants()).toEqual([])
  await many(room)
  expect(await tenants()).toHaveLength(room)
})

it('passes over a table that is gone, and is gone itself without a trace', async () => {
  const { test, document, tenants, insert } = await triggerDatabase()
  await test.query('ALTER TABLE "DeliveryAttempt" RENAME TO "Attempt"')
  await insert('acme')
  await test.query('ALTER TABLE "Attempt" RENAME TO "DeliveryAttempt"')
  expect(await tenants()).toEqual([])
  await test.query(renderDropTrigger(wantTriggers(document)[0]!))
  await test.query(renderDropTrigger(wantTriggers(document)[0]!))
  await insert('other')
  expect(await tenants()).toEqual([])
  const { rows } = await test.query(
    `SELECT 1 FROM pg_proc WHERE proname LIKE 'make_tenants%' UNION ALL SELECT 1 FROM pg_trigger WHERE tgrelid = '"Project"'::regclass AND NOT tgisinternal`,
  )
  expect(rows).toEqual([])
})

it.each(['partman_partitions_of_the_other', `Other"s; 'é' ${'x'.repeat(45)}`])(
  'two documents with tenants of one table and one name have triggers of their own: %s',
  async (partitionSchema) => {
    const { test, document, database, tenants, insert } = await triggerDatabase()
    const names = {
      ...PLAIN,
      partitionSchema,
      attempts: { schema: 'public', name: 'OtherAttempt' },
      audit: { schema: 'public', name: 'OtherLog' },
    }
    const other = triggerDocument(names)
    const tables = webhookTables(names, other).filter((statement) => !statement.startsWith(`CREATE TABLE ${qualified(names.projects)}`))
    for (const statement of tables) await test.query(constantSql(statement.replace(/ REFERENCES [^,]+/, '')))
    await test.query(renderFirstPartitions(other, []))
    const [ours, theirs] = [wantTriggers(document)[0]!, wantTriggers(other)[0]!]
    await test.query(renderCreateTrigger(theirs))
    const found = (fingerprint: string, schema: string) => [
      { partitionSchema: schema, tenants: 'Project', fingerprint, table: PLAIN.projects, enabled: true },
    ]
    expect(await observeTenantTriggers(database, document.partitionSchema)).toEqual(found(ours.fingerprint, document.partitionSchema))
    expect(await observeTenantTriggers(database, partitionSchema)).toEqual(found(theirs.fingerprint, partitionSchema))
    const others = async () => (await test.query(`SELECT FROM pg_inherits WHERE inhparent = '"OtherAttempt"'::regclass`)).rowCount
    await insert('acme')
    expect([(await tenants()).length, await others()]).toEqual([1, 1])
    await test.query(renderDropTrigger(theirs))
    expect(await observeTenantTriggers(database, partitionSchema)).toEqual([])
    await insert('globex')
    expect([(await tenants()).length, await others()]).toEqual([2, 1])
  },
)

it.each(['partman_lock_tenant', 'partman_make_tenants'])(
  'is found disabled where %s is, and fires again once it is made anew',
  async (disabled) => {
    const { test, document, database, tenants, insert } = await triggerDatabase()
    const trigger = wantTriggers(document)[0]!
    const enabled = async () => (await observeTenantTriggers(database, document.partitionSchema)).map((found) => found.enabled)
    const { rows } = await test.query<{ tgname: string }>(`SELECT tgname FROM pg_trigger WHERE starts_with(tgname, '${disabled}')`)
    const name = identifier(rows[0]!.tgname)
    expect(await enabled()).toEqual([true])
    await test.query(`ALTER TABLE "Project" ENABLE ALWAYS TRIGGER ${name}`)
    expect(await enabled()).toEqual([true])
    for (const state of ['ENABLE REPLICA', 'DISABLE']) {
      await test.query(`ALTER TABLE "Project" ${state} TRIGGER ${name}`)
      expect(await enabled()).toEqual([false])
    }
    await test.query(renderCreateTrigger(trigger))
    expect(await enabled()).toEqual([true])
    await insert('acme')
    expect(await tenants()).toHaveLength(1)
  },
)

it('goes over to the table that has taken the place of another', async () => {
  const { test, document, database, tenants, insert } = await triggerDatabase()
  const tables = async () => (await observeTenantTriggers(database, document.partitionSchema)).map(({ table }) => table)
  const old = { schema: 'Old "schema"', name: `Project's %I old` }
  await test.query(`CREATE SCHEMA ${identifier(old.schema)}`)
  await test.query(`ALTER TABLE "Project" SET SCHEMA ${identifier(old.schema)}`)
  await test.query(`ALTER TABLE ${identifier(old.schema)}."Project" RENAME TO ${identifier(old.name)}`)
  await test.query(`CREATE TABLE "Project" (id text PRIMARY KEY)`)
  expect(await tables()).toEqual([old])
  await test.query(renderCreateTrigger(wantTriggers(document)[0]!))
  expect(await tables()).toEqual([PLAIN.projects])
  await test.query(`INSERT INTO ${qualified(old)} (id) VALUES ('old')`)
  expect(await tenants()).toEqual([])
  await insert('acme')
  expect(await tenants()).toHaveLength(1)
})

it('a document wants a trigger where one is asked for and there is something to make', () => {
  expect(wantTriggers(webhookDocument())).toEqual([])
  const document = triggerDocument()
  expect(wantTriggers({ ...document, tables: document.tables.slice(1) })).toEqual([])
  const [wanted] = wantTriggers(document)
  const [same] = wantTriggers(triggerDocument())
  const [other] = wantTriggers({ ...document, partitionSchema: 'another' })
  expect(wanted?.fingerprint).toMatch(/^[0-9a-f]{16}$/)
  expect([same?.fingerprint === wanted?.fingerprint, other?.fingerprint === wanted?.fingerprint]).toEqual([true, false])
})
