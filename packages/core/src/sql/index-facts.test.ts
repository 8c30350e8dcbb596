import type { TestDatabase } from '@partman/testing'
import { testDatabase } from '@partman/testing/vitest'
import { expect, it } from 'vitest'

// What the building of indexes stands on, on every major that is supported.

/** A table with two partitions, one of them partitioned, and a unique index that they have no part of. */
async function unfinished(): Promise<TestDatabase> {
  const test = await testDatabase()
  await test.query('CREATE TABLE t (a int, at date, n int) PARTITION BY RANGE (at)')
  await test.query(`CREATE TABLE leaf PARTITION OF t FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')`)
  await test.query(`CREATE TABLE sub PARTITION OF t FOR VALUES FROM ('2026-02-01') TO ('2026-03-01') PARTITION BY LIST (a)`)
  await test.query('CREATE TABLE sub_leaf PARTITION OF sub FOR VALUES IN (1)')
  await test.query('CREATE UNIQUE INDEX whole ON ONLY t (a, at)')
  return test
}

const validity = async (test: TestDatabase) =>
  Object.fromEntries(
    (await test.query(`SELECT indexrelid::regclass::text AS name, indisvalid FROM pg_index WHERE indrelid >= 16384`)).rows.map((row) => [
      row['name'],
      row['indisvalid'],
    ]),
  )

const locksOf = async (test: TestDatabase, statement: string) => {
  await test.query('BEGIN')
  await test.query(statement)
  const { rows } = await test.query(
    `SELECT c.relname || ': ' || l.mode AS held FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
     WHERE l.pid = pg_backend_pid() AND c.relnamespace = 'public'::regnamespace ORDER BY c.relname COLLATE "C", l.mode`,
  )
  await test.query('COMMIT')
  return rows.map(({ held }) => held)
}

it('ON ONLY locks the parent and no partition', async () => {
  const test = await unfinished()
  expect(await locksOf(test, 'CREATE INDEX another ON ONLY t (n)')).toEqual(['another: AccessExclusiveLock', 't: ShareLock'])
  expect(await locksOf(test, 'CREATE INDEX third ON t (n)')).toEqual(
    expect.arrayContaining(['leaf: ShareLock', 'sub: ShareLock', 'sub_leaf: ShareLock', 't: ShareLock']),
  )
})

it('without partitions it is valid at once', async () => {
  const test = await testDatabase()
  await test.query('CREATE TABLE t (a int) PARTITION BY LIST (a)')
  await test.query('CREATE INDEX whole ON ONLY t (a)')
  expect(await validity(test)).toEqual({ whole: true })
})

it('attaching a part locks that part against everybody, and no table', async () => {
  const test = await unfinished()
  await test.query('CREATE UNIQUE INDEX CONCURRENTLY part ON leaf (a, at)')
  expect(await locksOf(test, 'ALTER INDEX whole ATTACH PARTITION part')).toEqual([
    'leaf: AccessShareLock',
    'part: AccessExclusiveLock',
    't: AccessShareLock',
    'whole: ShareUpdateExclusiveLock',
  ])
})

it('it becomes valid with its last part, at every level', async () => {
  const test = await unfinished()
  await test.query('CREATE UNIQUE INDEX part ON leaf (a, at)')
  await test.query('ALTER INDEX whole ATTACH PARTITION part')
  await test.query('CREATE UNIQUE INDEX frame ON ONLY sub (a, at)')
  await test.query('ALTER INDEX whole ATTACH PARTITION frame')
  await test.query('CREATE UNIQUE INDEX sub_part ON sub_leaf (a, at)')
  expect(await validity(test)).toEqual({ whole: false, part: true, frame: false, sub_part: true })
  await test.query('ALTER INDEX frame ATTACH PARTITION sub_part')
  expect(await validity(test)).toEqual({ whole: true, part: true, frame: true, sub_part: true })
})

it('LIKE copies an invalid index as a valid one, and ATTACH PARTITION makes what is missing and attaches it', async () => {
  const test = await unfinished()
  await test.query('CREATE TABLE copied (LIKE t INCLUDING ALL)')
  expect((await test.query(`SELECT indexdef FROM pg_indexes WHERE tablename = 'copied'`)).rows).toEqual([
    { indexdef: 'CREATE UNIQUE INDEX copied_a_at_idx ON public.copied USING btree (a, at)' },
  ])
  await test.query('CREATE TABLE bare (LIKE t)')
  await test.query(`ALTER TABLE t ATTACH PARTITION copied FOR VALUES FROM ('2026-03-01') TO ('2026-04-01')`)
  await test.query(`ALTER TABLE t ATTACH PARTITION bare FOR VALUES FROM ('2026-04-01') TO ('2026-05-01')`)
  expect(await validity(test)).toEqual({ whole: false, copied_a_at_idx: true, bare_a_at_idx: true })
  const { rows } = await test.query(
    `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'whole'::regclass ORDER BY 1`,
  )
  expect(rows.map(({ name }) => name)).toEqual(['bare_a_at_idx', 'copied_a_at_idx'])
})

it('ON CONFLICT cannot name it before it is valid', async () => {
  const test = await unfinished()
  const upsert = `INSERT INTO t VALUES (1, '2026-01-02', 1) ON CONFLICT (a, at) DO NOTHING`
  await expect(test.query(upsert)).rejects.toMatchObject({ code: '42P10' })
  await test.query(`INSERT INTO t VALUES (1, '2026-01-02', 1) ON CONFLICT DO NOTHING`)
  await test.query('DROP TABLE sub')
  await test.query('CREATE UNIQUE INDEX part ON leaf (a, at)')
  await test.query('ALTER INDEX whole ATTACH PARTITION part')
  await test.query(upsert)
})

it('nobody notices that the last part is not needed any more, until one is attached once again', async () => {
  const test = await unfinished()
  await test.query('CREATE UNIQUE INDEX part ON leaf (a, at)')
  await test.query('ALTER INDEX whole ATTACH PARTITION part')
  await test.query('DROP TABLE sub')
  expect(await validity(test)).toEqual({ whole: false, part: true })
  await test.query('ALTER INDEX whole ATTACH PARTITION part')
  expect(await validity(test)).toEqual({ whole: true, part: true })
})

it('an invalid part can be attached, and does not count', async () => {
  const test = await unfinished()
  await test.query('DROP TABLE sub')
  await test.query(`INSERT INTO t VALUES (1, '2026-01-02'), (1, '2026-01-02')`)
  await expect(test.query('CREATE UNIQUE INDEX CONCURRENTLY part ON leaf (a, at)')).rejects.toMatchObject({ code: '23505' })
  await test.query('ALTER INDEX whole ATTACH PARTITION part')
  expect(await validity(test)).toEqual({ whole: false, part: false })
})
