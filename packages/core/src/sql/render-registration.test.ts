import { testDatabase } from '@partman/testing/vitest'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { prepareDatabase } from '../fixtures/prepare-database.js'
import { HOSTILE, PLAIN, webhookDocument, webhookTables } from '../fixtures/webhook-tables.js'
import { partitionStem } from '../state/partition-name.js'
import { wantTenant } from '../state/want-partitions.js'
import { wantTable } from '../state/want-state.js'
import { renderCreatePartition } from './render-partition.js'
import { renderRegistration } from './render-registration.js'
import { doBlock, identifier, joinSql, literal, qualified, sql } from './sql.js'

const NOW = Date.parse('2026-03-01T12:00:00Z')
const OPTIONS = { now: NOW, lockTimeoutMs: 2000 }

describe.each([PLAIN, HOSTILE])('registering a tenant with $label', (names) => {
  const document = webhookDocument(names)
  const prepare = async () => {
    const test = await testDatabase()
    const database = await prepareDatabase(test, document, webhookTables(names, document))
    const tenants = async () =>
      (
        await test.query(`SELECT pg_get_expr(relpartbound, c.oid) AS bound, (SELECT count(*)::int FROM pg_inherits WHERE inhparent = c.oid) AS leaves
        FROM pg_inherits i JOIN pg_class c ON c.oid = inhrelid WHERE inhparent = ${literal(qualified(names.attempts))}::regclass ORDER BY 1`)
      ).rows
    return { test, database, tenants }
  }

  it('makes its partitions once, however often it is asked', async () => {
    const { database, tenants } = await prepare()
    for (let n = 0; n < 3; n++) await database.query(renderRegistration(document, 'Project', 'acme', OPTIONS))
    expect(await tenants()).toEqual([{ bound: "FOR VALUES IN ('acme')", leaves: 4 }])
  })

  it('leaves nothing when the transaction is rolled back', async () => {
    const { test, database, tenants } = await prepare()
    await test.query('BEGIN')
    await database.query(renderRegistration(document, 'Project', 'acme', OPTIONS))
    await test.query('ROLLBACK')
    expect([await tenants(), (await test.query('SELECT key FROM partman.tenant')).rows]).toEqual([[], []])
    await database.query(renderRegistration(document, 'Project', 'acme', OPTIONS))
    expect(await tenants()).toHaveLength(1)
  })

  it.each([['acme'], [`it's \\ "x" [a-z] (b)`]])('takes the partition that %s already has under another name', async (key) => {
    const { test, database, tenants } = await prepare()
    await test.query(
      `CREATE TABLE foreign_name PARTITION OF ${qualified(names.attempts)} FOR VALUES IN ('other', ${literal(key)}) PARTITION BY RANGE (${identifier(names.createdAt)})`,
    )
    await database.query(renderRegistration(document, 'Project', key, OPTIONS))
    expect(await tenants()).toHaveLength(1)
    expect((await test.query('SELECT key FROM partman.tenant')).rows).toEqual([{ key }])
  })

  it('waits for a maintainer that makes the same partitions, and takes those', async () => {
    const { test, database, tenants } = await prepare()
    const maintainer = new pg.Client({ connectionString: test.url })
    await maintainer.connect()
    onTestFinished(() => maintainer.end())
    await maintainer.query('BEGIN')
    const wanted = wantTable(document.partitionSchema, document.tables[0]!, { now: NOW, tenants: new Map() })
    const created = wantTenant(wanted, partitionStem(names.attempts), 'acme').flatMap((one) =>
      renderCreatePartition(names.attempts, one, { isBeyondLike: true }),
    )
    await maintainer.query(doBlock(sql`BEGIN ${joinSql(created, '\n')} END`))
    const registered = database.query(renderRegistration(document, 'Project', 'acme', OPTIONS))
    const waiting = async () =>
      (await maintainer.query(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)).rowCount
    await expect.poll(waiting).toBe(1)
    await maintainer.query('COMMIT')
    await registered
    expect(await tenants()).toEqual([{ bound: "FOR VALUES IN ('acme')", leaves: 4 }])
    expect((await test.query('SELECT key FROM partman.tenant')).rows).toEqual([{ key: 'acme' }])
  })

  it('does not take a name that is in its way for its own', async () => {
    const { test, database, tenants } = await prepare()
    await database.query(renderRegistration(document, 'Project', 'acme', OPTIONS))
    const [row] = (
      await test.query(
        `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = ${literal(qualified(names.attempts))}::regclass`,
      )
    ).rows
    await test.query(`ALTER TABLE ${qualified(names.attempts)} DETACH PARTITION ${row?.['name']}`)
    await expect(database.query(renderRegistration(document, 'Project', 'acme', OPTIONS))).rejects.toMatchObject({ code: '42P07' })
    expect(await tenants()).toEqual([])
  })
})

it('a set that is not declared and a key that cannot be are refused', () => {
  const document = webhookDocument()
  expect(() => renderRegistration(document, 'Customer', 'acme', OPTIONS)).toThrow(expect.objectContaining({ code: 'TENANT_SET_UNKNOWN' }))
  for (const key of ['', 'a\0b', '\ud800']) {
    expect(() => renderRegistration(document, 'Project', key, OPTIONS)).toThrow(expect.objectContaining({ code: 'TENANT_KEY_INVALID' }))
  }
})
