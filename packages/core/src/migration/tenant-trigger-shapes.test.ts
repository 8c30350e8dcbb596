import type { TestDatabase } from '@partman/testing'
import { testDatabase } from '@partman/testing/vitest'
import { beforeAll, describe, expect, it } from 'vitest'
import { firstShapes } from '../fixtures/first-shapes.js'
import { declare, documentOf } from '../fixtures/policies.js'
import { NAMES, renameColumns } from '../fixtures/world-names.js'
import { keyColumns } from '../fixtures/world-rows.js'
import type { PartmanDocument } from '../policy/document.js'
import { type PartitionPolicy, tenantsOf } from '../policy/policy.js'
import { renderPartitionBy } from '../sql/render-partition.js'
import { renderRegistrationBatches } from '../sql/render-registration.js'
import { constantSql, identifier, joinSql, literal, qualified, type Sql, sql } from '../sql/sql.js'
import { partitionKey } from '../state/want-state.js'
import { renderBookkeeping } from './bookkeeping.js'
import { renderCreateTrigger, wantTriggers } from './tenant-trigger.js'

const TENANTS: Readonly<Record<string, readonly string[]>> = {
  text: ['acme', `O'Neill "x" %I \\`],
  uuid: ['01890a5d-ac96-774b-bcce-b302099a8057'],
  integer: ['-7', '42'],
}

function documentFor(policy: PartitionPolicy, names: (typeof NAMES)[keyof typeof NAMES]): PartmanDocument {
  const { table, partitionSchema } = names
  const type = tenantsOf(policy)!.by.type
  const source = {
    model: 'Tenant',
    table: { schema: table.schema, name: `${table.name.slice(0, 8)} tenants` },
    key: { field: 'id', column: 'id "x" $make_tenants$', type },
    trigger: { declaredAt: 'schema.prisma:1:1' },
  }
  return {
    ...documentOf(),
    partitionSchema,
    tenantSets: [{ name: 'Tenant', type, source }],
    tables: [declare(policy, table.name, table.schema)],
  }
}

function renderTables({ tables: [declared], tenantSets: [set], partitionSchema }: PartmanDocument): Sql[] {
  const { table, policy } = declared!
  const { table: tenants, key } = set!.source!
  const columns = new Map(keyColumns(policy).map(({ column, type }) => [column, type]))
  const definitions = [...columns].map(([column, type]) => sql`${identifier(column)} ${constantSql(type)}`)
  return [
    sql`DROP SCHEMA IF EXISTS ${identifier(partitionSchema)} CASCADE`,
    sql`CREATE SCHEMA ${identifier(partitionSchema)}`,
    sql`CREATE SCHEMA IF NOT EXISTS ${identifier(table.schema)}`,
    sql`DROP TABLE IF EXISTS ${qualified(table)}, ${qualified(tenants)} CASCADE`,
    sql`CREATE TABLE ${qualified(tenants)} (${identifier(key.column)} ${constantSql(key.type)} PRIMARY KEY)`,
    sql`CREATE TABLE ${qualified(table)} (${joinSql(definitions, ', ')}, number bigint GENERATED ALWAYS AS IDENTITY, payload text CHECK (payload <> '')) ${renderPartitionBy(partitionKey(policy))}`,
    sql`CREATE INDEX ON ${qualified(table)} (payload)`,
    sql`COMMENT ON COLUMN ${qualified(table)}.payload IS 'of the parent alone'`,
    sql`DELETE FROM partman.tenant`,
  ]
}

/** Everything about a table's partitions that two ways to make them could differ in. */
async function describePartitions(test: TestDatabase, { tables: [declared] }: PartmanDocument): Promise<readonly object[]> {
  const { rows } = await test.query(
    `SELECT c.oid::regclass::text AS name, t.parentrelid::regclass::text AS parent, pg_get_expr(c.relpartbound, c.oid) AS bound,
       pg_get_partkeydef(c.oid) AS key, pg_get_userbyid(c.relowner) AS owner,
       (SELECT array_agg(format('%s %s %s', attname, attidentity, attnotnull) ORDER BY attnum) FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0) AS columns,
       (SELECT array_agg(format('%s %s', pg_get_constraintdef(x.oid), coninhcount) ORDER BY pg_get_constraintdef(x.oid)) FROM pg_constraint x WHERE conrelid = c.oid) AS constraints,
       (SELECT array_agg(format('%s %s', pg_get_indexdef(indexrelid), (SELECT inhparent::regclass FROM pg_inherits WHERE inhrelid = indexrelid)) ORDER BY pg_get_indexdef(indexrelid))
        FROM pg_index WHERE indrelid = c.oid) AS indexes,
       (SELECT count(*)::int FROM pg_description WHERE objoid = c.oid) AS comments
     FROM pg_partition_tree(${literal(qualified(declared!.table))}::regclass) AS t JOIN pg_class c ON c.oid = t.relid
     WHERE t.level > 0 ORDER BY 1`,
  )
  return rows
}

const SHAPES = firstShapes(Date.now()).filter(([, policy]) => tenantsOf(policy) !== null)

describe.each(['plain', 'hostile'] as const)('with %s names', (names) => {
  let test: TestDatabase
  beforeAll(async () => {
    test = await testDatabase()
    await test.query(renderBookkeeping())
  })

  it.each(SHAPES)('the trigger makes what a registration makes: %s', async (_, shape) => {
    const document = documentFor(renameColumns(shape, NAMES[names].columns), NAMES[names])
    const keys = TENANTS[document.tenantSets[0]!.type]!
    const registered = async () => {
      for (const statement of renderTables(document)) await test.query(statement)
      const now = Number((await test.query<{ now: string }>('SELECT EXTRACT(EPOCH FROM now()) * 1000 AS now')).rows[0]!.now)
      for (const batch of renderRegistrationBatches(document, 'Tenant', keys, { now, lockTimeoutMs: 2000 })) await test.query(batch.sql)
      return describePartitions(test, document)
    }
    const before = await registered()
    for (const statement of renderTables(document)) await test.query(statement)
    for (const trigger of wantTriggers(document)) await test.query(renderCreateTrigger(trigger))
    const { table, key } = document.tenantSets[0]!.source!
    const values = joinSql(
      keys.map((one) => sql`(${literal(one)})`),
      ', ',
    )
    await test.query(sql`INSERT INTO ${qualified(table)} (${identifier(key.column)}) VALUES ${values}`)
    const made = await describePartitions(test, document)
    const registry = (await test.query('SELECT tenants, key FROM partman.tenant ORDER BY key')).rows
    // A window may have begun meanwhile: then it is what is registered after it.
    expect(made).toEqual(JSON.stringify(made) === JSON.stringify(before) ? before : await registered())
    expect(made.length).toBeGreaterThan(0)
    expect(registry).toEqual([...keys].sort().map((one) => ({ tenants: 'Tenant', key: one })))
  })
})
