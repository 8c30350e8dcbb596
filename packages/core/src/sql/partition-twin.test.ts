import { resolveMajor, type TestDatabase } from '@partman/testing'
import { testDatabase } from '@partman/testing/vitest'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { TableName } from '../policy/document.js'
import type { Bound } from '../state/bound.js'
import type { Partition, PartitionKey } from '../state/state.js'
import { renderCreatePartition, renderPartitionBy, renderPartitionOf } from './render-partition.js'
import { doBlock, joinSql, type Sql, sql } from './sql.js'

const MAJOR = resolveMajor()
const since = (major: number, text: string): string => (MAJOR >= major ? text : '')

/** What the catalogs say of a table, object ids left out. */
const DESCRIBE = `
SELECT json_build_object(
  'relation', (SELECT json_build_array(relkind, relpersistence, relreplident, relrowsecurity, relforcerowsecurity, spcname, amname, reloptions, relacl::text, relowner::regrole,
    pg_get_expr(relpartbound, c.oid), pg_get_partkeydef(c.oid)) FROM pg_class c LEFT JOIN pg_tablespace s ON s.oid = reltablespace LEFT JOIN pg_am m ON m.oid = relam
    WHERE c.oid = $1::regclass),
  'columns', (SELECT json_agg(json_build_array(attname, atttypid::regtype, atttypmod, attnotnull, atthasdef, attidentity, attgenerated, attstorage, attcompression,
    attstattarget, attislocal, attinhcount, attcollation::regcollation, attacl::text, attoptions, pg_get_expr(d.adbin, d.adrelid), col_description(attrelid, attnum)) ORDER BY attnum)
    FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped),
  'constraints', (SELECT json_agg(json_build_array(conname, contype, pg_get_constraintdef(oid), convalidated, conislocal, coninhcount, CASE WHEN contype NOT IN ('p', 'u') THEN connoinherit END, condeferrable, condeferred,
    conparentid <> 0, obj_description(oid, 'pg_constraint')) ORDER BY conname) FROM pg_constraint WHERE conrelid = $1::regclass AND contype <> 't'),
  'referrers', (SELECT json_agg(json_build_array(conrelid::regclass, pg_get_constraintdef(oid), conparentid <> 0)) FROM pg_constraint WHERE confrelid = $1::regclass),
  'indexes', (SELECT json_agg(json_build_array(indexrelid::regclass, pg_get_indexdef(indexrelid), indisunique, indisprimary, indisreplident, indisvalid, indimmediate,
    (SELECT json_agg(inhparent::regclass) FROM pg_inherits WHERE inhrelid = indexrelid), obj_description(indexrelid, 'pg_class'), spcname, reloptions) ORDER BY indexrelid::regclass::text)
    FROM pg_index JOIN pg_class c ON c.oid = indexrelid LEFT JOIN pg_tablespace s ON s.oid = reltablespace WHERE indrelid = $1::regclass),
  'statistics', (SELECT json_agg(stxkeys::text) FROM pg_statistic_ext WHERE stxrelid = $1::regclass),
  'triggers', (SELECT json_agg(json_build_array(CASE WHEN NOT tgisinternal THEN tgname END, tgfoid::regproc, tgtype, tgenabled, tgparentid <> 0, tgdeferrable, tginitdeferred, tgisinternal)
    ORDER BY tgfoid::regproc::text, tgtype, tgname) FROM pg_trigger WHERE tgrelid = $1::regclass),
  'policies', (SELECT json_agg(polname) FROM pg_policy WHERE polrelid = $1::regclass),
  'rules', (SELECT json_agg(rulename) FROM pg_rewrite WHERE ev_class = $1::regclass),
  'publications', (SELECT json_agg(prpubid) FROM pg_publication_rel WHERE prrelid = $1::regclass),
  'owned sequences', (SELECT json_agg(objid::regclass) FROM pg_depend WHERE refobjid = $1::regclass AND refclassid = 'pg_class'::regclass AND deptype IN ('a', 'i')
    AND objid IN (SELECT oid FROM pg_class WHERE relkind = 'S')),
  'comment', obj_description($1::regclass, 'pg_class')
) AS description`

const parent = { schema: 'public', name: 'parent' }
const leaf = (name: string, bound: Bound): Partition => ({
  schema: 'public',
  name,
  oid: null,
  bound,
  partitionBy: null,
  partitions: [],
  detachPending: false,
})
const level = (name: string, bound: Bound, partitionBy: PartitionKey, ...partitions: Partition[]): Partition => ({
  ...leaf(name, bound),
  partitionBy,
  partitions,
})

const byTenant: PartitionKey = { method: 'list', columns: ['tenant'] }
const byTime: PartitionKey = { method: 'range', columns: ['at'] }
const tenant: Bound = { kind: 'list', values: ['a'] }
const [first, last] = [{ value: '2026-01-01 00:00:00+00' }, { value: '2026-01-02 00:00:00+00' }]
const day: Bound = { kind: 'range', from: [first], to: [last] }
const hashed: Bound = { kind: 'hash', modulus: 3, remainder: 1 }

const SHAPES: readonly [shape: string, key: PartitionKey, partition: Partition][] = [
  ['a window', byTime, leaf('made', day)],
  ['a DEFAULT partition', byTime, leaf('made', { kind: 'default' })],
  ['a hash partition', { method: 'hash', columns: ['tenant'] }, leaf('made', hashed)],
  [
    'a window of a tenant side by side with others',
    { method: 'range', columns: ['tenant', 'at'] },
    leaf('made', { kind: 'range', from: [{ value: 'a' }, first], to: [{ value: 'a' }, last] }),
  ],
  ['a tenant with a window', byTenant, level('made', tenant, byTime, leaf('made_day', day))],
  [
    'a window with hash partitions and one with a DEFAULT partition',
    byTime,
    level(
      'made',
      day,
      byTenant,
      leaf('made_default', { kind: 'default' }),
      level('made_a', tenant, { method: 'hash', columns: ['at'] }, leaf('made_a_1', hashed)),
    ),
  ],
]

/** Identity columns and exclusion constraints came to partitioned tables with 17; a parent with them is treated otherwise. */
const KINDS = MAJOR >= 17 ? (['without', 'with'] as const) : (['without'] as const)

/** A table with everything in it that the server's version allows of a partitioned table. */
async function createParent(key: PartitionKey, kind: (typeof KINDS)[number]): Promise<TestDatabase> {
  const test = await testDatabase()
  const run = async (...statements: string[]) => {
    for (const statement of statements) if (statement !== '') await test.query(statement)
  }
  const special = (text: string): string => (kind === 'with' ? text : '')
  await run(
    'CREATE TABLE target (id text PRIMARY KEY, name text UNIQUE)',
    `CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'`,
    'CREATE ROLE partman_twin_reader',
    'ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO partman_twin_reader',
    since(17, 'CREATE ACCESS METHOD pile TYPE TABLE HANDLER heap_tableam_handler'),
    since(15, 'SET allow_in_place_tablespaces = on'),
    since(15, `CREATE TABLESPACE "partman ""twin" LOCATION ''`),
  )
  // Both belong to the server, which other tests use as well.
  onTestFinished(async () => {
    await run(
      'DROP OWNED BY partman_twin_reader',
      'DROP ROLE partman_twin_reader',
      'DROP TABLE parent CASCADE',
      since(15, 'DROP TABLESPACE "partman ""twin"'),
    )
  })
  await run(
    `CREATE TABLE parent (
      tenant text CONSTRAINT "tenant is there" NOT NULL REFERENCES target (id), gone int, at timestamptz(6) NOT NULL DEFAULT now(), serial_no bigserial,
      ${special('no bigint GENERATED ALWAYS AS IDENTITY, other bigint GENERATED BY DEFAULT AS IDENTITY (START 7),')}
      ${since(18, 'third numeric GENERATED ALWAYS AS (amount / 3) VIRTUAL, CONSTRAINT hoped CHECK (amount < 1000) NOT ENFORCED,')}
      ${special('EXCLUDE (tenant WITH =, at WITH =),')}
      amount numeric(10, 2) CHECK (amount >= 0), twice numeric GENERATED ALWAYS AS (amount * 2) STORED, body text COMPRESSION pglz COLLATE "C",
      PRIMARY KEY (tenant, at, serial_no) INCLUDE (amount), UNIQUE (tenant, at, body) DEFERRABLE INITIALLY DEFERRED
    ) ${renderPartitionBy(key)} ${since(17, 'USING pile')} ${since(15, 'TABLESPACE "partman ""twin"')}`,
    'ALTER TABLE parent DROP COLUMN gone',
    'CREATE INDEX ON parent (at DESC) INCLUDE (amount) WITH (fillfactor = 70) WHERE amount > 0',
    `CREATE UNIQUE INDEX parent_body ON parent (tenant, at, lower(body)) ${since(15, 'NULLS NOT DISTINCT TABLESPACE "partman ""twin"')}`,
    'CREATE INDEX ON ONLY parent (body text_pattern_ops)',
    `COMMENT ON INDEX parent_body IS 'an index'`,
    'CREATE STATISTICS parent_stats ON tenant, at FROM parent',
    'CREATE TRIGGER touched BEFORE INSERT ON parent FOR EACH ROW EXECUTE FUNCTION touch()',
    'CREATE CONSTRAINT TRIGGER kept AFTER UPDATE ON parent DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.amount > 1) EXECUTE FUNCTION touch()',
    'ALTER TABLE parent DISABLE TRIGGER touched',
    'ALTER TABLE parent ALTER body SET STORAGE EXTERNAL, ALTER at SET STATISTICS 500, ALTER amount SET (n_distinct = 7)',
    since(18, 'ALTER TABLE parent ADD CONSTRAINT unchecked FOREIGN KEY (body) REFERENCES target NOT VALID'),
    since(18, 'ALTER TABLE parent ADD CONSTRAINT unheeded FOREIGN KEY (body) REFERENCES target (name) NOT ENFORCED'),
    'CREATE TABLE referrer (tenant text, at timestamptz, serial_no bigint, FOREIGN KEY (tenant, at, serial_no) REFERENCES parent)',
    'ALTER TABLE parent ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY',
    'CREATE POLICY everything ON parent USING (true)',
    'CREATE RULE nothing AS ON DELETE TO parent DO ALSO NOTHING',
    'CREATE PUBLICATION everything FOR TABLE parent',
    `COMMENT ON TABLE parent IS 'a table'`,
    `COMMENT ON COLUMN parent.at IS 'a column'`,
    'GRANT SELECT, INSERT ON parent TO PUBLIC',
    'GRANT UPDATE (amount) ON parent TO PUBLIC',
    `ALTER TABLE parent REPLICA IDENTITY ${kind === 'with' ? 'FULL' : 'USING INDEX parent_pkey'}`,
  )
  return test
}

const names = ({ name, partitions }: Partition): string[] => [name, ...partitions.flatMap(names)]
const create = (on: TableName, partition: Partition): Sql =>
  doBlock(sql`BEGIN ${joinSql(renderCreatePartition(on, partition, { isBeyondLike: true }), '\n')} END`)

async function describeRelations(test: TestDatabase, partition: Partition): Promise<unknown[]> {
  const descriptions: unknown[] = []
  for (const name of names(partition)) descriptions.push((await test.query(DESCRIBE, [name])).rows[0]?.['description'])
  return descriptions
}

describe.each(KINDS)('under a parent %s identity columns and exclusion constraints', (kind) => {
  it.each(SHAPES)('%s made beside it and attached equals what PARTITION OF makes, in every catalog', async (_shape, key, partition) => {
    const test = await createParent(key, kind)
    await test.query(joinSql(renderPartitionOf(parent, partition), '\n'))
    const twins = await describeRelations(test, partition)
    await test.query(`ALTER TABLE parent DETACH PARTITION made`)
    await test.query('DROP TABLE made')
    await test.query(create(parent, partition))
    expect(await describeRelations(test, partition)).toEqual(twins)
  })
})

it.runIf(MAJOR >= 17)('a tenant with identity columns numbers its rows with all others, and is made while they write', async () => {
  const test = await testDatabase()
  await test.query(
    'CREATE TABLE parent (tenant text, at timestamptz, no bigint GENERATED ALWAYS AS IDENTITY, PRIMARY KEY (tenant, at, no)) PARTITION BY LIST (tenant)',
  )
  await test.query(create(parent, level('of_b', { kind: 'list', values: ['b'] }, byTime, leaf('of_b_day', day))))
  const writer = new pg.Client({ connectionString: test.url })
  await writer.connect()
  onTestFinished(() => writer.end())
  const write = `INSERT INTO parent (tenant, at) VALUES ('b', '2026-01-01 12:00Z')`

  await writer.query('BEGIN')
  await writer.query(write)
  await test.query(`SET lock_timeout = '2s'`)
  await test.query('BEGIN')
  await test.query(create(parent, level('made', tenant, byTime, leaf('made_day', day))))
  await writer.query('COMMIT')
  await writer.query(`SET lock_timeout = '2s'`)
  await writer.query(write)
  await test.query('COMMIT')

  await test.query(create({ schema: 'public', name: 'made' }, leaf('made_later', { kind: 'range', from: [last], to: ['maxvalue'] })))
  for (const place of ['parent', 'made_day', 'made_later'])
    await test.query(`INSERT INTO ${place} (tenant, at) VALUES ('a', $1)`, [place === 'made_later' ? '2026-01-02Z' : '2026-01-01Z'])
  const { rows } = await test.query('SELECT tableoid::regclass::text AS place, no::int FROM parent ORDER BY no')
  expect(rows.map(({ place, no }) => [place, no])).toEqual([
    ['of_b_day', 1],
    ['of_b_day', 2],
    ['made_day', 3],
    ['made_day', 4],
    ['made_later', 5],
  ])
  // PostgreSQL changes an identity column in all partitions or in none.
  await test.query('ALTER TABLE parent ALTER no SET GENERATED BY DEFAULT')
  await test.query('ALTER TABLE parent ALTER no DROP IDENTITY')
})
