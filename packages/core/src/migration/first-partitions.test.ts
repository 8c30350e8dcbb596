import { testDatabase } from '@partman/testing/vitest'
import { expect, it } from 'vitest'
import type { PartmanDocument, TablePolicy } from '../policy/document.js'
import { renderBookkeeping } from './bookkeeping.js'
import { renderFirstPartitions } from './first-partitions.js'

function declare(name: string, ofTenants: boolean): TablePolicy {
  const range = {
    kind: 'range',
    by: { field: 'at', column: 'at', type: 'timestamptz' },
    interval: '1 day',
    timeZone: 'UTC',
    premake: 1,
    retention: null,
  } as const
  return {
    model: 'Event',
    table: { schema: 'public', name },
    declaredAt: 'schema.prisma:1:1',
    policy: ofTenants
      ? { kind: 'list', by: { field: 'tenant', column: 'tenant', type: 'text' }, tenants: 'Tenant', subpartition: range }
      : range,
  }
}

const document: PartmanDocument = {
  version: 1,
  schemaHash: '-',
  partitionSchema: 'partman_partitions',
  tenantSets: [{ name: 'Tenant', type: 'text', source: null }],
  tables: [],
}

it.each([
  ['RANGE (at)', false, 2],
  ['LIST (tenant)', true, 3],
])('a table BY %s that a migration renames keeps the partitions it has, and gets no others', async (by, ofTenants, count) => {
  const database = await testDatabase()
  const partitions = async (table: string) => {
    const { rows } = await database.query<{ oid: number }>(
      'SELECT relid::oid AS oid FROM pg_partition_tree($1::regclass) WHERE level > 0 ORDER BY 1',
      [`public."${table}"`],
    )
    return rows.map(({ oid }) => oid)
  }
  await database.query(renderBookkeeping())
  await database.query(`CREATE TABLE "Old ""one" (tenant text NOT NULL, at timestamptz NOT NULL) PARTITION BY ${by}`)
  if (ofTenants) await database.query("INSERT INTO partman.tenant (tenants, key) VALUES ('Tenant', 'acme')")
  await database.query(renderFirstPartitions(document, [declare('Old "one', ofTenants)]))
  const before = await partitions('Old ""one')
  await database.query('ALTER TABLE "Old ""one" RENAME TO "New ""one"')

  await database.query(renderFirstPartitions(document, [declare('New "one', ofTenants)]))

  expect(before).toHaveLength(count)
  expect(await partitions('New ""one')).toEqual(before)
})
