import { describe, expect, test } from 'vitest'
import { checkedDatabase, openSession } from '../fixtures/checked-database.js'
import { cutOffDetach } from '../fixtures/cut-off-detach.js'
import { HOSTILE, PLAIN } from '../fixtures/webhook-tables.js'
import type { TableName } from '../policy/document.js'
import { identifier, literal, qualified, sql } from '../sql/sql.js'
import { formatMarker } from '../state/marker.js'
import { formatTableName, type RetiredMarker } from '../state/state.js'

describe.each([PLAIN, HOSTILE])('$label', (names) => {
  const { audit, partitionSchema } = names
  const stray = { schema: partitionSchema, name: 'by "hand"' }
  const bound = sql`FROM ('2001-01-01') TO ('2001-02-01')`

  test('a database that is well has nothing to tell', async () => {
    const { check } = await checkedDatabase(names)
    expect(await check()).toEqual([])
  })

  test('a table that somebody detached by hand is found, whether it is among the partitions or elsewhere', async () => {
    const { check, test } = await checkedDatabase(names)
    const elsewhere = { schema: 'public', name: 'old' }
    await test.query(sql`CREATE TABLE ${qualified(stray)} PARTITION OF ${qualified(audit)} FOR VALUES ${bound}`)
    await test.query(sql`ALTER TABLE ${qualified(audit)} DETACH PARTITION ${qualified(stray)} CONCURRENTLY`)
    await test.query(sql`INSERT INTO ${qualified(stray)} SELECT n, '2001-01-02' FROM generate_series(1, 5) AS n`)
    await test.query(sql`ANALYZE ${qualified(stray)}`)
    await test.query(
      sql`CREATE TABLE ${qualified(elsewhere)} PARTITION OF ${qualified(audit)} FOR VALUES FROM ('2001-02-01') TO ('2001-03-01')`,
    )
    await test.query(sql`ALTER TABLE ${qualified(audit)} DETACH PARTITION ${qualified(elsewhere)} CONCURRENTLY`)
    // Copies that anybody may make are none of ours.
    await test.query(sql`CREATE TABLE public.backup (LIKE ${qualified(audit)})`)
    const [first, second, ...others] = await check()
    expect(first).toEqual({
      code: 'PARTITION_UNATTACHED',
      severity: 'warning',
      check: 'tables that stand unattached',
      declaredAt: null,
      message: `${formatTableName(stray)} is no partition and bears no mark of a retirement; it has about 5 rows and the columns of ${formatTableName(audit)}`,
      reason: 'No query on the partitioned table sees its rows, and no maintenance ever drops them.',
      nextStep:
        'Look at its rows. Attach it, with the bound that they lie in, or keep it elsewhere; it may be dropped where nobody wants them.',
      statements: [],
      choices: [
        {
          label: `where its rows belong to ${formatTableName(audit)}`,
          sql: `ALTER TABLE ${qualified(audit)} ATTACH PARTITION ${qualified(stray)} FOR VALUES <bound>;`,
        },
        { label: 'where nobody wants its rows', sql: `DROP TABLE ${qualified(stray)};` },
      ],
      page: 'docs/doctor.md#partition_unattached',
    })
    expect(second).toMatchObject({ code: 'PARTITION_UNATTACHED', message: expect.stringContaining('public.old is no partition') })
    expect(others).toEqual([])
    await test.query(first!.choices[0]!.sql.replace('<bound>', bound))
    expect(await check()).toEqual([second])
    await test.query(second!.choices[1]!.sql)
    expect(await check()).toEqual([])
  })

  test('a marked table that nothing will ever drop is found', async () => {
    const { check, test } = await checkedDatabase(names)
    const gone = { schema: 'public', name: 'gone' }
    const mark = (marker: Partial<RetiredMarker>) =>
      formatMarker({
        table: gone,
        partition: stray,
        parent: gone,
        bound: { kind: 'default' },
        retiredAt: '2026-01-01T00:00:00.000Z',
        ...marker,
      })
    const comment = (text: string) => test.query(sql`COMMENT ON TABLE ${qualified(stray)} IS ${literal(text)}`)
    await test.query(sql`CREATE TABLE ${qualified(stray)} (id int)`)
    const keepOrDrop = [`COMMENT ON TABLE ${qualified(stray)} IS NULL;`, `DROP TABLE ${qualified(stray)};`]
    const expectWhy = async (why: string, choices = keepOrDrop) =>
      expect(await check()).toEqual([
        expect.objectContaining({
          code: 'DETACHED_PARTITION_ORPHANED',
          severity: 'warning',
          message: `${formatTableName(stray)} stands detached, and ${why}`,
          statements: [],
          choices: choices.map((sql) => expect.objectContaining({ sql })),
        }),
      ])
    await comment(mark({}))
    await expectWhy('the table that it was retired from, public.gone, is gone')
    const hold = (table: TableName) =>
      test.query('INSERT INTO partman.hold (table_schema, table_name, reason, held_by) VALUES ($1, $2, $3, $3)', [
        table.schema,
        table.name,
        'evidence',
      ])
    // It may be the same table under its new name.
    await hold(audit)
    await expectWhy('the table that it was retired from, public.gone, is gone', [])
    await test.query('UPDATE partman.hold SET released_at = now()')
    await hold(gone)
    await expectWhy('the table that it was retired from, public.gone, is gone', [])
    await test.query('UPDATE partman.hold SET released_at = now()')
    await comment(mark({ partition: gone }))
    await expectWhy('its mark was written for public.gone: it was renamed, moved or copied since')
    await comment('partman:retired {')
    await expectWhy('its mark cannot be read')
    await comment(mark({ table: audit, partition: gone }))
    await hold(stray)
    await expectWhy('its mark was written for public.gone: it was renamed, moved or copied since', [])
    await test.query('UPDATE partman.hold SET released_at = now()')
    await comment(mark({ table: audit }))
    expect(await check()).toEqual([])
    await comment(mark({}).replace('retired', 'moved'))
    expect(await check()).toEqual([])
  })

  test('a detach that was begun and not ended is found, and its statement ends it', async () => {
    const { check, test } = await checkedDatabase(names)
    await test.query(sql`CREATE TABLE ${qualified(stray)} PARTITION OF ${qualified(audit)} FOR VALUES ${bound}`)
    await cutOffDetach(test, audit, stray)
    const [found, ...others] = await check()
    expect(found).toMatchObject({
      code: 'DETACH_PENDING',
      severity: 'warning',
      message: `The concurrent detach of ${formatTableName(stray)} from ${formatTableName(audit)} was begun and not ended`,
    })
    expect(others).toEqual([])
    // What a maintainer is at, it ends; and behind somebody who uses the table the statement gives up.
    await test.query(`UPDATE partman.lease SET expires_at = now() + interval '1 minute'`)
    expect(await check()).toMatchObject([{ code: 'DETACH_PENDING', statements: [] }])
    await test.query('UPDATE partman.lease SET expires_at = now()')
    const reader = await openSession(test.url)
    await reader.query(`BEGIN; SELECT FROM ${qualified(stray)}`)
    await expect(test.query(found!.statements[0]!)).rejects.toMatchObject({ code: '55P03' })
    await reader.query('ROLLBACK')
    await test.query(found!.statements[0]!)
    expect(await check()).toMatchObject([{ code: 'PARTITION_UNATTACHED' }])
  })

  test('an invalid index of one partition is found, and it can be built again or dropped', async () => {
    const { check, test } = await checkedDatabase(names)
    await test.query(sql`CREATE TABLE ${qualified(stray)} PARTITION OF ${qualified(audit)} FOR VALUES ${bound}`)
    await test.query(sql`INSERT INTO ${qualified(stray)} VALUES (1, '2001-01-02', 'same'), (2, '2001-01-02', 'same')`)
    await expect(test.query(sql`CREATE UNIQUE INDEX CONCURRENTLY "half ""done""" ON ${qualified(stray)} (note)`)).rejects.toThrow('half')
    const [found, ...others] = await check()
    expect(found).toMatchObject({
      code: 'INDEX_INVALID',
      severity: 'warning',
      message: `The index ${partitionSchema}.half "done" of ${formatTableName(stray)} is invalid, and nobody is building it`,
    })
    expect([found!.statements, others]).toEqual([[], []])
    const [again, drop] = found!.choices
    await expect(test.query(again!.sql)).rejects.toMatchObject({ code: '23505' })
    await test.query(drop!.sql)
    await test.query(sql`DROP INDEX IF EXISTS ${qualified({ schema: partitionSchema, name: 'half "done"_ccnew' })}`)
    expect(await check()).toEqual([])
  })

  test('partitions of another owner than their parent are found, and their statements give them its owner', async () => {
    const { check, test } = await checkedDatabase(names)
    const role = identifier(`owner of ${test.name}`)
    await test.query(sql`CREATE ROLE ${role}`)
    try {
      for (const name of ['one', 'two']) {
        const [year, table] = [name === 'one' ? '2001' : '2002', { schema: partitionSchema, name }]
        await test.query(
          `CREATE TABLE ${qualified(table)} PARTITION OF ${qualified(audit)} FOR VALUES FROM ('${year}-01-01') TO ('${year}-02-01')`,
        )
        await test.query(sql`ALTER TABLE ${qualified(table)} OWNER TO ${role}`)
      }
      const [found, ...others] = await check()
      expect(found).toMatchObject({
        code: 'OWNER_DIFFERENT',
        severity: 'warning',
        message: `${partitionSchema}.one and 1 more belong to owner of ${test.name}, and their parent ${formatTableName(audit)} to postgres`,
      })
      expect(others).toEqual([])
      const reader = await openSession(test.url)
      await reader.query(`BEGIN; SELECT FROM ${qualified({ schema: partitionSchema, name: 'one' })}`)
      await expect(test.query(found!.statements[0]!)).rejects.toMatchObject({ code: '55P03' })
      await reader.query('ROLLBACK')
      for (const statement of found!.statements) await test.query(statement)
      expect(await check()).toEqual([])
    } finally {
      await test.query(sql`DROP OWNED BY ${role}`)
      await test.query(sql`DROP ROLE ${role}`)
    }
  })
})

test('a table whose partitions and indexes take half of all locks is found', async () => {
  const { audit, partitionSchema } = PLAIN
  const { check, test } = await checkedDatabase(PLAIN)
  for (let index = 0; index < 7; index++) await test.query(sql`CREATE INDEX ON ${qualified(audit)} (note)`)
  await test.query(`DO $$ BEGIN FOR n IN 0..359 LOOP
    EXECUTE format('CREATE TABLE %I.%I PARTITION OF %s FOR VALUES FROM (%L) TO (%L)', ${literal(partitionSchema)}, 'm' || n, ${literal(qualified(audit))},
      timestamptz '1900-01-01' + n * interval '1 month', timestamptz '1900-01-01' + (n + 1) * interval '1 month');
    IF n % 100 = 99 THEN COMMIT; END IF;
  END LOOP; END $$`)
  const found = await check()
  // 360 and the four of the present, a primary key and seven indexes each; as much of the table itself.
  expect(found).toMatchObject([
    {
      code: 'LOCKS_TOO_FEW',
      severity: 'warning',
      message: `A query on ${formatTableName(audit)} that binds no key takes 3285 locks (364 partitions that hold rows, with their indexes); the server has room for 6400`,
      statements: ['ALTER SYSTEM SET max_locks_per_transaction = 66;'],
    },
  ])
})
