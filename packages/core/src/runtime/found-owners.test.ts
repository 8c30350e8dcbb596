import { testDatabase } from '@partman/testing/vitest'
import { describe, expect, it, onTestFinished } from 'vitest'
import { cutOffDetach } from '../fixtures/cut-off-detach.js'
import { HOSTILE_ODD, type OddNames, oddTable, PLAIN_ODD } from '../fixtures/odd-table.js'
import type { TableName } from '../policy/document.js'
import { identifier, literal, qualified, type Sql, sql } from '../sql/sql.js'
import { formatMarker } from '../state/marker.js'

const NOW = '2026-03-10T12:00:00Z'
const AHEAD = ['03-10..03-11', '03-11..03-12', '03-12..03-13'].map((days) => `create-partition ${days}`)
const BEHIND = ['03-07..03-08', '03-08..03-09', '03-09..03-10'].map((days) => `create-partition ${days}`)

function day(n: number): Sql {
  const date = (of: number) => literal(`2026-02-${String(of).padStart(2, '0')} 00:00+00`)
  return sql`FOR VALUES FROM (${date(n)}) TO (${date(n + 1)})`
}

const ROLES: Readonly<Record<string, string>> = { [PLAIN_ODD.label]: 'somebody else', [HOSTILE_ODD.label]: `else "x" '; é %I` }

describe.each([PLAIN_ODD, HOSTILE_ODD])('what is not of partman, with $label,', (names) => {
  const attempt = (n: number) => `2026-02-0${n} 12:00+00`

  /** Roles are of the whole server, so each test has its own. */
  async function prepare() {
    const test = await testDatabase()
    const odd = oddTable(test, names)
    const other = `${ROLES[names.label]} ${test.name.slice(-6)}`
    const runner = `runner ${test.name.slice(-6)}`
    for (const role of [other, runner]) await test.query(sql`CREATE ROLE ${identifier(role)}`)
    onTestFinished(async () => {
      await test.query('RESET ROLE')
      for (const role of [other, runner]) await test.query(sql`DROP OWNED BY ${identifier(role)} CASCADE`)
      for (const role of [other, runner]) await test.query(sql`DROP ROLE ${identifier(role)}`)
    })
    const give = (relation: TableName, role: string) => test.query(sql`ALTER TABLE ${qualified(relation)} OWNER TO ${identifier(role)}`)
    /** From here on the session is the role that owns the table and no more. */
    const becomeRunner = async (...own: TableName[]) => {
      for (const schema of new Set([names.table.schema, names.foreign.schema, names.partitionSchema])) {
        await test.query(sql`CREATE SCHEMA IF NOT EXISTS ${identifier(schema)}`)
        await test.query(sql`GRANT USAGE, CREATE ON SCHEMA ${identifier(schema)} TO ${identifier(runner)}, ${identifier(other)}`)
      }
      for (const relation of [names.table, ...own]) await give(relation, runner)
      await test.query(sql`SET ROLE ${identifier(runner)}`)
    }
    const child = (name: string) => formatted(odd.child(name))
    return { test, odd, other, give, becomeRunner, child }
  }

  it('is left where it is when it belongs to another role, and told of once', async () => {
    const { odd, other, give, becomeRunner, child } = await prepare()
    await odd.create(odd.days())
    for (const n of [1, 2, 3]) await odd.partition(`p${n}`, day(n))
    await odd.insert(attempt(1), attempt(2), attempt(3))
    for (const n of [1, 3]) await give(odd.child(`p${n}`), other)
    await becomeRunner(odd.child('p2'))
    expect(await odd.maintain(odd.days(), NOW)).toMatchObject({
      done: [...BEHIND, ...AHEAD, 'detach-partition 02-02..02-03'],
      findings: [`RELATION_ALIEN: ${child('p1')} and 1 more belongs to ${other}, whose tables the role that partman runs as cannot change`],
      left: [],
      state: {
        tables: [
          {
            partitions: expect.arrayContaining([
              expect.objectContaining({ name: odd.child('p1').name, alien: { kind: 'owner', owner: other } }),
            ]),
          },
        ],
      },
    })
  })

  it('is ours when the role that partman runs as is a member of its owner', async () => {
    const { test, odd, other, give, becomeRunner } = await prepare()
    await odd.create(odd.days())
    await odd.partition('p1', day(1))
    await give(odd.child('p1'), other)
    await test.query(sql`GRANT ${identifier(other)} TO ${identifier(`runner ${test.name.slice(-6)}`)}`)
    await becomeRunner()
    expect(await odd.maintain(odd.days(), NOW)).toMatchObject({
      done: [...BEHIND, ...AHEAD, 'detach-partition 02-01..02-02'],
      findings: [],
      left: [],
    })
  })

  it('gets nothing made below it, and nothing taken away', async () => {
    const { odd, other, give, becomeRunner, child } = await prepare()
    await odd.create(odd.tenants())
    const byDay = sql`PARTITION BY RANGE (${odd.column})`
    for (const key of ['a', 'b']) {
      await odd.partition(key, sql`FOR VALUES IN (${literal(key)}) ${byDay}`)
      await odd.partition(`${key}1`, day(1), odd.child(key))
    }
    await odd.insert(attempt(1))
    await give(odd.child('a'), other)
    await becomeRunner(odd.child('a1'), odd.child('b'), odd.child('b1'))
    expect(await odd.maintain(odd.tenants(), NOW)).toMatchObject({
      done: [...BEHIND, ...AHEAD, 'detach-partition 02-01..02-02'],
      findings: [`RELATION_ALIEN: ${child('a')} belongs to ${other}, whose tables the role that partman runs as cannot change`],
      left: [],
    })
  })

  it('stays whole where it is the table itself', async () => {
    const { test, odd, other, give, becomeRunner } = await prepare()
    await odd.create(odd.days())
    await odd.partition('p1', day(1))
    await odd.insert(attempt(1))
    await becomeRunner(odd.child('p1'))
    await test.query('RESET ROLE')
    await give(names.table, other)
    await test.query(sql`GRANT SELECT ON ${qualified(names.table)} TO PUBLIC`)
    await test.query(sql`SET ROLE ${identifier(`runner ${test.name.slice(-6)}`)}`)
    expect(await odd.maintain(odd.days(), NOW)).toMatchObject({
      done: [],
      findings: [expect.stringMatching(/^RELATION_ALIEN: /)],
      left: [],
    })
  })

  it('is not dropped where it stands detached with a marker, nor is a marker of it taken off', async () => {
    const { test, odd, other, give, becomeRunner, child } = await prepare()
    await odd.create(odd.days())
    for (const n of [1, 2]) {
      await odd.partition(`p${n}`, day(n))
      const partition = odd.child(`p${n}`)
      const bound = {
        kind: 'range' as const,
        from: [{ value: `2026-02-0${n} 00:00:00+00` }],
        to: [{ value: `2026-02-0${n + 1} 00:00:00+00` }],
      }
      const marker = formatMarker({ table: names.table, partition, parent: names.table, bound, retiredAt: '2026-02-10T00:00:00.000Z' })
      await test.query(sql`COMMENT ON TABLE ${qualified(partition)} IS ${literal(marker)}`)
      await give(partition, other)
    }
    await odd.insert(attempt(1), attempt(2))
    await test.query(sql`ALTER TABLE ${qualified(names.table)} DETACH PARTITION ${qualified(odd.child('p1'))}`)
    await test.query(sql`GRANT SELECT ON ${qualified(odd.child('p1'))} TO PUBLIC`)
    await becomeRunner()
    expect(await odd.maintain(odd.days(), NOW)).toMatchObject({
      done: [...BEHIND, ...AHEAD],
      findings: [`RELATION_ALIEN: ${child('p2')} and 1 more belongs to ${other}, whose tables the role that partman runs as cannot change`],
      left: [],
    })
  })

  it('is freed of a detach that was cut off, which would block every other one', async () => {
    const { test, odd, other, give, becomeRunner } = await prepare()
    await odd.create(odd.days())
    for (const n of [1, 2]) await odd.partition(`p${n}`, day(n))
    await odd.insert(attempt(1), attempt(2))
    await give(odd.child('p1'), other)
    await cutOffDetach(test, names.table, odd.child('p1'))
    await becomeRunner(odd.child('p2'))
    expect(await odd.maintain(odd.days(), NOW)).toMatchObject({
      done: ['finalize-detach 02-01..02-02', ...BEHIND, ...AHEAD, 'detach-partition 02-02..02-03'],
      findings: [],
      left: [],
    })
  })

  it('is left where it is when it is a foreign table, whether its rows are old or of now', async () => {
    const { test, odd, child } = await prepare()
    await odd.create(odd.days())
    const server = `server of ${ROLES[names.label]}`
    await test.query('CREATE FOREIGN DATA WRAPPER dummy')
    await test.query(sql`CREATE SERVER ${identifier(server)} FOREIGN DATA WRAPPER dummy`)
    const foreign = (name: string, bound: Sql) =>
      test.query(
        sql`CREATE FOREIGN TABLE ${qualified(odd.child(name))} PARTITION OF ${qualified(names.table)} ${bound} SERVER ${identifier(server)}`,
      )
    await foreign('f1', day(1))
    await odd.partition('p2', day(2))
    await foreign('now', sql`FOR VALUES FROM ('2026-03-10 00:00+00') TO ('2026-03-11 00:00+00')`)
    await odd.insert(attempt(2))
    // A wrapper without a handler cannot be read, and nobody has to.
    const { done, findings, left } = await odd.maintain(odd.days(), NOW, { rows: odd.child('p2') })
    expect(done).toEqual([...BEHIND, ...AHEAD.slice(1), 'detach-partition 02-02..02-03'])
    expect(left).toEqual([])
    expect(findings).toEqual([`RELATION_ALIEN: ${child('f1')} and 1 more is a foreign table on the server ${server}`])
  })
})

function formatted({ schema, name }: OddNames['table']): string {
  return `${schema}.${name}`
}
