import type { TestDatabase } from '@partman/testing'
import { testDatabase } from '@partman/testing/vitest'
import { describe, expect, it } from 'vitest'
import type { Partition } from '../state/state.js'
import { renderCreatePartition } from './render-partition.js'
import { doBlock, joinSql, sql } from './sql.js'

/** What the catalogs say of a table, its own names and object ids left out. */
const DESCRIBE = `
SELECT json_build_object(
  'relation', (SELECT json_build_array(relkind, relpersistence, relreplident, relrowsecurity, relforcerowsecurity, reltablespace, relam, reloptions, relacl::text, relowner,
    pg_get_expr(relpartbound, oid), pg_get_partkeydef(oid)) FROM pg_class WHERE oid = $1::regclass),
  'columns', (SELECT json_agg(json_build_array(attname, atttypid::regtype, atttypmod, attnotnull, atthasdef, attidentity, attgenerated, attstorage, attcompression,
    attstattarget, attislocal, attinhcount, attcollation, attacl::text, attoptions, pg_get_expr(d.adbin, d.adrelid), col_description(attrelid, attnum)) ORDER BY attnum)
    FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped),
  'constraints', (SELECT json_agg(json_build_array(contype, pg_get_constraintdef(oid), convalidated, conislocal, coninhcount, CASE WHEN contype NOT IN ('p', 'u') THEN connoinherit END, condeferrable, conparentid <> 0,
    CASE WHEN contype IN ('c', 'f') THEN conname END) ORDER BY contype, pg_get_constraintdef(oid)) FROM pg_constraint WHERE conrelid = $1::regclass),
  'indexes', (SELECT json_agg(json_build_array(regexp_replace(pg_get_indexdef(indexrelid), '^.* USING', ''), indisunique, indisprimary, indisreplident, indisvalid,
    EXISTS (SELECT FROM pg_inherits WHERE inhrelid = indexrelid), obj_description(indexrelid, 'pg_class')) ORDER BY 1)
    FROM (SELECT * FROM pg_index WHERE indrelid = $1::regclass ORDER BY regexp_replace(pg_get_indexdef(indexrelid), '^.* USING', '')) AS i),
  'statistics', (SELECT json_agg(stxkeys::text) FROM pg_statistic_ext WHERE stxrelid = $1::regclass),
  'triggers', (SELECT json_agg(json_build_array(tgname, tgtype, tgenabled, tgparentid <> 0) ORDER BY tgname) FROM pg_trigger WHERE tgrelid = $1::regclass AND NOT tgisinternal),
  'policies', (SELECT json_agg(polname) FROM pg_policy WHERE polrelid = $1::regclass),
  'comment', obj_description($1::regclass, 'pg_class')
) AS description`

const partition = (name: string, partitions: readonly Partition[] = []): Partition => ({
  schema: 'public',
  name,
  oid: null,
  bound: { kind: 'list', values: [name] },
  partitionBy: partitions.length > 0 ? { method: 'range', columns: ['at'] } : null,
  partitions,
  detachPending: false,
})

const day = { kind: 'range', from: [{ value: '2026-01-01 00:00:00+00' }], to: [{ value: '2026-01-02 00:00:00+00' }] } as const

async function createParent(key: string, identity: string): Promise<TestDatabase> {
  const test = await testDatabase()
  await test.query(`CREATE TABLE target (id text PRIMARY KEY)`)
  await test.query(`CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'`)
  await test.query(`CREATE TABLE parent (
    tenant text NOT NULL REFERENCES target (id), at timestamptz(6) NOT NULL DEFAULT now(), serial_no bigserial, no bigint ${identity},
    amount numeric(10, 2) CHECK (amount >= 0), twice numeric GENERATED ALWAYS AS (amount * 2) STORED, body text COMPRESSION pglz COLLATE "C",
    PRIMARY KEY (tenant, at, serial_no)
  ) PARTITION BY ${key}`)
  await test.query(`CREATE INDEX ON parent (at DESC) INCLUDE (amount) WHERE amount > 0`)
  await test.query(`CREATE UNIQUE INDEX ON parent (tenant, at, lower(body))`)
  await test.query(`CREATE STATISTICS parent_stats ON tenant, at FROM parent`)
  await test.query(`CREATE TRIGGER touched BEFORE INSERT ON parent FOR EACH ROW EXECUTE FUNCTION touch()`)
  await test.query(`ALTER TABLE parent ALTER body SET STORAGE EXTERNAL, ALTER at SET STATISTICS 500`)
  await test.query(`ALTER TABLE parent ENABLE ROW LEVEL SECURITY`)
  await test.query(`COMMENT ON TABLE parent IS 'a table'`)
  await test.query(`COMMENT ON COLUMN parent.at IS 'a column'`)
  await test.query(`GRANT SELECT ON parent TO PUBLIC`)
  return test
}

async function describeRelations(test: TestDatabase, ...names: string[]): Promise<unknown[]> {
  const descriptions: unknown[] = []
  for (const name of names) descriptions.push((await test.query(DESCRIBE, [name])).rows[0]?.['description'])
  return descriptions
}

describe('what is made beside its parent and attached equals what PARTITION OF makes, in every catalog', () => {
  it('as a leaf', async () => {
    const version = Number(process.env['PARTMAN_PG_MAJOR'] ?? 18)
    // Before 17 a partitioned table could not have an identity column that its partitions share.
    const test = await createParent('RANGE (at)', version >= 17 ? 'GENERATED ALWAYS AS IDENTITY' : 'DEFAULT 0')
    await test.query(`CREATE TABLE twin PARTITION OF parent FOR VALUES FROM ('2026-01-01Z') TO ('2026-01-02Z')`)
    const twins = await describeRelations(test, 'twin')
    await test.query('DROP TABLE twin')
    await test.query(create({ ...partition('same'), bound: day }))
    expect(await describeRelations(test, 'same')).toEqual(twins)
  })

  it('as a tenant with a window', async () => {
    const test = await createParent('LIST (tenant)', 'DEFAULT 0')
    await test.query(`CREATE TABLE twin PARTITION OF parent FOR VALUES IN ('same') PARTITION BY RANGE (at)`)
    await test.query(`CREATE TABLE twin_leaf PARTITION OF twin FOR VALUES FROM ('2026-01-01Z') TO ('2026-01-02Z')`)
    const twins = await describeRelations(test, 'twin', 'twin_leaf')
    await test.query('DROP TABLE twin')
    await test.query(create(partition('same', [{ ...partition('same_leaf'), bound: day }])))
    expect(await describeRelations(test, 'same', 'same_leaf')).toEqual(twins)
  })
})

function create(wanted: Partition): string {
  return doBlock(sql`BEGIN ${joinSql(renderCreatePartition({ schema: 'public', name: 'parent' }, wanted), '\n')} END`)
}
