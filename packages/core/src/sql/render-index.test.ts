import type { TestDatabase } from '@partman/testing'
import { testDatabase } from '@partman/testing/vitest'
import { expect, it } from 'vitest'
import { webhookDocument } from '../fixtures/webhook-tables.js'
import type { Operation } from '../plan/operation.js'
import type { PartmanDocument } from '../policy/document.js'
import { applyOperation } from '../runtime/apply-operation.js'
import { pgDatabase } from '../runtime/pg-database.js'
import { planMaintenance } from '../runtime/plan-maintenance.js'
import { renderOperation } from './render-operation.js'
import { identifier } from './sql.js'

const VERSION = Number(process.env['PARTMAN_PG_MAJOR'] ?? 18)
const APPLY = { lockTimeoutMs: 1000, attempts: 1, backoffMs: 1 }
const LEAF = 'partman_partitions."leaf USING x ON"'

/** One partitioned table with one partition, which is all that is declared of it. */
async function auditDatabase(): Promise<{ test: TestDatabase; plan: () => Promise<readonly Operation[]> }> {
  const test = await testDatabase()
  await test.query('CREATE SCHEMA "f f"')
  await test.query(`CREATE FUNCTION "f f".f(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT $1'`)
  await test.query(
    `CREATE OPERATOR CLASS "f f".text_ops FOR TYPE text USING btree AS
      OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 bttextcmp(text, text)`,
  )
  await test.query(
    `CREATE TABLE "AuditLog" (n int, body text, "createdAt" timestamptz, age interval, x float8, words text[], r int4range) PARTITION BY RANGE ("createdAt")`,
  )
  await test.query('CREATE SCHEMA partman_partitions')
  await test.query(`CREATE TABLE ${LEAF} PARTITION OF "AuditLog" FOR VALUES FROM ('2000-01-01') TO ('2100-01-01')`)
  const { tables, ...document } = webhookDocument()
  const declared: PartmanDocument = { ...document, tables: tables.slice(1) }
  const clock = { now: () => new Date('2026-03-01T12:00:00Z') }
  return { test, plan: async () => (await planMaintenance(pgDatabase(test), declared, { clock })).plan.operations }
}

it('a leaf is checked, its part built concurrently, and attached', async () => {
  const { test, plan } = await auditDatabase()
  await test.query('CREATE UNIQUE INDEX by_n ON ONLY "AuditLog" (n, "createdAt") WHERE n > 0')
  const [operation] = await plan()
  const statements = renderOperation(operation!, { lockTimeoutMs: 2000 })
  expect(statements.map((statement) => statement.replaceAll(/'\d+'::oid/g, `'oid'::oid`))).toEqual([
    expect.stringMatching(/^DO .*LOCK TABLE ONLY "partman_partitions"."leaf USING x ON" IN SHARE UPDATE EXCLUSIVE MODE;/s),
    'CREATE UNIQUE INDEX CONCURRENTLY "leaf USING x ON_by_n_idx" ON "partman_partitions"."leaf USING x ON" USING btree (n, "createdAt") WHERE (n > 0)',
    expect.stringMatching(/^DO .*ALTER INDEX %I.%I ATTACH PARTITION %I.%I/s),
  ])
})

it.each([
  'USING btree ("createdAt")',
  'USING btree ("createdAt" DESC NULLS LAST, body COLLATE "C" text_pattern_ops)',
  `USING btree (lower(body), (n + 1)) INCLUDE (n) WITH (fillfactor=70, deduplicate_items=off) WHERE n > 3 AND body <> 'x USING WHERE '' \\'`,
  `USING btree ("f f".f(body) "f f".text_ops) WHERE "createdAt" > '2026-01-01 00:00:00.5'::timestamptz AND age < '3 days -04:05:06'::interval AND x < 0.1`,
  'USING hash (body)',
  'USING brin ("createdAt" timestamptz_minmax_multi_ops(values_per_range = 16)) WITH (pages_per_range = 4, autosummarize = on)',
  'USING gin (words array_ops) WITH (fastupdate = off)',
  'USING gist (r range_ops)',
  'UNIQUE USING btree ("createdAt", n DESC)',
  ...(VERSION >= 15 ? ['UNIQUE USING btree ("createdAt", n) NULLS NOT DISTINCT'] : []),
  'USING btree (n) TABLESPACE',
  'USING btree (n) WITH (fillfactor=50) TABLESPACE WHERE n > 0',
])('what is built equals what PostgreSQL builds itself: %s', async (text) => {
  const { test, plan } = await auditDatabase()
  const unique = text.startsWith('UNIQUE ') ? 'UNIQUE' : ''
  // Tablespaces are the server's.
  const tablespace = identifier(`space "x" ${test.name}`)
  const definition = text.replace(/^UNIQUE /, '').replace('TABLESPACE', `TABLESPACE ${tablespace}`)
  if (text.includes('TABLESPACE')) {
    await test.query('SET allow_in_place_tablespaces = on')
    await test.query(`CREATE TABLESPACE ${tablespace} LOCATION ''`)
  }
  await test.query(`CREATE ${unique} INDEX twin ON "AuditLog" ${definition}`)
  await test.query(`CREATE ${unique} INDEX "on ""only" ON ONLY "AuditLog" ${definition}`)
  for (const setting of [`TimeZone = 'Asia/Seoul'`, `IntervalStyle = 'sql_standard'`, `DateStyle = 'SQL, DMY'`, `search_path = "f f"`]) {
    await test.query(`SET ${setting}`)
  }
  const operations = await plan()
  expect(operations.map(({ kind }) => kind)).toEqual(['create-index'])
  // A pool may give each statement another session.
  await test.query('RESET ALL')
  for (const operation of operations) await applyOperation(pgDatabase(test), operation, APPLY)
  const { rows } = await test.query(
    `SELECT x.indisvalid, x.indisunique, x.indkey, x.indclass, x.indcollation, x.indoption, c.relam, c.reloptions,
       pg_get_expr(indexprs, indrelid) AS expressions, pg_get_expr(indpred, indrelid) AS predicate,
       (SELECT spcname FROM pg_tablespace WHERE oid = c.reltablespace) AS tablespace,
       (SELECT json_agg(attoptions ORDER BY attnum) FROM pg_attribute WHERE attrelid = c.oid) AS options,
       ${VERSION >= 15 ? 'x.indnullsnotdistinct' : 'NULL'} AS nulls_not_distinct
     FROM pg_inherits i JOIN pg_index x ON x.indexrelid = i.inhrelid JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = ANY (ARRAY['twin', '"on ""only"']::regclass[]) ORDER BY i.inhparent`,
  )
  expect(rows).toHaveLength(2)
  expect(rows[1]).toEqual(rows[0])
  expect(await plan()).toEqual([])
  if (text.includes('TABLESPACE')) {
    await test.query('DROP TABLE "AuditLog"')
    await test.query(`DROP TABLESPACE ${tablespace}`)
  }
})

it('an index that bears the name, and is invalid or on another table, is not attached', async () => {
  const { test, plan } = await auditDatabase()
  await test.query('CREATE INDEX by_n ON ONLY "AuditLog" (n, "createdAt")')
  const [operation] = await plan()
  const attach = renderOperation(operation!, { lockTimeoutMs: 1000 }).at(-1)!
  const planStale = { code: 'PTM01', message: 'partman_partitions.leaf USING x ON_by_n_idx is not what it was when the plan was made' }
  await expect(test.query(attach)).rejects.toMatchObject(planStale)
  await test.query('CREATE TABLE partman_partitions.other AS SELECT * FROM "AuditLog"')
  await test.query('CREATE INDEX "leaf USING x ON_by_n_idx" ON partman_partitions.other (n, "createdAt")')
  await expect(test.query(attach)).rejects.toMatchObject(planStale)
  await test.query('DROP TABLE partman_partitions.other')
  await test.query(`INSERT INTO "AuditLog" (n, "createdAt") VALUES (1, '2026-03-01'), (1, '2026-03-01')`)
  await expect(test.query(`CREATE UNIQUE INDEX CONCURRENTLY "leaf USING x ON_by_n_idx" ON ${LEAF} (n, "createdAt")`)).rejects.toMatchObject(
    { code: '23505' },
  )
  await expect(test.query(attach)).rejects.toMatchObject(planStale)
})

const stale = expect.objectContaining({ code: 'PLAN_STALE' })

it.each([
  ['the index was made anew', 'DROP INDEX by_n', 'CREATE INDEX by_n ON ONLY "AuditLog" (body)'],
  [
    'the partition was made anew',
    `DROP TABLE ${LEAF}`,
    `CREATE TABLE ${LEAF} PARTITION OF "AuditLog" FOR VALUES FROM ('2000-01-01') TO ('2100-01-01')`,
  ],
  ['the partition was detached', `ALTER TABLE "AuditLog" DETACH PARTITION ${LEAF}`],
  ['the partition has another name', `ALTER TABLE ${LEAF} RENAME TO renamed`],
])('nothing is built where %s after the plan was made', async (_what, ...statements) => {
  const { test, plan } = await auditDatabase()
  await test.query('CREATE INDEX by_n ON ONLY "AuditLog" (n)')
  const [operation] = await plan()
  for (const statement of statements) await test.query(statement)
  const before = (await test.query('SELECT indexrelid FROM pg_index ORDER BY 1')).rows
  await expect(applyOperation(pgDatabase(test), operation!, APPLY)).rejects.toSatisfy(
    (error: { code?: string }) => error.code === 'PLAN_STALE' || error.code === '42P01',
  )
  expect((await test.query('SELECT indexrelid FROM pg_index ORDER BY 1')).rows).toEqual(before)
})

it('a remnant that became valid after the plan was made is not dropped', async () => {
  const { test, plan } = await auditDatabase()
  await test.query(`INSERT INTO "AuditLog" (n, "createdAt") VALUES (1, '2026-03-01'), (1, '2026-03-01')`)
  await test.query('CREATE UNIQUE INDEX by_n ON ONLY "AuditLog" (n, "createdAt")')
  await expect(applyOperation(pgDatabase(test), (await plan())[0]!, APPLY)).rejects.toMatchObject({ code: '23505' })
  const [operation] = await plan()
  expect(operation).toMatchObject({ leftover: { name: 'leaf USING x ON_by_n_idx' } })
  await test.query('TRUNCATE "AuditLog"')
  await test.query('REINDEX INDEX partman_partitions."leaf USING x ON_by_n_idx"')
  await expect(applyOperation(pgDatabase(test), operation!, APPLY)).rejects.toEqual(stale)
  expect((await plan()).map(({ kind }) => kind)).toEqual(['attach-index'])
})
