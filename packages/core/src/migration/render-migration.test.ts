import { expect, test } from 'vitest'
import { byTime } from '../fixtures/policies.js'
import type { PartmanDocument, TablePolicy } from '../policy/document.js'
import { BOOKKEEPING_VERSION, renderBookkeeping } from './bookkeeping.js'
import { renderFirstPartitions } from './first-partitions.js'
import { isPartmanMigration, parseMigrationMarkers } from './migration-marker.js'
import { parseStatements } from './parse-statements.js'
import { renderMigration } from './render-migration.js'

const hostile: TablePolicy = {
  model: 'Event',
  table: { schema: 'my "schema"', name: 'Évents ""x"""; --' },
  declaredAt: 'schema.prisma:1:1',
  policy: byTime({ by: { field: 'at', column: '"at"', type: 'timestamptz' } }),
}
const document: PartmanDocument = { version: 1, schemaHash: '-', partitionSchema: 'partman_partitions', tenantSets: [], tables: [hostile] }

test('a migration says what it holds, and is DO blocks alone', async () => {
  const sql = renderMigration(document, { bookkeeping: true, firstPartitions: [hostile] }) ?? ''
  const file = { name: '1_partman', path: '1_partman/migration.sql', sql }
  expect(isPartmanMigration(file)).toBe(true)
  expect(parseMigrationMarkers([file])).toEqual({ bookkeeping: BOOKKEEPING_VERSION, tables: [hostile.table], triggers: [] })
  expect((await parseStatements(sql)).map(({ node }) => Object.keys(node))).toEqual([['DoStmt'], ['DoStmt'], ['DoStmt']])
})

test('only what is asked for is in it', () => {
  expect(renderMigration(document, { bookkeeping: false, firstPartitions: [] })).toBeNull()
  expect(renderMigration(document, { bookkeeping: true, firstPartitions: [] })).toBe(renderBookkeeping(document.tenantSets))
  expect(renderMigration(document, { bookkeeping: false, firstPartitions: [hostile] })).toBe(renderFirstPartitions(document, [hostile]))
})
