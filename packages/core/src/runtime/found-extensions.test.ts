import { existsSync } from 'node:fs'
import { createTestDatabase, startPostgres } from '@partman/testing'
import { testDatabase } from '@partman/testing/vitest'
import { describe, expect, it, onTestFinished } from 'vitest'
import { observeState } from '../catalog/observe-state.js'
import { HOSTILE_ODD, oddTable, PLAIN_ODD } from '../fixtures/odd-table.js'
import { renderBookkeeping } from '../migration/bookkeeping.js'
import { identifier, literal, qualified, sql } from '../sql/sql.js'

const NOW = '2026-03-10T12:00:00Z'
const OLD = sql`FOR VALUES FROM ('2026-02-01 00:00+00') TO ('2026-02-02 00:00+00')`

/** An extension cannot be faked by rows: this needs Debian's package postgresql-15-partman. */
const withPgPartman = it.skipIf(!existsSync('/usr/share/postgresql/15/extension/pg_partman.control'))

async function serverWithPgPartman() {
  const server = await startPostgres({ installation: '/usr/lib/postgresql/15', version: 15 })
  onTestFinished(() => server.stop())
  return async () => {
    const database = await createTestDatabase(server.url)
    onTestFinished(() => database.drop())
    return database
  }
}

describe.each([PLAIN_ODD, HOSTILE_ODD])('a table with $label', (names) => {
  const { table } = names

  it('that is a member of an extension is left to it', async () => {
    const test = await testDatabase()
    const odd = oddTable(test, names)
    await odd.create(odd.days())
    await odd.partition('old', OLD)
    await odd.insert('2026-02-01 12:00+00')
    await test.query(sql`ALTER EXTENSION plpgsql ADD TABLE ${qualified(table)}`)
    expect(await odd.maintain(odd.days(), NOW)).toMatchObject({
      done: [],
      findings: [`TABLE_OF_EXTENSION: ${table.schema}.${table.name} is in the care of the extension plpgsql`],
      left: [],
    })
    await test.query(sql`ALTER EXTENSION plpgsql DROP TABLE ${qualified(table)}`)
    expect((await odd.maintain(odd.days(), NOW)).done).toContain('detach-partition 02-01..02-02')
  })

  it('that TimescaleDB has in chunks is a plain one in its care', async () => {
    const test = await testDatabase()
    const odd = oddTable(test, names)
    await test.query(sql`CREATE SCHEMA IF NOT EXISTS ${identifier(table.schema)}`)
    await test.query(sql`CREATE TABLE ${qualified(table)} (id bigserial, ${odd.column} timestamptz NOT NULL)`)
    await test.query('CREATE SCHEMA _timescaledb_internal')
    await test.query(sql`CREATE TABLE _timescaledb_internal._hyper_1_1_chunk () INHERITS (${qualified(table)})`)
    await test.query(sql`INSERT INTO _timescaledb_internal._hyper_1_1_chunk VALUES (1, ${literal(NOW)})`)
    expect(await odd.maintain(odd.days(), NOW)).toMatchObject({
      done: [],
      findings: [
        `TABLE_NOT_PARTITIONED: ${table.schema}.${table.name} is in the care of the extension timescaledb, and not a partitioned table of PostgreSQL`,
      ],
      left: [],
      state: { tables: [{ partitions: [], extension: 'timescaledb' }] },
    })
  })

  it('that others inherit from in the old way is a plain one, and its heirs are no partitions', async () => {
    const test = await testDatabase()
    const odd = oddTable(test, names)
    for (const schema of new Set([table.schema, names.foreign.schema]))
      await test.query(sql`CREATE SCHEMA IF NOT EXISTS ${identifier(schema)}`)
    await test.query(sql`CREATE TABLE ${qualified(table)} (id bigserial, ${odd.column} timestamptz NOT NULL)`)
    await test.query(sql`CREATE TABLE ${qualified(odd.child('heir'))} () INHERITS (${qualified(table)})`)
    const { done, findings, state } = await odd.maintain(odd.days(), NOW)
    expect({ done, findings }).toEqual({
      done: [],
      findings: [`TABLE_NOT_PARTITIONED: ${table.schema}.${table.name} is a plain table, not a partitioned one`],
    })
    expect(state.tables).toEqual([expect.not.objectContaining({ extension: expect.anything() })])
  })

  it('names the tables that its foreign keys refer to, each once', async () => {
    const test = await testDatabase()
    const odd = oddTable(test, names)
    const tenants = odd.child('tenants')
    await odd.create(odd.days(), sql`, "a" text, "b" text, "itself" bigint`)
    await test.query(sql`CREATE TABLE ${qualified(tenants)} (id text PRIMARY KEY) PARTITION BY LIST (id)`)
    await test.query(sql`CREATE TABLE ${qualified(odd.child('a'))} PARTITION OF ${qualified(tenants)} FOR VALUES IN ('a')`)
    await odd.partition('old', OLD)
    for (const column of ['a', 'b']) {
      await test.query(sql`ALTER TABLE ${qualified(table)} ADD FOREIGN KEY (${identifier(column)}) REFERENCES ${qualified(tenants)} (id)`)
    }
    const { plan, observation } = await odd.plan(odd.days(), NOW)
    expect(observation.state.tables[0]?.references).toEqual([tenants])
    expect(plan.operations[0]?.locks).toEqual([
      { mode: 'SHARE UPDATE EXCLUSIVE', on: table },
      { mode: 'SHARE ROW EXCLUSIVE', on: tenants },
    ])
    expect((await odd.maintain(odd.days(), NOW)).left).toEqual([])
  })

  withPgPartman('that pg_partman has in its care is left to it, wherever the extension lives', async () => {
    const database = await serverWithPgPartman()
    for (const schema of ['partman', 'else where é']) {
      const test = await database()
      const odd = oddTable(test, names)
      await odd.create(odd.days())
      await odd.partition('old', OLD)
      await odd.insert('2026-02-01 12:00+00')
      await test.query(sql`CREATE SCHEMA ${identifier(schema)}`)
      await test.query(sql`CREATE EXTENSION pg_partman SCHEMA ${identifier(schema)}`)
      const observed = async () => (await observeState(odd.database, odd.documentFor(odd.days()))).state.tables[0]?.extension
      expect(await observed()).toBe(undefined)
      await test.query(
        sql`INSERT INTO ${identifier(schema)}.part_config (parent_table, control, partition_type, partition_interval) VALUES (${literal(`${table.schema}.${table.name}`)}, ${literal(names.at)}, 'native', '1 day'), ('public.another', 'at', 'native', '1 day')`,
      )
      expect(await odd.maintain(odd.days(), NOW)).toMatchObject({
        done: [],
        findings: [`TABLE_OF_EXTENSION: ${table.schema}.${table.name} is in the care of the extension pg_partman`],
        left: [],
      })
    }
  })
})

withPgPartman(
  'a table that pg_partman has made is taken over once it is no longer in its care, in the schema of both bookkeepings',
  async () => {
    const database = await serverWithPgPartman()
    const test = await database()
    const odd = oddTable(test, PLAIN_ODD)
    const now = new Date().toISOString()
    await test.query('CREATE SCHEMA partman')
    await test.query('CREATE EXTENSION pg_partman SCHEMA partman')
    await test.query(renderBookkeeping())
    await odd.create(odd.days({ premake: 6 }))
    await test.query(`SELECT partman.create_parent('public.Event', 'at', 'native', 'daily')`)
    await odd.insert(now)
    expect(await odd.maintain(odd.days({ premake: 6 }), now)).toMatchObject({
      done: [],
      findings: [expect.stringMatching(/^TABLE_OF_EXTENSION: /)],
      left: [],
    })
    await test.query('DELETE FROM partman.part_config')
    const { done, findings, left } = await odd.maintain(odd.days({ premake: 6 }), now)
    expect(done.filter((step) => !step.startsWith('create-partition'))).toEqual([])
    expect(findings).toEqual([expect.stringMatching(/^DEFAULT_PARTITION_PRESENT: /)])
    expect(left).toEqual([])
  },
)
