import { testDatabase } from '@partman/testing/vitest'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { observeState } from '../catalog/observe-state.js'
import { byNumber, byTenant, byTime, declare, documentOf } from '../fixtures/policies.js'
import type { PartmanDocument } from '../policy/document.js'
import type { NumberKeyType } from '../policy/key-column.js'
import type { NumberRangePolicy, PartitionPolicy } from '../policy/policy.js'
import type { Database } from '../sql/database.js'
import { identifier, literal, qualified } from '../sql/sql.js'
import { formatMarker } from '../state/marker.js'
import { observeMeasures } from './observe-measures.js'
import { pgDatabase } from './pg-database.js'
import { planMaintenance } from './plan-maintenance.js'

const PLAIN = { label: 'plain names', table: { schema: 'public', name: 'Event' }, id: 'id', tenant: 'tenant' }
const HOSTILE = {
  label: 'hostile names',
  table: { schema: 'my "schema" $1', name: `Évents ""x"" '%s' <a>&amp; \\ ${'é'.repeat(15)}` },
  id: `</highest> "id" 'é'`,
  tenant: 'tenant\\, "of" $$',
}

describe.each([PLAIN, HOSTILE])('measuring tables with $label', (names) => {
  const { table } = names
  const column = (name: string, type: NumberKeyType) => ({ field: name, column: name, type })
  const tenantColumn = { field: 'tenant', column: names.tenant, type: 'text' as const }
  const byId = (given: Partial<NumberRangePolicy> = {}, type: NumberKeyType = 'bigint') =>
    byNumber({ by: column(names.id, type), interval: '10', retention: { kind: 'count', partitions: 1, grace: '1 day' }, ...given })
  const documentFor = (policy: PartitionPolicy) => documentOf(declare(policy, table.name, table.schema))
  const id = identifier(names.id)
  const tenant = identifier(names.tenant)
  const child = (name: string) => qualified({ schema: table.schema, name })

  async function prepare(key: string, columns = `${id} bigint, ${tenant} text`) {
    const test = await testDatabase()
    if (table.schema !== 'public') await test.query(`CREATE SCHEMA ${identifier(table.schema)}`)
    await test.query(`CREATE TABLE ${qualified(table)} (${columns}) PARTITION BY ${key}`)
    const partition = (name: string, bound: string, parent = qualified(table)) =>
      test.query(`CREATE TABLE ${child(name)} PARTITION OF ${parent} ${bound}`)
    const insert = (...rows: string[]) => test.query(`INSERT INTO ${qualified(table)} VALUES ${rows.join(', ')}`)
    return { test, partition, insert, database: pgDatabase(test) }
  }

  const highest = async (database: Database, document: PartmanDocument) => {
    const { state } = await observeMeasures(database, document, await observeState(database, document))
    return state.tables[0]
  }

  it('finds the highest key of a table by number, whatever the partitions are called', async () => {
    const { partition, insert, database } = await prepare(`RANGE (${id})`)
    const document = documentFor(byId())
    expect(await highest(database, document)).toMatchObject({ highestKey: null })
    for (const [n, from] of [0, 10, 20, 30, 40].entries()) await partition(`p${9 - n}`, `FOR VALUES FROM (${from}) TO (${from + 10})`)
    expect(await highest(database, document)).toMatchObject({ highestKey: null })
    await insert(`(3, 'a')`, `(27, 'a')`, `(21, 'b')`)
    expect(await highest(database, document)).toMatchObject({ highestKey: '27' })
  })

  it('is not led ahead by a row that a DEFAULT partition has taken', async () => {
    const { partition, insert, database } = await prepare(`RANGE (${id})`)
    await partition('one', 'FOR VALUES FROM (0) TO (10)')
    await partition('rest', 'DEFAULT')
    await insert(`(3, 'a')`, `(-7, 'a')`)
    expect(await highest(database, documentFor(byId({ retention: null, default: true })))).toMatchObject({ highestKey: '3' })
    await insert(`(123456789012345678, 'a')`)
    expect(await highest(database, documentFor(byId({ retention: null, default: true })))).toMatchObject({ highestKey: '3' })
  })

  it('takes no infinite or unreal number for the highest, and rounds down', async () => {
    const { partition, insert, database } = await prepare(`RANGE (${id})`, `${id} numeric, ${tenant} text`)
    await partition('one', 'FOR VALUES FROM (-10) TO (10)')
    await partition('rest', 'FOR VALUES FROM (10) TO (MAXVALUE)')
    await insert(`(-3.5, 'a')`)
    expect(await highest(database, documentFor(byId({}, 'numeric')))).toMatchObject({ highestKey: '-4' })
    await insert(`('NaN', 'a')`, `('Infinity', 'a')`)
    expect(await highest(database, documentFor(byId({}, 'numeric')))).toMatchObject({ highestKey: '-4' })
    await insert(`(1e20 + 0.5, 'a')`)
    expect(await highest(database, documentFor(byId({}, 'numeric')))).toMatchObject({ highestKey: '100000000000000000000' })
  })

  it('finds the highest key of each tenant, also where a further level is below it', async () => {
    const { partition, insert, database } = await prepare(`LIST (${tenant})`)
    const value = `it's </highest> & "b"`
    await partition('a', `FOR VALUES IN ('a') PARTITION BY RANGE (${id})`)
    await partition('b', `FOR VALUES IN (${literal(value)}) PARTITION BY RANGE (${id})`)
    await partition('c', `FOR VALUES IN ('c', 'd') PARTITION BY RANGE (${id})`)
    await partition('a1', `FOR VALUES FROM (0) TO (10)`, child('a'))
    await partition('b1', `FOR VALUES FROM (0) TO (100) PARTITION BY HASH (${tenant})`, child('b'))
    for (const n of [0, 1]) await partition(`b1${n}`, `FOR VALUES WITH (MODULUS 2, REMAINDER ${n})`, child('b1'))
    await partition('c1', `FOR VALUES FROM (0) TO (10)`, child('c'))
    await insert(`(5, 'a')`, `(42, ${literal(value)})`, `(8, 'd')`)
    const found = await highest(database, documentFor(byTenant(byId(), { by: tenantColumn })))
    expect(found?.partitions.map(({ name, highestKey }) => [name, highestKey]).sort()).toEqual([
      ['a', '5'],
      ['b', '42'],
      ['c', '8'],
    ])
  })

  it('finds one highest key where the tenants are side by side', async () => {
    const { partition, insert, database } = await prepare(`RANGE (${tenant}, ${id})`)
    await partition('a', `FOR VALUES FROM ('a', 0) TO ('a', 50)`)
    await partition('b', `FOR VALUES FROM ('b', 0) TO ('b', 10)`)
    await insert(`(33, 'a')`, `(4, 'b')`)
    const prefix = { by: tenantColumn, tenants: 'Tenant' }
    expect(await highest(database, documentFor(byId({ prefix })))).toMatchObject({ highestKey: '33' })
  })

  it('locks no partition behind the newest rows, and none that is held by others there', async () => {
    const { test, partition, insert, database } = await prepare(`RANGE (${id})`, `${id} bigint PRIMARY KEY`)
    for (const from of [0, 10, 20, 30, 40]) await partition(`p${from}`, `FOR VALUES FROM (${from}) TO (${from + 10})`)
    await insert('(3)', '(11)', '(25)', '(29)')
    const other = await hold(test.url, `LOCK TABLE ${child('p0')}, ${child('p10')} IN ACCESS EXCLUSIVE MODE`)
    await test.query('BEGIN')
    expect(await highest(database, documentFor(byId()))).toMatchObject({ highestKey: '29' })
    const { rows } = await test.query(
      `SELECT c.relname FROM pg_locks l JOIN pg_class c ON c.oid = l.relation WHERE l.pid = pg_backend_pid() AND relkind = 'r' AND relnamespace = $1::regnamespace ORDER BY 1`,
      [identifier(table.schema)],
    )
    await test.query('ROLLBACK')
    expect(rows).toEqual([{ relname: 'p20' }, { relname: 'p30' }, { relname: 'p40' }])
    await other.release()
  })

  it('makes and retires nothing where the highest key cannot be read, and says so', async () => {
    const { test, partition, insert, database } = await prepare(`LIST (${tenant})`)
    for (const name of ['a', 'b']) {
      await partition(name, `FOR VALUES IN ('${name}') PARTITION BY RANGE (${id})`)
      for (const from of [100, 110, 120, 130]) await partition(`${name}${from}`, `FOR VALUES FROM (${from}) TO (${from + 10})`, child(name))
    }
    await insert(`(135, 'a')`, `(135, 'b')`)
    const document = documentFor(byTenant(byId(), { by: tenantColumn }))
    const lists = async () => {
      const { plan } = await planMaintenance(database, document, { approved: true })
      const steps = plan.operations.map((one) => `${one.kind} below ${'parent' in one ? one.parent.name : ''}`)
      return { steps, findings: plan.findings.map(({ code, message }) => ({ code, message })) }
    }
    const all = await lists()
    expect(all.findings).toEqual([])
    const ofEach = (name: string) => all.steps.filter((step) => step.endsWith(`below ${name}`))
    expect(ofEach('a')).toEqual([...Array(3).fill('create-partition below a'), ...Array(2).fill('detach-partition below a')])
    const other = await hold(test.url, `LOCK TABLE ${child('a130')} IN ACCESS EXCLUSIVE MODE`)
    expect(await lists()).toEqual({
      steps: ofEach('b'),
      findings: [
        {
          code: 'HIGHEST_KEY_UNREADABLE',
          message: `${table.schema}.a cannot be asked for its highest key: canceling statement due to lock timeout`,
        },
      ],
    })
    await other.release()
    expect(await lists()).toEqual(all)
    await test.query(`ALTER TABLE ${child('b130')} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY`)
    const role = `reader of ${test.name}`
    await test.query(`CREATE ROLE ${identifier(role)}`)
    try {
      await test.query(`GRANT USAGE ON SCHEMA ${identifier(table.schema)} TO ${identifier(role)}`)
      await test.query(
        `DO $$ DECLARE one regclass; BEGIN FOR one IN SELECT oid FROM pg_class WHERE relnamespace = '${identifier(table.schema).replaceAll("'", "''")}'::regnamespace AND relkind IN ('r', 'p') LOOP EXECUTE format('ALTER TABLE %s OWNER TO %I', one, '${role}'); END LOOP; END $$`,
      )
      await test.query(`SET ROLE ${identifier(role)}`)
      const { findings } = await lists()
      await test.query('RESET ROLE')
      expect(findings).toMatchObject([{ code: 'HIGHEST_KEY_UNREADABLE', message: expect.stringMatching(/row-level security/) }])
    } finally {
      await test.query('RESET ROLE')
      await test.query(`DROP OWNED BY ${identifier(role)} CASCADE`)
      await test.query(`DROP ROLE ${identifier(role)}`)
    }
  })

  it('sends no further statement where nothing is to be measured', async () => {
    const { database } = await prepare(`RANGE (${id})`, `${id} timestamptz`)
    const document = documentFor(byTime({ by: { field: 'id', column: names.id, type: 'timestamptz' } }))
    const observation = await observeState(database, document)
    const none: Database = { query: () => Promise.reject(new Error('a statement was sent')) }
    expect(await observeMeasures(none, document, observation)).toEqual(observation)
  })

  it('sums the sizes of what is below each partition', async () => {
    const { test, partition, database } = await prepare(`RANGE (${id})`, `${id} timestamptz, note text`)
    const at = { field: 'id', column: names.id, type: 'timestamptz' as const }
    const document = documentFor(byTime({ by: at, retention: { kind: 'size', size: '1 MB', grace: '1 day' } }))
    await partition('one', `FOR VALUES FROM ('2026-01-01') TO ('2026-01-02')`)
    await partition('two', `FOR VALUES FROM ('2026-01-02') TO ('2026-01-03') PARTITION BY LIST (note)`)
    await partition('two_a', `FOR VALUES IN ('a')`, child('two'))
    await partition('two_rest', `DEFAULT`, child('two'))
    await test.query(`INSERT INTO ${child('two_a')} SELECT '2026-01-02', 'a' FROM generate_series(1, 1000)`)
    const size = async (name: string) =>
      Number((await test.query<{ size: string }>(`SELECT pg_total_relation_size(${literal(child(name))}::regclass) AS size`)).rows[0]!.size)
    const observe = async () => (await observeMeasures(database, document, await observeState(database, document))).state.tables[0]!
    expect((await observe()).partitions.map(({ name, bytes }) => [name, bytes]).sort()).toEqual([
      ['one', await size('one')],
      ['two', (await size('two_a')) + (await size('two_rest'))],
    ])
    expect(await size('two_a')).toBeGreaterThan(10_000)
    const other = await hold(test.url, `LOCK TABLE ${child('two_rest')} IN ACCESS EXCLUSIVE MODE`)
    const locked = await observe()
    expect(locked).toMatchObject({ unread: { what: 'sizes', why: 'canceling statement due to lock timeout' } })
    expect(locked.partitions.map(({ bytes }) => bytes)).toEqual([undefined, undefined])
    await other.release()
  })

  it('retires by size what no longer fits, and nothing of a table whose sizes cannot be read', async () => {
    const { test, partition, database } = await prepare(`RANGE (${id})`, `${id} bigint, note text`)
    const document = documentFor(byId({ retention: { kind: 'size', size: '1 MB', grace: '1 day' } }))
    for (const from of [0, 10, 20, 30, 40, 50]) {
      await partition(`p${from}`, `FOR VALUES FROM (${from}) TO (${from + 10})`)
      if (from < 30) await test.query(`INSERT INTO ${child(`p${from}`)} SELECT ${from}, repeat('x', 1000) FROM generate_series(1, 700)`)
    }
    const plan = async () => (await planMaintenance(database, document, { approved: true })).plan
    const { operations } = await plan()
    expect(operations.map(({ kind, partition: { name } }) => [kind, name])).toEqual([
      ['detach-partition', 'p0'],
      ['detach-partition', 'p10'],
    ])
    // One that is detached already is weighed with the others before it is dropped.
    const partition0 = { schema: table.schema, name: 'p0' }
    const bound = { kind: 'range' as const, from: [{ value: '0' }], to: [{ value: '10' }] }
    const marker = formatMarker({ table, partition: partition0, parent: table, bound, retiredAt: '2020-01-01T00:00:00.000Z' })
    await test.query(`COMMENT ON TABLE ${child('p0')} IS ${literal(marker)}`)
    await test.query(`ALTER TABLE ${qualified(table)} DETACH PARTITION ${child('p0')}`)
    expect((await plan()).operations.map(({ kind, partition: { name } }) => [kind, name])).toEqual([
      ['detach-partition', 'p10'],
      ['drop-partition', 'p0'],
    ])
    const other = await hold(test.url, `LOCK TABLE ${child('p10')} IN ACCESS EXCLUSIVE MODE`)
    const held = await plan()
    expect(held.operations).toEqual([])
    expect(held.findings).toMatchObject([{ code: 'SIZES_UNREADABLE', severity: 'warning' }])
    await other.release()
  })
})

/** Another session that keeps what its statement has locked. */
async function hold(url: string, statement: string): Promise<{ release: () => Promise<void> }> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  let ended: Promise<void> | undefined
  const release = () => (ended ??= client.end())
  onTestFinished(release)
  await client.query('BEGIN')
  await client.query(statement)
  return { release }
}
