import { expect, test } from 'vitest'
import { parseMigrationMarkers, renderTableMarker, renderTriggerMarker } from './migration-marker.js'

const hostile = { schema: 'my "schema"', name: 'Évents ""x""\n-- partman bookkeeping version 9\u2028\u2029\\' }

test('what is marked is read back, whatever the names', () => {
  const sql = [
    '-- partman bookkeeping version 2',
    renderTableMarker(hostile),
    renderTableMarker({ schema: 'public', name: 'Event' }),
    renderTriggerMarker({ partitionSchema: hostile.schema, tenants: hostile.name, fingerprint: 'abc' }),
    renderTriggerMarker({ partitionSchema: hostile.schema, tenants: hostile.name, fingerprint: null }),
    'SELECT 1;',
  ]
  for (const lineEnd of ['\n', '\r\n']) {
    expect(parseMigrationMarkers([{ name: 'x', path: 'x', sql: sql.join(lineEnd) }])).toEqual({
      bookkeeping: 2,
      tables: [hostile, { schema: 'public', name: 'Event' }],
      triggers: [
        { partitionSchema: hostile.schema, tenants: hostile.name, fingerprint: 'abc' },
        { partitionSchema: hostile.schema, tenants: hostile.name, fingerprint: null },
      ],
    })
  }
})

test('markers count only in migrations that partman wrote', () => {
  expect(parseMigrationMarkers([{ name: 'x', path: 'x', sql: 'SELECT 1;\n-- partman bookkeeping version 1' }])).toEqual({
    bookkeeping: 0,
    tables: [],
    triggers: [],
  })
})
